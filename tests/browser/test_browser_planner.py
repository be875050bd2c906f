"""The planner's whole job in a real browser: from a file to the report that leaves the office."""

import re

import pytest

from api.auth.middleware import COOKIE
from api.records.tables import Project
from checks.rule import SEVERITIES
from tests.support.served import PHONE

PASSWORD = "a long enough one"
WORDS = {
    "zh": {
        "start": "开始检测", "red": "红灯：存在刚性约束冲突", "farmland": "占用永久基本农田",
        "sharing": "区域评估", "give": "出具报告", "outside": "对外版", "compare": "加入比选",
        "new": "新的检测", "recent": "我的最近检测", "ready": "可检",
    },
    "en": {
        "start": "Check now", "red": "Red: conflicts with a prohibition",
        "farmland": "Occupies permanent basic farmland", "sharing": "Sharing",
        "give": "Give out report", "outside": "Outside version", "compare": "Compare",
        "new": "New check", "recent": "My recent checks", "ready": "ready",
    },
}  # fmt: skip


def drop(page, path):
    page.set_input_files("#site-file", path)
    page.locator("#cards:not([hidden])").wait_for()


def started(page, words):
    page.get_by_role("button", name=words["start"]).click()
    page.locator("#result:not([hidden]) .light").first.wait_for()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_planner_goes_from_a_file_to_the_report(
    town_service, demo_folder, open_page, axe, language
):
    words, scenes = WORDS[language], demo_folder / "scenes"
    page = open_page(town_service, "/check", role="planner", language=language)
    axe(page)

    # one file is dropped: four cards say what is known before anything is checked
    drop(page, scenes / "warehouse" / "warehouse.txt")
    assert "10,851.12" in page.locator("[data-key=site] .sizes").inner_text()
    assert "16.28" in page.locator("[data-key=site] .sizes").inner_text()  # 10851.12 * 3 / 2000
    counts = page.locator(".counts").inner_text()
    assert re.search(rf"13\s*{words['ready']}", counts)
    assert page.locator("[data-key=fact-land_use_code]").is_visible()
    axe(page)

    # facts come from a file; what needs no answer any more is no longer asked
    with page.expect_file_chooser() as chooser:
        page.locator("#facts-file").click()
    chooser.value.set_files(scenes / "warehouse" / "facts.yaml")
    page.locator("[data-fact=land_use_code]").and_(page.locator("[value='110101']")).wait_for()
    assert page.locator("#project-name").input_value() == "西澜普通仓库（虚构）"

    # the check: two lights, the worst row first; a row opens its reasons
    started(page, words)
    assert words["red"] in page.locator(".light").first.inner_text()
    severities = page.locator("#part-3-h ~ ul > .finding.is-affected").evaluate_all(
        "all => all.map(one => one.dataset.severity)"
    )
    assert severities[0] == "prohibited"
    assert severities == sorted(severities, key=SEVERITIES.index)
    first = page.locator(".finding[data-code=PF-01]")
    assert "215.30 m²" in first.inner_text()
    assert "1.98%" in first.inner_text()  # 215.30 of 10851.12
    while not first.locator("summary").evaluate("row => row === document.activeElement"):
        page.keyboard.press("j")
    page.keyboard.press("Enter")
    why = first.locator(".why")
    assert "PF-01" in why.inner_text()
    assert "第三十五条" in why.inner_text()
    axe(page)
    page.keyboard.press("Escape")
    assert not why.is_visible()

    for tab in page.get_by_role("tab").all():
        tab.click()
        pane = page.locator(f"#{tab.get_attribute('aria-controls')}")
        assert pane.is_visible()
    page.locator("#pane-figures svg").first.wait_for(state="attached")
    page.get_by_role("tab", name=words["sharing"]).click()
    axe(page)

    # the outside version leaves the office as a PDF
    page.get_by_role("button", name=words["give"]).click()
    page.get_by_role("radio", name=words["outside"]).check()
    axe(page)
    with page.expect_download() as download:
        page.locator("[data-format=pdf]").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    page.keyboard.press("Escape")

    # compared with another site
    page.get_by_role("button", name=words["compare"]).click()
    page.get_by_role("link", name=words["new"]).click()
    assert page.url.endswith("/check")
    drop(page, scenes / "plant" / "plant.geojson")
    started(page, words)
    page.get_by_role("button", name=words["compare"]).click()
    page.locator("#to-compare").click()
    page.wait_for_url("**/check/compare?**")
    ranks = page.locator(".ranking .rank").all_inner_texts()
    assert ranks == ["1", "2"]
    assert "电子元件厂" in page.locator(".ranking li").first.inner_text()  # it meets no prohibition
    axe(page)

    # history, and the way back
    page.goto(town_service.url + "/check")
    assert page.get_by_role("heading", name=words["recent"]).is_visible()
    page.locator("[data-report]").first.click()
    page.locator("#result:not([hidden])").wait_for()
    assert "report=" in page.url
    page.go_back()
    page.locator("#idle:not([hidden])").wait_for()


