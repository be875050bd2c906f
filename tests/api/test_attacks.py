"""Attacks over HTTP, and what stops each.

| attack | stopped by | tried in |
|---|---|---|
| a request that another site made a browser send | `api/auth/csrf.py` | here, every unsafe route |
| SQL in a filter or a name | bound parameters | here, every parameter of every route |
| a path that leads out | closed names, checked digests | here; uploads in test_http_uploads.py |
| a formula in a name | `safe_cell`, texts as texts | here, every export |
| a header in a file's name | quoted names | here |
| a redirect to another site | own paths only | here; the provider in test_auth_provider.py |
| a session given beforehand | a new one at each sign-in | here; test_auth_sessions.py |
| a token beyond its scope | `Principal.may` | test_auth_accounts.py, test_authz_matrix.py |
| archives, entities, aliases that grow | limits before reading | here; test_http_uploads.py |
| a server made to call (XXE, KML link, /vsicurl/, schemaLocation) | closed drivers, no network |
here; test_http_uploads.py, tests/malformed |
| markup in a text | escaped pages, a strict policy | tests/browser/test_browser_attacks.py |
"""

import csv
import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from api.app import create_app
from api.auth.middleware import COOKIE
from api.auth.roles import Role
from api.imports import sheet
from api.records.audit_chain import walk
from api.records.tables import User
from api.settings import Settings
from tests.api.test_authz_matrix import GUARDED, Route
from tests.api.test_http_uploads import listener
from tests.support.hostile import PARK, HostileOffice
from tests.support.office import PASSWORD, Office, open_office
from tests.support.served import Served

__all__ = ["listener"]

FORMULA = '=HYPERLINK("http://evil.example","x")'
UNSAFE = [route for route in GUARDED if route.method not in {"GET", "HEAD", "OPTIONS"}]
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("attacks"), requests_per_minute=1_000_000) as made:
        yield made


@pytest.fixture(scope="module")
def world(office: Office, tmp_path_factory: pytest.TempPathFactory) -> HostileOffice:
    """An office whose every text is a formula."""
    served = Served("http://testserver", office.services)
    return HostileOffice(served, tmp_path_factory.mktemp("texts"), FORMULA)


@pytest.fixture(scope="module")
def admin(office: Office) -> TestClient:
    return office.browser(office.person("attacked", Role.ADMIN))


def as_role(office: Office, world: HostileOffice, role: Role) -> TestClient:
    with office.services.records.reading() as session:
        return office.browser(session.get_one(User, world.people[role].user_id))


# --- another site -------------------------------------------------------------------------------


