"""The guards guard: a page of the frame passes them, a page that goes astray does not."""

import pytest

from tests.support.served import PHONE


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_frame_is_accessible_and_asks_nobody(empty_service, open_page, axe, language):
    page = open_page(
        empty_service, "/nowhere", role="planner", language=language, refusals=frozenset({404})
    )
    words = "用地检测" if language == "zh" else "Check a site"
    assert page.get_by_role("link", name=words).is_visible()
    axe(page)


def test_nothing_runs_over_the_edge_of_a_phone(empty_service, open_page):
    page = open_page(
        empty_service, "/nowhere", role="planner", size=PHONE, refusals=frozenset({404})
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
