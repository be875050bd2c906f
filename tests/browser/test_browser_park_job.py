"""A park body's whole job in the browser, from a workspace that holds nothing, in Chinese."""

import json
from pathlib import Path

import pytest
import shapely

from api.clock import now
from maps.display import lonlat_json

PARK = "PARK-T"
SQUARE = shapely.box(450_000, 2_705_000, 451_000, 2_706_000)  # 1 km by 1 km
LAST = "2031-12-31"


@pytest.fixture
def boundary(tmp_path: Path) -> Path:
    path = tmp_path / "boundary.geojson"
    feature = {
        "type": "Feature",
        "properties": {},
        "geometry": shapely.geometry.mapping(SQUARE),
    }
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}))
    return path


def with_rules(served):
    """What an administrator does first: the rules are chosen."""
    served.services.workspace.set_packs(["cn-base", "xiamen-haicang"], at=now())
    return served


def give_boundary(page, path):
    page.get_by_role("link", name="给出园区边界").first.click()
    page.wait_for_load_state()
    page.set_input_files("#extent-file", path)
    page.wait_for_selector("#confirm-button:enabled")
    assert "1,000,000.00 m²" in page.inner_text("#extent-said")
    page.fill("#name", "测试园")
    page.get_by_role("button", name="确认边界，开始发布成果").click()
    page.wait_for_url("**/publish")
    page.wait_for_load_state()


def fill_steps(page):
    """The five steps for flood impact: the park's boundary, a limit, a total, a commitment."""
    page.click("[data-new=flood_impact]")
    page.wait_for_url("**/1")
    page.wait_for_load_state()
    page.fill("#f-issuer", "测试园管委会")
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/2")
    page.wait_for_load_state()
    page.wait_for_selector("#extent-said dl")
    assert "100.00%" in page.inner_text("#extent-said")
    page.select_option("#f-partial_coverage-rule", label="补充评估未覆盖部分")
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/3")
    page.wait_for_load_state()
    page.get_by_role("button", name="下一步").click()  # what is missing is said at its field
    page.wait_for_selector("[data-field=valid_from] .field-error:has-text('请填写')")
    page.fill("#f-valid_from", "2026-01-01")
    page.fill("#f-valid_to", LAST)
    page.fill("#f-validity_source", "评审意见")
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/4")
    page.wait_for_load_state()
    totals = page.locator("[data-field=totals]")
    totals.locator("[data-tri]").select_option("list")
    totals.locator("[data-key=name]").fill("建筑总规模")
    totals.locator("[data-key=fact]").select_option("floor_area_m2")
    totals.locator("[data-key=unit]").fill("m2")
    totals.locator("[data-key=limit]").fill("50000")
    promised = page.locator("[data-field=commitments]")
    promised.locator("[data-tri]").select_option("list")
    promised.locator("[data-key=zh]").fill("按成果要求设防")
    promised.locator("[data-key=en]").fill("Protect as the result asks")


def leave_and_come_back(page):
    """A draft that is left is found among the things to do, with all that was typed."""
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_selector("#toasts .toast")
    page.get_by_role("link", name="稍后再填").click()
    page.wait_for_load_state()
    page.get_by_role("link", name="继续填写草稿").click()
    page.wait_for_url("**/drafts/*")
    page.wait_for_load_state()
    page.goto(
        page.url.split("/drafts/")[0] + "/drafts/" + page.url.split("/drafts/")[1][:32] + "/4"
    )
    assert page.input_value("[data-field=totals] [data-key=limit]") == "50000"


def end_steps(page, department):
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/5")
    page.wait_for_load_state()
    page.fill("#f-review-body", "专家组")
    page.fill("#f-review-date", "2025-12-01")
    page.select_option("#f-review-public", "true")
    opinion = {"name": "审查意见.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 opinion"}
    page.set_input_files("#document-file", [opinion])
    page.wait_for_selector("#documents .files a:has-text('审查意见.pdf')")
    page.locator("#step").get_by_role("button", name="检查并提交").click()
    page.wait_for_url("**/check/all")
    page.wait_for_load_state()
    while page.locator("#send .chip button").count():
        page.locator("#send .chip button").first.click()
    page.fill("[data-word-input]", department)
    page.get_by_role("button", name="添加").click()
    page.fill("#due", "2099-01-01")


