"""People at the real page, each in a browser window of their own."""

import re
import time
from collections.abc import Callable, Sequence
from typing import Any, Self

from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.processes import PROJECT

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
NARROW: dict[str, Any] = {**PHONE, "viewport": {"width": 320, "height": 640}}
TABLET: dict[str, Any] = {**PHONE, "viewport": {"width": 820, "height": 1180}}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
# But for their size.
LOOKS: list[dict[str, Any]] = [{}, {name: value for name, value in PHONE.items() if name != "viewport"}]
Kind = tuple[str, bool]
AXE = PROJECT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# Every rule but those of the page's whole outline that axe itself calls a matter of taste. Of these none but
# those of sound and video look at what axe would load for itself besides.
RUN_AXE = """async (rules) => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const options = { runOnly: rules.length ? rules : tags, resultTypes: ["violations"], preload: false };
    const { violations } = await axe.run(document, options);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}"""
# Without animations that never end, or have ended and hold their last frame; a cancelled one has ended, too.
# What was begun has been drawn two frames later, and may only then begin to move.
STANDSTILL = """async () => {
    for (;;) {
        await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        const all = document.getAnimations();
        const ending = all.filter(
            (one) => one.playState === "running" && one.effect.getComputedTiming().endTime < 60_000,
        );
        if (ending.length === 0) return;
        await Promise.allSettled(ending.map((one) => one.finished));
    }
}"""
# The page itself, or a dialog above it.
SIDEWAYS = """document.documentElement.scrollWidth > innerWidth
    || [...document.querySelectorAll("dialog[open]")].some((one) => one.scrollWidth > one.clientWidth)"""
# Browsers tell every response of 4xx as an error of the console, also one that the page expects.
EXPECTED_ANSWER = re.compile(r"the server responded with a status of (4\d\d)")
# The second: Chromium can't have the script of the service worker itself. The third is Firefox's word.
NETWORK_GONE = re.compile(
    r"net::ERR_(INTERNET_DISCONNECTED|CONNECTION_(REFUSED|RESET|CLOSED)|FAILED)"
    r"|net::ERR_(EMPTY_RESPONSE|INVALID_HTTP_RESPONSE|CONTENT_LENGTH_MISMATCH|INCOMPLETE_CHUNKED_ENCODING)"
    r"|An unknown error occurred when fetching the script"
    r"|Firefox can’t establish a connection to the server at ws://"
)
GETS_NO_ANSWER = "() => fetch('/api/health/live', { cache: 'no-store' }).then(() => false, () => true)"
# The blank page that a window begins with may keep nothing.
WAS_ASKED = "try { localStorage.setItem('tutti-asked-for-name', 'yes') } catch {}"
# The page waits for a random time before it tries again, up to half a minute: here for a tenth of that.
HASTE = "{ const chance = Math.random; Math.random = () => chance() / 10; }"


class Visitor:
    """A window of the page. Collects errors of its console, except for responses that the test `expects`."""

    def __init__(self, context: BrowserContext, base_url: str) -> None:
        self.context = context
        self.base_url = base_url
        self.page: Page = context.new_page()
        self.expects: set[int] = set()
        self.loses_network = False
        self._complaints: list[str] = []
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self._note("error", str(error)))

    def open(self, path: str) -> Self:
        """Waits until the page is in step with the server."""
        self.page.goto(self.base_url + path)
        expect(self.page.locator(".status-dot[data-kind=live]")).to_be_attached()
        return self

    def close_other_tabs(self) -> None:
        for page in self.context.pages:
            if page != self.page:
                page.close()

    def another_tab(self) -> "Visitor":
        """A blank one of the same browser; what it complains of, this one complains of."""
        tab = Visitor(self.context, self.base_url)
        tab._complaints = self._complaints
        return tab

    def focused(self, script: str = "element => element.outerHTML") -> Any:
        return self.page.evaluate(f"({script})(document.activeElement)")

    def violations(self, rules: Sequence[str] = ()) -> list[str]:
        """What axe finds, by all of its rules or by these, once everything stands still."""
        self.stand_still()
        # Evaluated, not inserted: the page's policy lets no foreign script in.
        if not self.page.evaluate("'axe' in globalThis"):
            self.page.evaluate(f"{AXE.read_text()}; null")
        found: list[str] = self.page.evaluate(RUN_AXE, list(rules))
        return found

    def stand_still(self) -> None:
        self.page.evaluate(STANDSTILL)

    def scrolls_sideways(self) -> bool:
        return bool(self.page.evaluate(SIDEWAYS))

    def complaints(self) -> list[str]:
        return [reported for reported in self._complaints if not self._is_expected(reported)]

    def _note(self, kind: str, text: str) -> None:
        if kind == "error":
            self._complaints.append(text)

    def _is_expected(self, reported: str) -> bool:
        if self.loses_network and NETWORK_GONE.search(reported):
            return True
        response = EXPECTED_ANSWER.search(reported)
        return bool(response and int(response[1]) in self.expects)


