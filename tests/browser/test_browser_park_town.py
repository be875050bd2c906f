"""The sample town's park in the browser: board, map, plots, precheck, files, both languages."""

import pytest

from tests.support.served import DESKTOP, PHONE

PARK = frozenset({"BJ-A"})
BASE = "/park/BJ-A"
PATHS = (
    "", "/plots", "/precheck", "/account", "/duties", "/use", "/import", "/publish", "/boundary",
)  # fmt: skip


@pytest.mark.parametrize(("language", "size"), [("zh", DESKTOP), ("en", PHONE)])
def test_every_page_of_a_park_stands(town_service, open_page, axe, language, size):
    """In both languages, on wide screens and phones, nothing runs over the edge."""
    page = open_page(town_service, BASE, role="park_body", parks=PARK, language=language, size=size)
    for path in PATHS:
        page.goto(town_service.url + BASE + path)
        page.wait_for_load_state("networkidle")
        assert "Text(zh=" not in page.inner_text("main"), path
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
        axe(page)


def test_the_board_filters_and_opens_a_result(town_service, open_page, axe):
    page = open_page(town_service, BASE, role="park_body", parks=PARK)
    shown = page.locator("#kinds tbody tr:visible")
    assert shown.count() == 12
    page.click("[data-filter=valid]")
    valid = int(page.locator("[data-filter=valid] b").inner_text().split("/")[0])
    assert shown.count() == valid
    page.reload()
    assert shown.count() == valid  # the filter is kept in the address
    page.click("[data-filter=valid]")
    row = page.locator("tr[data-kind=geological_hazard]")
    assert "28.0%" in row.inner_text()  # 740 m by 980 m of 258.57 ha
    row.locator("td").nth(1).click()
    page.wait_for_selector("#drawer article")
    assert page.locator("#map-kind").input_value() == "geological_hazard"
    page.wait_for_selector("#legend:has-text('未覆盖')")
    axe(page)
    page.keyboard.press("Escape")
    assert page.locator("#drawer").is_hidden()


def test_a_plot_is_chosen_and_its_indicators_are_handed_out(town_service, open_page):
    page = open_page(town_service, f"{BASE}/plots", role="park_body", parks=PARK)
    page.fill("#find", "二类工业")
    first = page.locator("tr[data-plot]:visible").first
    first.click()
    assert first.get_attribute("aria-selected") == "true"
    for form, head in (("PDF", b"%PDF"), ("DOCX", b"PK"), ("XLSX", b"PK")):
        with page.expect_download() as download:
            first.get_by_role("link", name=form).click()
        assert download.value.path().read_bytes().startswith(head)


def test_a_precheck_answers_and_prints(town_service, open_page, axe):
    page = open_page(
        town_service, f"{BASE}/precheck?plot=2026%232023", role="park_body", parks=PARK
    )
    page.fill("#f-industry", "C2614")
    page.get_by_role("button", name="开始预检").click()
    page.wait_for_url("**f.industry=C2614**")
    assert "不符合" in page.locator("dl.pairs").first.inner_text()  # C26 is barred
    axe(page)
    with page.expect_popup() as popup:
        page.get_by_role("link", name="打印预检单").click()
    assert "准入预检单" in popup.value.inner_text("body")


def test_a_foreign_park_is_closed(town_service, open_page):
    page = open_page(
        town_service, "/park/BJ-B", role="park_body", parks=PARK, refusals=frozenset({403})
    )
    assert "无权" in page.inner_text("main")


def test_a_revision_first_shows_whom_it_touches(town_service, open_page, axe):
    page = open_page(town_service, f"{BASE}/publish", role="park_body", parks=PARK)
    page.locator("[data-revise*='seismic_safety']").click()
    page.wait_for_selector("#touched:has-text('影响 0 个项目')")
    axe(page)
    page.fill("#act-why", "补充高层建筑条件")
    page.get_by_role("button", name="开始修订").click()
    page.wait_for_url("**/1")
    assert page.input_value("#f-version") == "2"
    page.get_by_role("button", name="删除草稿").click()
    page.get_by_role("button", name="删除", exact=True).click()
    page.wait_for_url(f"**{BASE}")