def acknowledge(page):
    page.get_by_role("link", name="防洪影响评价").click()
    page.wait_for_load_state()
    assert "审查意见.pdf" in page.inner_text(".evidence")
    page.get_by_role("radio", name="采信").check()
    page.fill("#document", "水采〔2026〕1号")
    page.get_by_role("button", name="提交").click()
    page.wait_for_selector("#take-back")


def do(page, act, why):
    page.click(f"#drawer [data-act={act}]")
    page.fill("#act-why", why)
    told = page.inner_text("#touched")
    with page.expect_navigation():
        page.locator("dialog button[type=submit]").click()
    return told


def test_the_whole_job_of_a_park_body(empty_service, open_page, axe, boundary):
    served = with_rules(empty_service)
    water = served.account("authority", department="水务局")
    body = served.account("park_body", parks=frozenset({PARK}))
    page = open_page(served, "/park", who=body)
    assert "从园区边界开始" in page.inner_text("main")
    axe(page)
    give_boundary(page, boundary)
    axe(page)
    fill_steps(page)
    axe(page)
    leave_and_come_back(page)
    end_steps(page, "水务局")
    axe(page)
    page.get_by_role("button", name="提交并送请采信").click()
    page.wait_for_url("**sent=**")
    page.wait_for_load_state()
    row = page.locator("tr[data-kind=flood_impact]")
    assert "待审" in row.inner_text()
    assert "采信 0/1" in row.inner_text()

    inbox = open_page(served, "/inbox", who=water)
    axe(inbox)
    acknowledge(inbox)
    axe(inbox)

    page.goto(f"{served.url}/park/{PARK}")
    page.get_by_role("link", name="采信已齐，可公布").click()
    page.wait_for_load_state()
    page.wait_for_selector("#drawer [data-act=publish]")
    axe(page)
    do(page, "publish", "采信已齐")
    assert "有效" in page.locator("tr[data-kind=flood_impact]").inner_text()
    assert page.locator("[data-filter=valid] b").inner_text().startswith("1")

    page.goto(f"{served.url}/park/{PARK}/account")
    page.click("[data-book=reserve]")
    page.fill("#project", "2026-350205-01")
    page.fill("#amount-0", "12000.5")
    page.fill("#why", "签订投资协议")
    page.locator("dialog button[type=submit]").click()
    page.wait_for_selector("[data-book=commit]")
    assert "余 37999.5 m2" in page.inner_text("[data-total]")
    axe(page)

    page.goto(f"{served.url}/park/{PARK}")
    assert page.locator("[data-filter=used] b").inner_text() == "1"
    page.click("tr[data-kind=flood_impact] td:nth-child(2)")
    page.wait_for_selector("#drawer [data-act=suspend]")
    assert "影响 1 个项目" in do(page, "suspend", "防洪标准调整")
    assert "暂停" in page.locator("tr[data-kind=flood_impact]").inner_text()
    acts = [row.event for row in served.services.workspace.standings()[0].history]
    assert acts == ["add", "submit", "acknowledge", "publish", "suspend"]


