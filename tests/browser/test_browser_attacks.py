"""Markup written wherever a text is taken stays text on every page, in real Chromium.

`open_page` fails a test for any dialog, script fault, console error (a stopped script or a lost
image is one) and for any request to another host.
"""

import json

import pytest

from api.auth.roles import Role
from tests.support.hostile import EVIL, MARK, PARK, HostileOffice, geojson, ring
from tests.support.served import empty_workspace, serving

INJECTED = "b.evil, [onerror], [onmouseover]"
RESULT = f"{PARK}.geological_hazard"

# who looks, at which page, and whether the text must be seen there
PAGES = [
    (Role.PLANNER, "/check", False),
    (Role.PLANNER, "/projects", True),
    (Role.PLANNER, "/projects/{project}", True),
    (Role.PLANNER, "/check?project={project}", False),
    (Role.SCHEDULER, "/schedule", True),
    (Role.SCHEDULER, "/schedule?project={project}", True),
    (Role.PARK_BODY, f"/park/{PARK}", True),
    (Role.PARK_BODY, f"/park/{PARK}/plots", True),
    (Role.PARK_BODY, f"/park/{PARK}/results/{RESULT}/1", True),
    (Role.PARK_BODY, f"/park/{PARK}/account", False),
    (Role.PARK_BODY, f"/park/{PARK}/duties", True),
    (Role.PARK_BODY, f"/park/{PARK}/use", False),
    (Role.PARK_BODY, f"/park/{PARK}/precheck", False),
    (Role.PARK_BODY, f"/park/{PARK}/publish", False),
    (Role.PARK_BODY, f"/park/{PARK}/boundary", False),
    (Role.AUTHORITY, "/inbox", True),
    (Role.AUTHORITY, "/inbox/{task}", True),
    (Role.AUTHORITY, "/inbox/{answered}", True),
    (Role.AUTHORITY, "/inbox?show=done", True),
    (Role.ADMIN, "/admin", False),
    (Role.ADMIN, "/admin/users", True),
    (Role.ADMIN, "/admin/audit", True),
    (Role.ADMIN, "/admin/layers", True),
    (Role.ADMIN, "/admin/layers/office.evil", True),
    (Role.ADMIN, "/admin/settings", False),
    (None, "/layers", True),
    (None, "/layers/office.evil", True),
    (None, "/assessments", True),
    (None, f"/assessments/{RESULT}/1", True),
]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    place = empty_workspace(folder / "workspace", packs=("cn-base", "xiamen-haicang"))
    with serving(place, office=EVIL, requests_per_minute=1_000_000) as served:
        yield HostileOffice(served, folder)


def inert(page):
    """Nothing of what was written has become part of the page."""
    assert page.locator(INJECTED).count() == 0


def hovered(page):
    """Move over every map, point by point: tooltips are made then."""
    for place in page.locator(".leaflet-container").all():
        box = place.bounding_box()
        if not box or not place.is_visible():
            continue
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        for part in (0.35, 0.42, 0.5, 0.58):
            page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] * part)
            page.wait_for_timeout(120)
            inert(page)


def settled(page):
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(200)


@pytest.mark.parametrize("role", [*dict.fromkeys(row[0] for row in PAGES)], ids=str)
def test_stored_markup_is_text_on_every_page(office, open_page, role):
    names = {"project": office.project, "task": office.tasks[0], "answered": office.tasks[1]}
    page = open_page(office.served, "/glossary", who=office.people.get(role))
    for path, shown in [row[1:] for row in PAGES if row[0] is role]:
        page.goto(office.served.url + path.format(**names))
        settled(page)
        inert(page)
        hovered(page)
        if shown:
            told = page.evaluate(
                "document.body.innerText + [...document.querySelectorAll('input,textarea')]"
                ".map(one => one.value).join(' ')"
            )
            assert MARK in told, path