def lose_network(page: Page) -> None:
    """The browser notifies the page immediately, and its own network a moment later."""
    page.context.set_offline(True)
    until(page, lambda: page.evaluate(GETS_NO_ANSWER))


Visit = Callable[..., Visitor]


def until(page: Page, ask: Callable[[], Any], seconds: float = 30) -> Any:
    """What `ask` returns, once it is not empty; the browser's messages arrive in the meantime."""
    deadline = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < deadline, f"it never was so: {ask}"
        page.wait_for_timeout(20)
    return found


def new_visitor(
    browser: Browser, base_url: str, *, is_asked: bool = False, keeps_page: bool = False, **options: Any
) -> Visitor:
    """A visitor who has been asked for a name already, unless `is_asked`; in English on a desktop by default.

    Only with `keeps_page` there is a service worker, which fetches all of the page once more.
    """
    workers = "allow" if keeps_page else "block"
    context = browser.new_context(**{"locale": "en-GB", "service_workers": workers, **DESKTOP, **options})
    context.add_init_script(HASTE)
    if not is_asked:
        context.add_init_script(WAS_ASKED)
    return Visitor(context, base_url)


class BrowserContextPool:
    """Contexts of tests that have ended, one for a desk and one for a phone, for the next visits.

    The browser has the page's program in them already, which spares nearly half of what a visit costs. All
    else has been cleared: cookies, storage, and the pages with their routes. What a test gives the context
    itself, as a clock, or keeps at another origin would stay: such a test says `changes_context`.
    """

    def __init__(self) -> None:
        self._free: dict[Kind, BrowserContext] = {}
        self._kinds: dict[BrowserContext, Kind] = {}

    def visitor(
        self, browser: Browser, base_url: str, *, changes_context: bool = False, **options: Any
    ) -> Visitor:
        look = {name: reported for name, reported in options.items() if name != "viewport"}
        kind = (base_url, bool(look))
        is_chromium = browser.browser_type.name == "chromium"
        may_be_used_again = is_chromium and look in LOOKS and not changes_context
        if may_be_used_again and (context := self._free.pop(kind, None)):
            visitor = Visitor(context, base_url)
            visitor.page.set_viewport_size(options.get("viewport", DESKTOP["viewport"]))
        else:
            visitor = new_visitor(browser, base_url, **options)
        if may_be_used_again:
            self._kinds[visitor.context] = kind
        return visitor

    def end(self, visitor: Visitor) -> None:
        kind = self._kinds.pop(visitor.context, None)
        if kind is None or kind in self._free or not _is_cleared(visitor):
            visitor.context.close()
            return
        self._free[kind] = visitor.context
        if len(self._free) > len(LOOKS):
            self._free.pop(next(iter(self._free))).close()


def _is_cleared(visitor: Visitor) -> bool:
    context = visitor.context
    *others, last = context.pages or [context.new_page()]
    for page in others:
        page.close()
    try:
        context.set_offline(False)
        # While a page shows something of the server, if only a picture, its process stays.
        last.goto(f"{visitor.base_url}/page/icon.svg")
    except Error:
        return False
    storage = {"origin": visitor.base_url, "storageTypes": "all"}
    context.new_cdp_session(last).send("Storage.clearDataForOrigin", storage)
    context.clear_cookies()
    return True
