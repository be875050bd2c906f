"""The scheduler's whole job in a browser, from an empty workspace: import, look, find, open."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.served import PHONE, Served

LIST = (
    "项目名称,项目代码,所在区,牵头单位,阶段,进入阶段日期,阶段时限,节点日期,总投资,红线\n"
    '电子厂,2026-350299-01,北区,滨江城投,规划许可,2026-08-03,20,2026-10-01,3亿,"POLYGON((445000 '
    '2705000,445200 2705000,445200 2705200,445000 2705200,445000 2705000))"\n'
    "学校,,南区,教育局,用地预审,,,,1亿,\n"
)


@pytest.fixture
def listed(empty_service: Served, open_page: Callable[..., Page]) -> Page:
    """A scheduler who has imported the office's list through the pages."""
    page = open_page(empty_service, "/schedule", role="scheduler")
    expect(page.get_by_role("heading", name="还没有项目")).to_be_visible()
    page.get_by_role("link", name="导入清单").click()
    page.wait_for_load_state()
    page.set_input_files(
        "#file", {"name": "周报.csv", "mimeType": "text/csv", "buffer": LIST.encode("gb18030")}
    )
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("[data-column='牵头单位']")).to_have_value("lead")
    expect(page.locator("[data-column='总投资']")).to_have_value("own")
    page.get_by_role("button", name="核对差异").click()
    expect(page.locator("#sums .tile b").first).to_have_text("2")
    page.get_by_role("button", name="确认写入").click()
    page.wait_for_url("**/projects")
    page.wait_for_load_state()
    expect(page.locator("#table tbody tr")).to_have_count(2)
    return page


def test_a_list_becomes_a_desk(
    listed: Page, axe: Callable[[Page], None], empty_service: Served
) -> None:
    page = listed
    page.goto(empty_service.url + "/schedule")
    tiles = page.locator("#numbers .tile b")
    expect(tiles).to_have_count(7)
    expect(tiles.nth(0)).to_have_text("2")
    expect(tiles.nth(4)).to_have_text("1")  # 超期: 电子厂
    axe(page)
    page.locator("#numbers .tile", has_text="超期").click()
    expect(page.locator("#rows tr")).to_have_count(1)
    page.wait_for_url("**/schedule?only=overdue")
    page.locator("#rows tr").click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_role("heading", name="电子厂")).to_be_visible()
    expect(drawer.locator(".answers")).to_contain_text("超期")
    expect(drawer.get_by_role("heading", name="红线 1")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    page.goto(empty_service.url + "/schedule")
    expect(page.locator("#tray-count")).to_have_text("(1)")
    with page.expect_download() as got:
        page.locator("#sheet").click()
    assert got.value.suggested_filename.endswith(".xlsx")


def test_the_address_holds_what_was_chosen(listed: Page, empty_service: Served) -> None:
    page = listed
    page.goto(empty_service.url + "/schedule?only=overdue&project=P2026-0001")
    expect(page.locator("#drawer-title")).to_contain_text("电子厂")
    expect(page.locator("#rows tr[aria-selected=true]")).to_have_count(1)


def test_a_project_page_shows_red_lines_and_changes(
    listed: Page, axe: Callable[[Page], None]
) -> None:
    page = listed
    page.get_by_role("link", name="电子厂").click()
    page.wait_for_load_state()
    expect(page.get_by_role("heading", name="红线 1")).to_be_visible()
    page.get_by_text("加入新一版红线").click()
    page.fill(
        "#l-text",
        "SRID=4548;POLYGON((445050 2705000,445250 2705000,445250 2705200,445050 2705200,"
        "445050 2705000))",
    )
    page.select_option("#l-kind", "survey")
    page.locator("#line").get_by_role("button", name="加入").click()
    expect(page.get_by_role("heading", name="红线 2")).to_be_visible()
    page.get_by_role("button", name="看差异").click()
    expect(page.locator("#diff")).to_contain_text("增加 10,000.00 m²（绿），减少 10,000.00 m²")
    page.get_by_role("button", name="修改").click()
    page.fill("#c-owner", "王五")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("dd", has_text="王五")).to_be_visible()
    axe(page)


def test_the_desk_is_read_on_a_phone_and_in_english(
    empty_service: Served, open_page: Callable[..., Page]
) -> None:
    page = open_page(empty_service, "/schedule", role="scheduler", language="en", size=PHONE)
    expect(page.get_by_role("heading", name="No project yet")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_layers_are_switched_on_beneath_the_projects(
    town_service: Served, open_page: Callable[..., Page]
) -> None:
    page = open_page(town_service, "/schedule", role="scheduler")
    page.locator(".leaflet-control-layers").hover()
    with page.expect_response("**/tiles/control.permanent_farmland/**") as got:
        page.locator(".leaflet-control-layers-overlays label", has_text="永久基本农田").click()
    assert got.value.status == 200
    assert got.value.headers["content-type"] == "application/vnd.mapbox-vector-tile"
