"""Pages in a real browser: the service, somebody signed in, and guards that nothing goes astray.

A page from `open_page` fails its test when it asked any other host, wrote an error to the console
or threw in a script. `axe(page)` fails on every serious finding of accessibility.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from api.auth.roles import Principal
from api.pages.render import STATIC
from tests.support.browser import FLAGS, find_chromium
from tests.support.served import DESKTOP, Served, copied, empty_workspace, serving
from tests.town import run_folder, shared_demo

_LOADED_BADLY = re.compile(r"the server responded with a status of (\d+)")


class Guarded:
    """What a page must not do: kept while it lives, judged when the test ends."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.faults: list[str] = []
        self.refusals: set[int] = set()
        self._url = url
        page.on("request", lambda request: self._asked(request.url))
        page.on("console", lambda line: self._said(line.type, line.text))
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("dialog", lambda dialog: (self.faults.append("a dialog"), dialog.dismiss()))

    def _asked(self, url: str) -> None:
        if not url.startswith((self._url, "data:", "blob:", "about:")):
            self.faults.append(f"asked {url}")

    def _said(self, kind: str, text: str) -> None:
        refused = _LOADED_BADLY.search(text)
        if refused and int(refused[1]) in self.refusals:
            return
        if kind in {"error", "warning"}:
            self.faults.append(f"console: {text}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of this machine; none is fetched."""
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no chromium on this machine (tests/services.sh installs it)")
    flags = [flag for flag in FLAGS if not flag.startswith(("--headless", "--remote", "--window"))]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the played demo: `sites`, `scenes`, `reports`; read it only."""
    return shared_demo(run_folder(tmp_path_factory.getbasetemp()))


@pytest.fixture(scope="session")
def town_service(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service on a copy of the sample town's workspace, one for all tests of a process."""
    place = copied(demo_folder / "workspace", tmp_path_factory.mktemp("town") / "workspace")
    with serving(place) as served:
        yield served


@pytest.fixture
def empty_service(tmp_path: Path) -> Iterator[Served]:
    """The service on a new workspace without any layer."""
    with serving(empty_workspace(tmp_path / "empty", packs=("cn-base",))) as served:
        yield served


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Return a function that opens a page of a service as somebody, and guards it.

    `open_page(served, "/check", role="planner", language="en", size=PHONE, parks=frozenset())`;
    give `who` (from `served.account`) to be the same person again. Answers of refusal that the
    test provokes are named: `refusals={422}`.
    """
    contexts: list[BrowserContext] = []
    guards: list[Guarded] = []

    def opened(
        served: Served,
        path: str = "/",
        *,
        role: str | None = None,
        who: Principal | None = None,
        language: str = "zh",
        size: tuple[int, int] = DESKTOP,
        refusals: frozenset[int] = frozenset(),
        **bound: object,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN" if language == "zh" else "en-GB",
            timezone_id="Asia/Shanghai",
            accept_downloads=True,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        cookies = [{"name": "lantu_lang", "value": language, "url": served.url}]
        person = who or (served.account(role, **bound) if role else None)
        if person is not None:
            cookies.append(served.cookie(person))
        context.add_cookies(cookies)
        page = context.new_page()
        guard = Guarded(page, served.url)
        guard.refusals |= set(refusals)
        guards.append(guard)
        page.goto(served.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [fault for guard in guards for fault in guard.faults] == []


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Return a function that fails on serious findings of axe on the page as it stands."""
    script = (STATIC / "vendor" / "axe.js").read_text(encoding="utf-8")

    def judged(page: Page) -> None:
        page.evaluate(script)
        found = page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
            ".filter(v => ['serious', 'critical'].includes(v.impact))"
            ".map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 6).join(' | '))"
        )
        assert found == []

    return judged