def test_a_hostile_file_is_checked(office, open_page, tmp_path):
    """A site's name, a project's name, the pieces' fields, the file's name: to the report."""
    page = open_page(office.served, "/check", who=office.people[Role.PLANNER])
    content = json.dumps(geojson(ring(120, 120, 280, 280), name=EVIL)).encode()
    name = "a'\"><img src=x onerror=alert(1)>.geojson"
    page.set_input_files(
        "#site-file", {"name": name, "mimeType": "application/json", "buffer": content}
    )
    page.locator("#cards:not([hidden])").wait_for()
    inert(page)
    page.fill("#project-name", EVIL)
    page.get_by_role("button", name="开始检测").click()
    page.locator("#result:not([hidden]) .light").first.wait_for()
    settled(page)
    inert(page)
    assert MARK in page.inner_text("#result")
    for fold in page.locator("#pane-findings .fold > summary").all():
        fold.click()
    rows = page.locator("#pane-findings .finding summary:visible")
    assert rows.count() > 0
    for row in rows.all()[:6]:
        row.click()
        inert(page)
    for tab in page.get_by_role("tab").all():
        tab.click()
        settled(page)
        inert(page)
    hovered(page)
    report = page.url.partition("report=")[2][:32]
    assert len(report) == 32
    page.goto(office.served.url + "/check")
    inert(page)
    for form in ("html", "map"):
        page.goto(f"{office.served.url}/api/v1/reports/{report}.{form}")
        settled(page)
        inert(page)
        hovered(page)


def test_a_hostile_list_is_imported(office, open_page):
    page = open_page(office.served, "/projects/import", who=office.people[Role.SCHEDULER])
    quoted = '"' + EVIL.replace('"', '""') + '"'
    other = quoted.replace("x</b>", "other</b>")
    content = f"项目名称,所在区,{quoted}\n{other},{quoted},{quoted}\n"
    page.set_input_files(
        "#file",
        {"name": "<img src=x onerror=alert(1)>.csv", "mimeType": "text/csv",
         "buffer": content.encode("utf-8-sig")},
    )  # fmt: skip
    page.get_by_role("button", name="下一步").click()
    page.locator("[data-column]").first.wait_for()
    inert(page)
    page.get_by_role("button", name="核对差异").click()
    page.locator("#sums .tile b").first.wait_for()
    inert(page)
    assert MARK in page.inner_text("main")


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in?next={0}",
        "/check?report={0}",
        "/check?project={0}",
        "/check/compare?report={0}",
        "/schedule?q={0}&district={0}&only={0}&year={0}&project={0}",
        "/projects?q={0}",
        "/inbox?show={0}&kind={0}&q={0}",
        "/layers?q={0}",
        "/rules?q={0}&pack={0}&theme={0}",
        "/rules/{0}",
        "/assessments?q={0}&kind={0}&park={0}",
        "/park/{0}",
        "/admin/audit?who={0}&act={0}&subject={0}",
        "/nowhere/{0}",
    ],
)
def test_reflected_markup_is_text(office, open_page, path):
    from urllib.parse import quote

    who = None if path.startswith("/sign-in") else office.people[Role.ADMIN]
    page = open_page(office.served, "/glossary", who=who, refusals=frozenset({400, 403, 404, 422}))
    page.goto(office.served.url + path.format(quote(EVIL, safe="")))
    settled(page)
    inert(page)


def test_a_draft_of_hostile_texts_is_filled_in(office, open_page):
    """A revision takes over every text of the result; all steps show them in fields."""
    page = open_page(office.served, f"/park/{PARK}", who=office.people[Role.PARK_BODY])
    place = page.evaluate(
        "async (path) => {"
        " const app = document.querySelector('meta[name=static]').content + '/app.js';"
        " const { call } = await import(app);"
        " return (await call(path, { method: 'POST', body: {why: 'x'} })).data.next; }",
        f"/park/{PARK}/results/{RESULT}/1/revise",
    )
    draft = place.rpartition("/")[0]
    seen = ""
    for step in ("1", "2", "3", "4", "5", "check/all"):
        page.goto(f"{office.served.url}{draft}/{step}")
        settled(page)
        inert(page)
        hovered(page)
        seen += page.evaluate(
            "document.body.innerText + [...document.querySelectorAll('input,textarea')]"
            ".map(one => one.value).join(' ')"
        )
    assert seen.count(MARK) > 10
    page.goto(f"{office.served.url}/park/{PARK}")
    settled(page)
    inert(page)
