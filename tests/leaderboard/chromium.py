"""Chromium for the tests of the pages, with the network off. Tests wait for what they assert."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists() and not os.environ.get("CI"),
        reason="needs /usr/bin/chromium (apt install chromium)",
    ),
]
"""A module's ``pytestmark``; on CI a machine without Chromium fails."""

PATIENCE_S = 10.0
"""How long a test waits for the state that it asserts."""


def settles(read: Callable[[], object], wanted: object = True) -> None:
    """Assert that what ``read`` reads of a page becomes ``wanted``.

    A click returns before a busy page has followed it, so what follows an action is never read just once. For
    the state of a single element use ``expect``, which waits as well.
    """
    from playwright.sync_api import Error

    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            if read() == wanted:
                return
        except (Error, IndexError):  # a page that is just being left or filled
            pass
        time.sleep(0.02)
    assert read() == wanted


def expect(element):
    """Playwright's assertions about an element or a page, which wait until they hold."""
    from playwright.sync_api import expect

    return expect(element)


@contextmanager
def chromium() -> Iterator[object]:
    """The browser, headless."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        browser.close()


class Visit:
    """An open page with its complaints and requests. ``view`` follows its path, ``before`` runs first."""

    def __init__(
        self,
        browser,
        path: Path,
        width: int = 1280,
        scheme: str = "light",
        view: str = "",
        scripts: bool = True,
        before: str = "",
    ) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            accept_downloads=True,
            java_script_enabled=scripts,
        )
        self.context.set_offline(True)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on(
            "console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        self.page.on("dialog", lambda dialog: (self.complaints.append("dialog"), dialog.dismiss()))
        self.page.on("request", lambda request: self.requests.append(request.url))
        if before:
            self.page.add_init_script(before)
        self.page.goto(path.as_uri() + view)

    def shown(self, selector: str, **options: str):
        """Elements of the board's open tab."""
        return self.page.locator(f".panel:not([hidden]) {selector}".strip(), **options)

    def point_at(self, text: str) -> None:
        """Put the pointer on the first cell of the heatmap that has the text, and wait for what it says."""
        self.shown(".heatmap td > a", has_text=text).first.hover()
        self.page.get_by_role("tooltip").wait_for()

    def leave(self) -> None:
        """Close the page, which may neither have complained nor asked for anything but files."""
        self.context.close()
        assert self.complaints == []
        assert self.requests and all(url.startswith(("file://", "blob:")) for url in self.requests)
