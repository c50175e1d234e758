"""Players of music services: nobody is asked before a tap, and where no host is named there are none."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect

from apps.charts.tests import bodies
from tests.browser.chromium import NOTE_VIOLATIONS
from tests.page.chart_track_page import SPOTIFY_ID, TRACKS, ChartTrackPage
from tests.page.test_covers import WEB
from tests.page.visitors import PHONE, new_visitor
from tests.processes import TuttiServer

PLAYER = f"https://open.spotify.com/embed/track/{SPOTIFY_ID}"
BUTTON = "Play on Spotify’s own player loads from open.spotify.com"
PLAYER_PAGE = """<!doctype html><title>Player</title><h1>A player</h1>
<script>document.querySelector("h1").textContent += " that may run";</script>"""
FRAME = """url => new Promise(done => {
    const frame = document.createElement("iframe");
    frame.src = url;
    frame.onload = () => setTimeout(() => done(window.violations));
    document.body.append(frame);
})"""


class Stage:
    """A server of the test's own, and the window of somebody who looks at a track."""

    def __init__(self, browser: Browser, server: TuttiServer) -> None:
        self.visitor = new_visitor(browser, server.base_url, **PHONE)
        self.asked: list[str] = []
        self.referrers: list[str | None] = []
        self.visitor.page.add_init_script(NOTE_VIOLATIONS)
        self.visitor.page.on("request", lambda request: self.asked.append(request.url))
        # Nobody is out there, but whoever asks gets a player.
        self.visitor.context.route(WEB, self._answer)
        self.server = server
        self.shown = ChartTrackPage(self.visitor.open("/")).open(bodies.isrc(1)).loaded(TRACKS[0][0])
        expect(self.shown.panel.get_by_role("link", name="Open on Spotify")).to_be_visible()
        self.visitor.page.wait_for_load_state("networkidle")

    def foreign(self) -> list[str]:
        own = (self.server.base_url, "data:", "blob:")
        return [url for url in self.asked if not url.startswith(own)]

    def _answer(self, route: Route) -> None:
        self.referrers.append(route.request.headers.get("referer"))
        route.fulfill(status=200, content_type="text/html", body=PLAYER_PAGE)


@pytest.fixture
def stage(browser: Browser, chart_days: TuttiServer) -> Iterator[Stage]:
    found = Stage(browser, chart_days)
    yield found
    found.visitor.context.close()


def test_nothing_is_loaded_before_a_tap_on_a_button_that_says_from_where(stage: Stage):
    """SoundCloud's host is not named."""
    page = stage.visitor.page
    expect(stage.shown.panel.get_by_role("link", name="Open on SoundCloud")).to_be_visible()
    expect(stage.shown.panel.get_by_role("button", name="own player")).to_have_count(1)
    assert stage.foreign() == []
    expect(page.locator("iframe")).to_have_count(0)

    stage.shown.panel.get_by_role("button", name=BUTTON).focus()
    page.keyboard.press("Enter")

    frame = page.locator("iframe")
    expect(frame.content_frame.get_by_text("A player that may run")).to_be_visible()
    assert stage.foreign() == [PLAYER]
    assert stage.referrers == [None]
    told = {name: frame.get_attribute(name) for name in ("title", "sandbox", "referrerpolicy", "allow")}
    assert told == {
        "title": "Spotify’s player: Paper Moon",
        "sandbox": "allow-scripts allow-same-origin allow-forms allow-popups "
        "allow-popups-to-escape-sandbox allow-presentation",
        "referrerpolicy": "no-referrer",
        "allow": "autoplay; clipboard-write; encrypted-media; fullscreen; picture-in-picture",
    }
    # The button that opened it closes it.
    page.keyboard.press("Enter")
    expect(frame).to_have_count(0)
    expect(stage.shown.panel.get_by_role("button", name=BUTTON)).to_be_focused()
    assert stage.visitor.complaints() == []

    # The browser itself refuses frames of other hosts.
    violations = page.evaluate(FRAME, "https://open.spotify.com.evil.example/")
    assert violations == ["frame-src https://open.spotify.com.evil.example"]
    assert stage.referrers == [None]


def test_where_no_host_is_named_no_frame_is_let_in(browser: Browser, site: TuttiServer):
    """Nor does the server name a player then: test_players.py of the charts."""
    visitor = new_visitor(browser, site.base_url, **PHONE)
    visitor.page.add_init_script(NOTE_VIOLATIONS)
    given: list[str] = []
    visitor.context.route(WEB, lambda route: given.append(route.request.url))

    violations = visitor.open("/#charts").page.evaluate(FRAME, PLAYER)

    assert violations == ["frame-src https://open.spotify.com"]
    assert given == []
    visitor.context.close()