def test_an_answer_changes_its_row_and_no_other(town_service, demo_folder, open_page):
    page = open_page(town_service, "/check", role="planner")
    drop(page, demo_folder / "scenes" / "plant" / "plant.geojson")
    started(page, WORDS["zh"])
    before = page.url
    rows = page.locator("#pane-findings .finding")
    order = rows.evaluate_all("all => all.map(one => one.dataset.code)")
    height = page.locator(".finding[data-code=DP-03]")
    assert "待核实" in height.inner_text()
    field = height.locator("[data-fact=height_m]")
    field.fill("24")
    field.press("Enter")
    height.locator(".asks").wait_for(state="detached")
    assert "待核实" not in height.inner_text()
    assert rows.evaluate_all("all => all.map(one => one.dataset.code)") == order
    changed = page.locator(".finding.changed").evaluate_all("all => all.map(o => o.dataset.code)")
    assert "DP-03" in changed
    assert len(changed) < 5
    assert page.evaluate("document.activeElement.localName") == "summary"
    assert page.url != before

    page.reload()  # the address tells it all
    assert "待核实" not in page.locator(".finding[data-code=DP-03]").inner_text()


def test_coordinates_are_pasted_and_a_refusal_says_what_to_do(town_service, open_page):
    page = open_page(town_service, "/check", role="planner", refusals=frozenset({400, 422}))
    field = page.get_by_role("combobox")
    field.fill("604700,2710400\n604800,2710400\n604800,2710500\n604700,2710500")
    page.get_by_role("button", name="读取坐标").click()
    said = page.locator("#intake-error")
    said.get_by_text("坐标系").first.wait_for()
    page.get_by_label("坐标系").fill("EPSG:4548")
    page.get_by_role("button", name="按此坐标系读取").click()
    page.locator("#cards:not([hidden])").wait_for()
    assert "10,000.00" in page.locator("[data-key=site] .sizes").inner_text()


def test_nothing_filled_in_is_lost(town_service, demo_folder, open_page):
    page = open_page(town_service, "/check", role="planner")
    drop(page, demo_folder / "scenes" / "plant" / "plant.geojson")
    page.locator("#f-height_m").fill("24")
    with page.expect_response("**/check/prepare"):
        page.locator("#f-height_m").press("Enter")
    page.locator("#cards:not([aria-busy])").wait_for()
    page.reload()
    page.locator("#cards:not([hidden])").wait_for()
    assert page.locator("#f-height_m").input_value() == "24"
    page.get_by_role("button", name="换一块地").click()
    page.get_by_role("button", name="恢复").click()
    page.locator("#cards:not([hidden])").wait_for()
    assert page.locator("#f-height_m").input_value() == "24"


def test_an_area_is_drawn(town_service, open_page):
    page = open_page(town_service, "/check", role="planner")
    page.get_by_role("button", name="画范围").click()
    box = page.locator("#map").bounding_box()
    for x, y in ((0.45, 0.45), (0.55, 0.45), (0.55, 0.55), (0.45, 0.55)):
        page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        page.wait_for_timeout(150)
    page.get_by_role("button", name="完成").click()
    page.locator("#cards:not([hidden])").wait_for()
    assert "手绘范围" in page.locator("[data-key=site]").inner_text()


