"""A slow phone on a slow network, as browsers' own tools simulate one."""

import contextlib
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

# Playwright waits by evaluating scripts, which the web app's Content Security Policy forbids.
WATCHED: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "bypass_csp": True}
CPU_SLOWDOWN = 4
# "Slow 4G": 150 ms there and back, 1.6 Mbit/s down, 750 kbit/s up.
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}


@contextlib.contextmanager
def slow_phone(browser: Browser) -> Iterator[tuple[Page, CDPSession]]:
    context = browser.new_context(**WATCHED, has_touch=True, is_mobile=True)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    yield page, session
    context.close()
