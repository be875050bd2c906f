"""A department's job in the browser: questions and opinions answered, mistakes taken back."""

import pytest

from api.clock import now
from api.records.tasks import Asked, ask
from tests.support.served import PHONE


def asked(served, *items):
    """Have a planner ask departments."""
    planner = served.account("planner")
    with served.services.records.writing() as session:
        return [ask(session, item, planner, now().isoformat()).id for item in items]


def question(department="水利局", **more):
    body = {
        "question": {"zh": "该河段管理范围线是否已划定？", "en": "Is the river's line drawn?"},
        "project": "云汀精密零件厂",
        "finding": {"zh": "河湖管理范围", "en": "River and lake management"},
    }
    return Asked("question", "report:abc#WA-01", department, "核实河湖管理范围", body, **more)


def opinion(department="水利局"):
    return Asked("opinion", "report:abc#WA-02", department, "征求取水意见", {"text": "请出具意见"})


def test_a_question_is_answered_in_one_form(empty_service, open_page, axe):
    asked(empty_service, question(due=now().date()), question("林业局"), opinion())
    page = open_page(
        empty_service, "/inbox", role="authority", department="水利局", refusals=frozenset({422})
    )
    axe(page)
    assert page.locator(".inbox-list tbody tr").count() == 2  # not the other department's
    assert "今日到期" in page.locator(".inbox-list tbody tr").first.inner_text()
    page.get_by_role("link", name="核实河湖管理范围").click()
    assert "该河段管理范围线是否已划定？" in page.inner_text("main")
    axe(page)
    page.get_by_role("radio", name="答复如下").check()
    page.get_by_role("button", name="提交").click()
    page.wait_for_selector("#refused:has-text('请写明理由或意见内容')")
    page.fill("#text", "已划定，见水利〔2026〕3号")
    page.set_input_files(
        "#paper-file", [{"name": "批复.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}]
    )
    page.wait_for_selector("#answer .files li")
    page.get_by_role("button", name="提交").click()
    page.wait_for_selector("#take-back")
    assert "已划定，见水利〔2026〕3号" in page.inner_text(".history")
    with page.expect_download() as download:
        page.get_by_role("link", name="批复.pdf").click()
    assert download.value.path().read_bytes() == b"%PDF"


def test_a_mistake_is_taken_back_and_stays_on_record(empty_service, open_page, axe):
    (number,) = asked(empty_service, opinion())
    page = open_page(empty_service, f"/inbox/{number}", role="authority", department="水利局")
    page.get_by_role("radio", name="不同意").check()
    page.fill("#text", "取水口不足")
    page.get_by_role("button", name="提交").click()
    page.click("#take-back")
    axe(page)
    page.fill("#why", "看错项目")
    page.get_by_role("button", name="撤回", exact=True).click()
    page.wait_for_selector("#answer")
    record = page.inner_text(".history")
    assert "不同意" in record
    assert "看错项目" in record
    page.get_by_role("radio", name="有条件同意").check()
    page.fill("#text", "须装计量")
    page.get_by_role("button", name="提交").click()
    page.wait_for_selector("#take-back")
    page.goto(f"{empty_service.url}/inbox?show=done")
    assert "有条件同意" in page.inner_text(".inbox-list")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_inbox_says_what_will_come(empty_service, open_page, axe, language):
    page = open_page(
        empty_service, "/inbox", role="authority", department="水利局", language=language
    )
    words = "没有待办事项" if language == "zh" else "Nothing waits for you"
    assert page.get_by_role("heading", name=words).is_visible()
    axe(page)


def test_the_inbox_is_read_on_a_phone(empty_service, open_page, axe):
    (number,) = asked(empty_service, question())
    page = open_page(empty_service, "/inbox", role="authority", department="水利局", size=PHONE)
    for path in ("/inbox", f"/inbox/{number}"):
        page.goto(empty_service.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], path
        axe(page)