def test_a_project_in_the_park_shares_the_result(empty_service, open_page, boundary):
    """What was published in the browser decides a check; an issued report counts as a use."""
    served = with_rules(empty_service)
    body = served.account("park_body", parks=frozenset({PARK}))
    served.account("authority", department="水务局")
    page = open_page(served, f"/park/{PARK}/boundary", who=body)
    page.set_input_files("#extent-file", boundary)
    page.wait_for_selector("#confirm-button:enabled")
    page.fill("#name", "测试园")
    page.get_by_role("button", name="确认边界，开始发布成果").click()
    page.wait_for_url("**/publish")
    page.wait_for_load_state()
    fill_steps(page)
    end_steps(page, "水务局")
    page.get_by_role("button", name="提交并送请采信").click()
    page.wait_for_url("**sent=**")
    page.wait_for_load_state()
    inbox = open_page(served, "/inbox", role="authority", department="水务局")
    acknowledge(inbox)
    page.goto(f"{served.url}/park/{PARK}")
    page.get_by_role("link", name="采信已齐，可公布").click()
    page.wait_for_load_state()
    page.wait_for_selector("#drawer [data-act=publish]")
    do(page, "publish", "采信已齐")

    report = issued_report(served)
    flood = next(item for item in report["inheritance"] if item["kind"] == "flood_impact")
    assert flood["share_covered"] == 1
    assert flood["assessment"]["code"] == f"{PARK}.flood_impact"


def issued_report(served):
    from api.checking import Question, check_site
    from checks.facts import project_of
    from gis.site import Site

    services = served.services
    book = services.rulebook()
    inside = shapely.box(450_100, 2_705_100, 450_200, 2_705_200)
    site = Site("厂房", inside, "EPSG:4548", "EPSG:4548", 0.0)
    facts = {"works": "building", "floor_area_m2": "8000", "industry": "C39"}
    project = project_of(facts, book.facts, where="test")
    question = Question(as_of=now().date())
    return check_site(
        site, question, project=project, rulebook=book, workspace=services.workspace
    ).data


def test_a_drawing_outside_the_park_is_cut_or_refused(empty_service, open_page, boundary):
    served = with_rules(empty_service)
    body = served.account("park_body", parks=frozenset({PARK}))
    page = open_page(served, f"/park/{PARK}/boundary", who=body, refusals=frozenset({422}))
    page.set_input_files("#extent-file", boundary)
    page.wait_for_selector("#confirm-button:enabled")
    page.fill("#name", "测试园")
    page.get_by_role("button", name="确认边界，开始发布成果").click()
    page.wait_for_url("**/publish")
    page.wait_for_load_state()
    page.click("[data-new=seismic_safety]")
    page.wait_for_url("**/1")
    page.wait_for_load_state()
    draft = page.url.removesuffix("/1")
    half = lonlat_json(shapely.box(450_500, 2_705_000, 452_000, 2_706_000), "EPSG:4548")
    away = lonlat_json(shapely.box(455_000, 2_705_000, 456_000, 2_706_000), "EPSG:4548")
    send = """async ([path, geometry]) => {
        const { call } = await import(document.querySelector('script[src$="app.js"]').src);
        try { return (await call(path, {method: "POST", body: {geometry, clip: true}})).data; }
        catch (error) { return error.problem.code; }
    }"""
    cut = page.evaluate(send, [draft + "/extent/drawn", half])
    assert cut["area_m2"] == pytest.approx(500_000, abs=2)
    assert cut["outside_m2"] == pytest.approx(0, abs=0.5)
    assert page.evaluate(send, [draft + "/extent/drawn", away]) == "extent_outside_park"


def test_a_boundary_is_drawn_corner_by_corner(empty_service, open_page):
    served = with_rules(empty_service)
    body = served.account("park_body", parks=frozenset({PARK}))
    page = open_page(served, f"/park/{PARK}/boundary", who=body)
    page.get_by_role("button", name="在地图上绘制").click()
    box = page.locator("#extent-map").bounding_box()
    corners = [(0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6), (0.4, 0.4)]
    for x, y in corners:  # the library takes faster clicks for one double click
        page.wait_for_timeout(350)
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.wait_for_selector("#extent-said dl")
    page.wait_for_selector("#confirm-button:enabled")
    page.fill("#name", "手绘园")
    page.get_by_role("button", name="确认边界，开始发布成果").click()
    page.wait_for_url("**/publish")
    page.wait_for_load_state()
    (edition,) = served.services.workspace.editions("park.boundary")
    assert (edition.part, edition.feature_count) == (PARK, 1)