@pytest.mark.parametrize("route", UNSAFE, ids=lambda route: route.name)
def test_no_route_takes_what_another_site_sends(
    office: Office, admin: TestClient, route: Route
) -> None:
    place = route.filled({})
    token = admin.headers["X-CSRF-Token"]
    bare = TestClient(office.app, cookies=dict(admin.cookies))
    foreign = {"X-CSRF-Token": token, "Origin": "https://evil.example"}
    for headers in (
        {},
        {"X-CSRF-Token": "wrong"},
        foreign,
        {"X-CSRF-Token": token, "Sec-Fetch-Site": "cross-site"},
    ):
        answer = bare.request(route.method, place, json={}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf"), headers
    form = bare.request(route.method, place, data={"a": "b", "csrf": "wrong"})
    assert form.status_code == 403
    assert (
        bare.request(route.method, place, data={"csrf": token}, headers=foreign).status_code == 403
    )


# --- SQL, paths ---------------------------------------------------------------------------------

SQL = (
    "' OR '1'='1",
    "'; DROP TABLE app_users; --",
    "%' UNION SELECT login, password FROM app_users --",
    '" OR ""="',
    "\\'; SELECT pg_sleep(9); --",
    "1; ATTACH DATABASE '/tmp/x' AS y",
)
PATHS = (
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/app.py",
    "..%5c..%5capp.py",
    "%2fetc%2fpasswd",
    "....//....//app.py",
    "file:%2f%2f%2fetc%2fpasswd",
    "%00",
    "x" * 5_000,
)


def _queries() -> list[tuple[str, tuple[str, ...]]]:
    """Every route that reads, with the names of its query parameters."""
    found = []
    for context in iter_route_contexts(create_app(Settings()).routes):
        dependant = getattr(context, "dependant", None)
        if dependant is None or "GET" not in (context.methods or ()):
            continue
        names: set[str] = set()
        waiting = [dependant]
        while waiting:
            one = waiting.pop()
            names |= {field.alias for field in one.query_params}
            waiting += one.dependencies
        if "events" not in str(context.path):  # a stream without an end
            found.append((str(context.path), tuple(sorted(names))))
    return found


READING = _queries()


@pytest.mark.parametrize(("path", "names"), READING, ids=lambda value: str(value)[:60])
def test_sql_and_paths_are_texts(
    office: Office, admin: TestClient, world: HostileOffice, path: str, names: tuple[str, ...]
) -> None:
    own = {"park": PARK, "code": world.project, "number": "1", "layer": "office.evil"}
    filled = _PARAMETER.sub(lambda found: own.get(found[1], "1"), path)
    for said in SQL:
        answers = [admin.get(filled, params=dict.fromkeys(names, said))] if names else []
        answers += [admin.get(filled, params={name: said}) for name in names[:6]]
        for answer in answers:
            assert answer.status_code < 500, (said, answer.text[:300])
    if "{" in path:
        for said in (*PATHS, SQL[0], SQL[1]):
            answer = admin.get(_PARAMETER.sub(lambda _, said=said: said, path))
            assert answer.status_code < 500, (said, answer.text[:300])
            assert "root:" not in answer.text
            assert "def create_app" not in answer.text
            assert "from __future__" not in answer.text


def test_the_office_still_stands(office: Office, world: HostileOffice) -> None:
    with office.services.records.reading() as session:
        assert (session.execute(select(func.count(User.id))).scalar_one()) >= len(world.people)
    assert walk(office.services.records).is_whole


@pytest.mark.parametrize(
    "place", ["/api/v1/audit?who={0}", "/api/v1/projects?q={0}", "/api/v1/portfolio?q={0}",
              "/inbox?q={0}", "/check/find?q={0}"]
)  # fmt: skip
def test_a_filter_finds_no_more_by_sql(admin: TestClient, world: HostileOffice, place: str) -> None:
    nothing = admin.get(place.format("nothing-of-this-name"))
    injected = admin.get(place.format("' OR '1'='1"))
    assert nothing.status_code == injected.status_code == 200
    for said in (FORMULA, world.project):
        assert (said in injected.text) == (said in nothing.text)


# --- exports ------------------------------------------------------------------------------------

EXPORTS = [
    (Role.SCHEDULER, "/api/v1/portfolio/sheet.xlsx"),
    *((Role.AUTHORITY, f"/inbox.{kind}") for kind in ("xlsx", "csv")),
    *((Role.PARK_BODY, f"/park/{PARK}/{name}.{kind}")
      for name in ("results", "plots", "duties", "account") for kind in ("xlsx", "csv")),
    (Role.PARK_BODY, f"/park/{PARK}/use.xlsx"),
]  # fmt: skip


@pytest.mark.parametrize(("role", "place"), EXPORTS, ids=lambda value: str(value))
def test_no_export_holds_a_formula(
    office: Office, world: HostileOffice, role: Role, place: str
) -> None:
    answer = as_role(office, world, role).get(place)
    assert answer.status_code == 200, answer.text[:300]
    if place.endswith("csv"):
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [cell for row in rows for cell in row if cell[:1] in set("=+@\t\r")] == []
        return
    book = load_workbook(io.BytesIO(answer.content))
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []


def test_every_export_is_tried() -> None:
    """A new export has to be entered above."""
    ends = re.compile(r"\.(xlsx|csv|\{suffix\})$")
    there = {route.path for route in GUARDED if ends.search(route.path)}
    tried = {place.replace(PARK, "{park}").rpartition(".")[0] for _, place in EXPORTS}
    documents = {"/park/{park}/indicators.{suffix}", "/park/{park}/templates/{kind}.xlsx"}
    assert {path.rpartition(".")[0] for path in there - documents} == tried


# --- headers, redirects, sessions ---------------------------------------------------------------

FOREIGN = (
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/%0d%0aSet-Cookie:x=1",
    "https:evil.example",
    " //evil.example",
)


@pytest.mark.parametrize("said", FOREIGN)
def test_no_redirect_leads_elsewhere(office: Office, admin: TestClient, said: str) -> None:
    for answer in (
        admin.get("/sign-in", params={"next": said}, follow_redirects=False),
        admin.get("/language/zh", headers={"Referer": said.encode()}, follow_redirects=False),
        admin.get(
            "/language/zh", headers={"Referer": f"https://x{said}".encode()}, follow_redirects=False
        ),
    ):
        assert answer.status_code == 303
        place = answer.headers["location"]
        assert place.startswith("/")
        assert not place.startswith(("//", "/\\"))
        assert "\r" not in place
        assert "x" not in answer.cookies
    page = TestClient(office.app).get("/sign-in", params={"next": said}).text
    assert 'data-next="https' not in page
    assert 'data-next="//' not in page
    assert 'data-next="javascript' not in page


def test_a_name_makes_no_header(office: Office, admin: TestClient) -> None:
    name = 'a"\r\nSet-Cookie: x=1\r\n\r\n<script>.pdf; filename=b.exe'
    shape = {"type": "Polygon", "coordinates": [[[445000, 2705000], [445100, 2705000],
             [445100, 2705100], [445000, 2705000]]]}  # fmt: skip
    site = {
        "type": "Feature", "properties": {"name": name}, "geometry": shape,
        "crs": {"type": "name", "properties": {"name": "EPSG:4548"}},
    }  # fmt: skip
    made = admin.post("/api/v1/checks", json={"site": site})
    assert made.status_code in {200, 201}, made.text[:300]
    for key, link in made.json()["links"].items():
        if key not in {"json", "pdf", "geojson", "txt"}:
            continue
        answer = admin.get(link)
        assert answer.status_code == 200
        assert "x" not in answer.cookies
        said = answer.headers["content-disposition"]
        assert said.isprintable()
        assert "b.exe" not in said.partition("filename*=")[0]


def test_a_session_given_beforehand_is_not_taken_over(office: Office) -> None:
    office.person("fixed")
    for given in ("a" * 43, office.browser(office.person("giver")).cookies[COOKIE]):
        client = TestClient(office.app)
        client.cookies.set(COOKIE, given, domain="testserver.local")
        asked = {"login": "fixed", "password": PASSWORD}
        token = client.get("/api/v1/session").json().get("csrf") or ""
        made = client.post("/api/v1/session", json=asked, headers={"X-CSRF-Token": token})
        assert made.status_code == 201, made.text
        assert made.cookies[COOKIE] != given
        attacker = TestClient(office.app)
        attacker.cookies.set(COOKIE, given, domain="testserver.local")
        assert attacker.get("/account", headers={"Accept": "application/json"}).status_code == 401


# --- what grows, what calls ---------------------------------------------------------------------


def _bomb() -> bytes:
    """A workbook of a few kilobytes whose only sheet is 80 MB of spaces."""
    file = io.BytesIO()
    book = Workbook()
    book.worksheets[0].append(["项目名称"])
    book.save(file)
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename.endswith("sheet1.xml"):
                content = content.replace(b"<sheetData>", b"<sheetData>" + b" " * 80_000_000)
            new.writestr(item.filename, content)
    return out.getvalue()


def test_a_workbook_that_grows_is_not_unpacked(
    admin: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = _bomb()
    assert len(bomb) < 200_000
    for place, part, suffix in (
        ("/api/v1/imports/look", "file", "xlsx"),
        ("/api/v1/assessments", "file", "xlsx"),
    ):
        answer = admin.post(place, files={part: (f"a.{suffix}", bomb)})
        assert answer.status_code in {400, 413, 422}, answer.text[:300]
    monkeypatch.setattr(sheet, "_UNPACKED", 10)
    file = io.BytesIO()
    book = Workbook()
    book.worksheets[0].append(["项目名称"])
    book.worksheets[0].append(["甲"])
    book.save(file)
    answer = admin.post("/api/v1/imports/look", files={"file": ("a.xlsx", file.getvalue())})
    assert answer.json()["code"] == "unreadable_list"


def test_documents_that_grow_are_refused(admin: TestClient) -> None:
    grow = "a: &a [x,x]\n" + "".join(
        f"{after}: &{after} [{','.join([f'*{name}'] * 9)}]\n"
        for name, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    deep = "[" * 100_000
    for content in (grow, deep, "{" * 100_000, "? " * 50_000):
        answer = admin.post("/api/v1/assessments", files={"file": ("a.yaml", content.encode())})
        assert answer.status_code in {400, 413, 422}, answer.text[:300]
    kind = {"Content-Type": "application/json"}
    for place in ("/api/v1/assessments", "/api/v1/inheritance", "/api/v1/projects",
                  "/api/v1/reservations", "/api/v1/imports", "/api/v1/users"):  # fmt: skip
        for content in (deep, '{"a":' * 100_000, '{"extent": ' + deep):
            answer = admin.post(place, content=content.encode(), headers=kind)
            assert answer.status_code in {400, 413, 415, 422}, (place, answer.text[:300])


CALLS = {
    "a.gml": '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" xmlns:xlink="http://www'
    '.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://x {0}/x.xsd"><gml:featureMember xlink:href="{0}/x.gml"/>'
    "</gml:FeatureCollection>",
    "a.qgs": "<qgis><layer-tree-group/><projectlayers><maplayer><datasource>/vsicurl/{0}/x"
    "</datasource></maplayer></projectlayers></qgis>",
    "a.kml": '<!DOCTYPE k [<!ENTITY x SYSTEM "{0}/x">]><kml><NetworkLink><Link><href>{0}/x.kml'
    "</href></Link></NetworkLink>&x;</kml>",
    "a.wfs": "<OGRWFSDataSource><URL>{0}/wfs</URL></OGRWFSDataSource>",
    "a.geojson": '{{"type": "FeatureCollection", "features": [], "crs": {{"type": "link", '
    '"properties": {{"href": "{0}/x.prj", "type": "esriwkt"}}}}}}',
    "a.csv": "WKT,x\n/vsicurl/{0}/x,1\n",
    "a.json": "/vsicurl/{0}/x.json",
}


@pytest.mark.parametrize("name", CALLS)
def test_no_upload_makes_the_server_call(
    admin: TestClient, listener: tuple[int, list[str]], tmp_path: Path, name: str
) -> None:
    """As a site, alone and packed; as the file of a layer and as its coverage: see `listener`."""
    content = CALLS[name].format(f"http://127.0.0.1:{listener[0]}").encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    for file in ((name, content), ("a.zip", packed.getvalue())):
        answer = admin.post("/api/v1/checks", files={"site": file})
        assert answer.status_code in {400, 422}, answer.text[:300]
        form = {"edition": name, "currency": "2026-11-01", "coverage": "file", "accuracy_m": "1"}
        place = "/api/v1/layers/control.yellow_line/editions"
        sent = admin.post(place, files={"file": file, "coverage_file": file}, data=form)
        assert sent.status_code in {202, 400, 422}, sent.text[:300]
        if sent.status_code == 202:
            state = _ended(admin, sent.headers["location"])
            assert (state["state"], state["error"]["code"] != "internal_fault") == ("failed", True)


def _ended(client: TestClient, place: str) -> dict[str, Any]:
    for _ in range(200):
        state: dict[str, Any] = json.loads(client.get(place).text)
        if state["state"] not in {"waiting", "running"}:
            return state
        time.sleep(0.05)
    raise AssertionError(state)
