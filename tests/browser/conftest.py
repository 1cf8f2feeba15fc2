"""A real browser on the real pages: Debian's chromium against a live server, as the application's own role.

Pictures of the pages go to a folder of the test's own, and stay there when a test fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.interfaces.web_world import PASSWORD, World, make_world

CHROMIUM = Path("/usr/bin/chromium")
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser; tests are skipped where there is none."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not here: apt-get install chromium")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(_ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def world(live_server: object) -> World:
    """The small world, committed, so that the server sees it."""
    return make_world(password=PASSWORD)


class Visitor:
    """Somebody at a screen; remembers what the browser complained about."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, path: str) -> Page:
        """Open a page and return it."""
        self.page.goto(self.address + path)
        return self.page

    def log_in(self, who: str) -> Page:
        """Log in by the form, as anybody would."""
        self.go("/accounts/login/")
        self.page.get_by_label("Email").fill(f"{who}@tijdig.example")
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url("**/o/**")
        return self.page

    def overflow(self) -> int:
        """How many pixels the page is wider than the screen."""
        width: int = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        return width


@pytest.fixture
def visit(browser: Browser, live_server: object) -> Iterator[object]:
    """Call it for a visitor: `visit(width=360, scheme="dark")`."""
    contexts: list[BrowserContext] = []

    def make(*, width: int = 1440, scheme: str = "light", scripts: bool = True) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            locale="en-GB",
            # What fades in has other colours for a moment, and axe may look just then.
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(30_000)
        expect.set_options(timeout=20_000)
        return Visitor(context.new_page(), live_server.url)  # type: ignore[attr-defined]

    yield make
    for context in contexts:
        context.close()
