"""The administrator's whole job in a browser, from an empty workspace: sign in, publish, people."""

import json
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.served import Served

SQUARE = [[445000, 2705000], [446000, 2705000], [446000, 2706000], [445000, 2706000]]
LAYER = json.dumps(
    {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}},
        "features": [
            {
                "type": "Feature",
                "properties": {"name": "红线一"},
                "geometry": {"type": "Polygon", "coordinates": [[*SQUARE, SQUARE[0]]]},
            }
        ],
    }
).encode()


def test_an_edition_is_published_by_upload(
    empty_service: Served, open_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = open_page(empty_service, "/admin", role="admin", refusals=frozenset({422}))
    expect(page.get_by_role("heading", name="工作区还没有数据")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="发布第一个图层").click()
    page.wait_for_load_state()
    page.fill("#find", "blue_line")
    page.get_by_role("link", name="城市蓝线").click()
    page.wait_for_load_state()
    axe(page)
    upload = {"name": "redline.geojson", "mimeType": "application/geo+json", "buffer": LAYER}
    page.set_input_files("#p-file", upload)
    page.fill("#p-edition", "2026")
    page.fill("#p-accuracy", "1")
    page.get_by_role("button", name="检查并发布").click()
    expect(page.get_by_role("heading", name="入库日志 · 2026")).to_be_visible()
    expect(page.locator(".tile b").nth(1)).to_have_text("1")
    axe(page)
    page.goto(empty_service.url + "/layers/control.blue_line")
    expect(page.locator("h1 .badge")).to_have_text("数据有效")
    axe(page)


def test_a_bad_file_is_refused_with_what_to_do(
    empty_service: Served, open_page: Callable[..., Page]
) -> None:
    page = open_page(empty_service, "/admin/layers/control.eco_redline", role="admin")
    page.set_input_files(
        "#p-file", {"name": "x.geojson", "mimeType": "application/geo+json", "buffer": b"{no"}
    )
    page.fill("#p-accuracy", "1")
    page.get_by_role("button", name="检查并发布").click()
    expect(page.locator("#refused")).not_to_be_empty()
    expect(page.locator("#work")).to_be_hidden()


def test_somebody_is_added_and_signs_in(
    empty_service: Served, open_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = open_page(empty_service, "/admin/users", role="admin")
    page.get_by_role("button", name="添加用户").click()
    page.fill("#u-login", "wang")
    page.fill("#u-name", "王工")
    page.select_option("#u-role", "authority")
    page.fill("#u-department", "水利局")
    axe(page)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#one-time")).not_to_be_empty()
    password = page.locator("#one-time").inner_text()
    page.get_by_role("button", name="已记下").click()
    expect(page.locator("#users tbody tr", has_text="王工")).to_contain_text("水利局")
    page.goto(empty_service.url + "/admin/audit")
    expect(page.locator("#acts tbody")).to_contain_text("user.add")
    axe(page)

    fresh = open_page(empty_service, "/sign-in", refusals=frozenset({401}))
    axe(fresh)
    fresh.fill("#login", "wang")
    fresh.fill("#password", "wrong")
    fresh.get_by_role("button", name="登录").click()
    expect(fresh.locator("#refused")).not_to_be_empty()
    fresh.fill("#password", password)
    fresh.get_by_role("button", name="登录").click()
    fresh.fill("#fresh", "a password of my own")
    fresh.fill("#again", "a password of my own")
    fresh.get_by_role("button", name="保存并继续").click()
    fresh.wait_for_url("**/inbox")
    fresh.goto(empty_service.url + "/account")
    expect(fresh.get_by_role("heading", name="王工")).to_be_visible()
    axe(fresh)
    fresh.fill("#token-name", "报表")
    fresh.get_by_role("button", name="新建令牌").click()
    expect(fresh.locator("#made-token")).to_contain_text("lt_")
    fresh.get_by_role("button", name="退出登录").click()
    expect(fresh.get_by_role("link", name="登录")).to_be_visible()


def test_everybody_reads_the_public_pages(
    empty_service: Served, open_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    page = open_page(empty_service, "/")
    expect(page.get_by_role("heading", name="还没有公布的成果")).to_be_visible()
    axe(page)
    for path in ("/layers", "/rules", "/glossary"):
        page.goto(empty_service.url + path)
        axe(page)
    page.fill("#find", "图斑")
    expect(page.locator("[data-text]:visible")).to_have_count(3)
