"""Debian's Chromium, driven by Playwright, and a witness of what its pages complain about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from core.network import local_addresses
from tests.services import chromium_binary

# How long a page may take for what it is to show, here and in tests/page: a busy machine takes more than
# Playwright's own 5 s.
PATIENCE_MILLISECONDS = 30_000
expect.set_options(timeout=PATIENCE_MILLISECONDS)
SWITCHES = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    # Whatever asks for another machine gets nowhere, and is seen.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
    + "".join(f", EXCLUDE {own}" for own in local_addresses()),
]
NOTE_VIOLATIONS = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", event => {
        window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
    });
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with a fresh profile."""
    with sync_playwright() as playwright, chromium_of(playwright) as browser:
        yield browser


@contextmanager
def chromium_of(playwright: Playwright) -> Iterator[Browser]:
    """The same where Playwright, of which there can be but one, drives another browser besides."""
    browser = playwright.chromium.launch(executable_path=chromium_binary(), args=SWITCHES)
    yield browser
    browser.close()


class WatchedPage:
    """A page of which everything is noted that should not be there."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.page = page
        self._base_url = base_url
        self._noted: list[str] = []
        page.add_init_script(NOTE_VIOLATIONS)
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self._noted.append(f"error: {error}"))
        page.on("request", self._note_request)
        page.on("requestfailed", self._note_failure)

    def open(self, path: str) -> None:
        self.page.goto(f"{self._base_url}{path}")

    def complaints(self) -> list[str]:
        """Violations of the page that is open, and errors and foreign requests of all so far."""
        violations: list[str] = self.page.evaluate("window.violations")
        return [*self._noted, *violations]

    def _note_console(self, message: Any) -> None:
        if message.type == "error":
            self._noted.append(f"console: {message.text}")

    def _note_failure(self, request: Any) -> None:
        # What the page itself takes back, as a search by the next letter, has not failed.
        if request.failure != "net::ERR_ABORTED":
            self._noted.append(f"failed: {request.url}")

    def _note_request(self, request: Any) -> None:
        if not request.url.startswith((f"{self._base_url}/", "data:", "blob:")):
            self._noted.append(f"elsewhere: {request.url}")