def test_a_plot_is_picked_and_a_project_without_red_line_brings_its_facts(
    town_service, demo_folder, open_page
):
    with town_service.services.records.writing() as session:
        facts = {"works": "building", "use": "school"}
        at = "2026-11-20T09:00:00+08:00"
        session.add(
            Project(number="P-9", name="无红线学校", facts=facts, created_at=at, changed_at=at)
        )
    page = open_page(town_service, "/check", role="planner", refusals=frozenset({422}))
    field = page.get_by_role("combobox")
    field.fill("无红线")
    page.get_by_role("option", name="无红线学校").wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    page.get_by_text("项目情况已带入").wait_for()
    page.get_by_role("button", name="选地块").click()
    box = page.locator("#map").bounding_box()
    for x in range(40, 64, 3):  # until a plot is hit, and not a road
        page.mouse.click(box["x"] + box["width"] * x / 100, box["y"] + box["height"] * 0.47)
        page.wait_for_timeout(700)
        offered = page.locator("#intake-error button")
        if offered.count():
            offered.first.click()
        if page.locator("#cards").is_visible():
            break
    page.locator("#cards:not([hidden])").wait_for()
    assert page.locator("#project-name").input_value() == "无红线学校"
    assert page.locator("#f-use").input_value() == "school"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_workspace_says_the_next_step(empty_service, open_page, axe, language):
    """From signing in to the first check, in a workspace where nothing was published."""
    person = empty_service.account("planner", password=PASSWORD)
    page = open_page(empty_service, "/sign-in?next=/check", language=language)
    page.locator("#login").fill(person.login)
    page.locator("#password").fill(PASSWORD)
    page.locator("#sign-in button").click()
    page.wait_for_url(empty_service.url + "/check")
    said = "请管理员先发布图层" if language == "zh" else "Ask the administrator to publish layers"
    assert page.get_by_text(said).is_visible()
    axe(page)
    page.get_by_role("combobox").fill(
        "SRID=4548;POLYGON((445200 2705200,445300 2705200,445300 2705300,445200 2705200))"
    )
    page.locator("#read-text").click()
    page.locator("#cards:not([hidden])").wait_for()
    assert page.locator(".count.missing b").inner_text() != "0"
    started(page, WORDS[language])
    axe(page)


def test_a_session_that_ends_loses_nothing(town_service, demo_folder, open_page):
    page = open_page(town_service, "/check", role="planner", refusals=frozenset({401}))
    drop(page, demo_folder / "scenes" / "plant" / "plant.geojson")
    kept = page.context.cookies()
    page.context.clear_cookies(name=COOKIE)
    page.locator("#f-height_m").fill("24")
    page.locator("#f-height_m").press("Enter")
    page.wait_for_url("**/sign-in?next=**")
    page.context.add_cookies(kept)
    page.goto(town_service.url + "/check")
    page.locator("#cards:not([hidden])").wait_for()
    assert page.locator("#f-height_m").input_value() == "24"


def test_the_sites_of_a_file_are_checked_each_and_compared(town_service, demo_folder, open_page):
    page = open_page(town_service, "/check", role="planner")
    drop(page, demo_folder / "sites" / "plots.geojson")
    page.locator("[name=n]").nth(1).check()
    page.locator("[data-key=site] .sizes b").get_by_text("16,640.00").wait_for()
    page.get_by_role("button", name="逐宗检测并比选").click()
    page.wait_for_url("**/check/compare?**")
    assert page.locator(".ranking li").count() == 2


def test_keys_and_help(town_service, demo_folder, open_page, axe):
    page = open_page(town_service, "/check", role="planner")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "site-input"
    page.keyboard.press("Escape")
    page.locator("h1").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    axe(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="图层", exact=True).click()
    page.get_by_role("checkbox", name="永久基本农田").check()
    axe(page)
    assert "control.permanent_farmland" in page.evaluate("localStorage['lantu.check.layers']")


def test_a_phone_shows_the_result_without_running_over(town_service, demo_folder, open_page, axe):
    page = open_page(town_service, "/check", role="planner", size=PHONE)
    drop(page, demo_folder / "scenes" / "warehouse" / "warehouse.txt")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    started(page, WORDS["zh"])
    for tab in page.get_by_role("tab").all():
        tab.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    axe(page)
