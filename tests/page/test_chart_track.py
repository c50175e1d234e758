"""One track of the charts on the page: what is known of it, in every state, and players of music services."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Route, expect

from apps.charts.tests import bodies
from tests.browser.chromium import NOTE_VIOLATIONS
from tests.contract.charts.envelopes import get_data
from tests.contract.conftest import client_of, new_room, queue_of
from tests.contract.queues import Queue
from tests.page.chart_track_page import LONG, RIGHT_TO_LEFT, SPOTIFY_ID, TRACKS, ChartTrackPage
from tests.page.pictures import Pictures
from tests.page.queue_page import in_sync
from tests.page.test_covers import WEB, Web
from tests.page.test_screenshots import SIZES
from tests.page.visitors import NARROW, PHONE, Visit, lose_network, new_visitor
from tests.processes import TuttiServer

GENRES = ("pop", "dance", "rap", "country")
SERVICES = {
    "spotify": "Spotify",
    "apple_music": "Apple Music",
    "soundcloud": "SoundCloud",
    "youtube": "YouTube",
}


@pytest.fixture
def track(http: httpx.Client) -> dict[str, Any]:
    """The first of a sample chart."""
    first = get_data(http, "/api/charts/pop/")["tracks"][0]
    found: dict[str, Any] = get_data(http, f"/api/charts/tracks/{first['isrc']}/")
    return found


def ordinal(rank: int) -> str:
    return f"{rank}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(rank, 'th') }"


def test_the_dialog_of_a_chart_track_has_focus_and_shows_known_and_missing_data(
    visit: Visit, http: httpx.Client, track: dict[str, Any], queue: Queue
):
    shown = ChartTrackPage(visit(f"/r/{queue.room}", **PHONE))
    shown.open(track["isrc"]).loaded(track["name"])
    expect(shown.title).to_be_focused()
    shown.page.keyboard.press("Tab")
    shown.page.keyboard.press("Escape")
    expect(shown.panel).to_have_count(0)
    expect(shown.opener).to_be_focused()
    shown.opener.click()
    shown.loaded(track["name"])
    expect(shown.title).to_be_focused()
    shown.back.click()
    expect(shown.panel).to_have_count(0)
    expect(shown.opener).to_be_focused()
    shown.opener.click()
    shown.loaded(track["name"])

    # Whose it is; each service has its rank. A sample links nowhere and cannot be added.
    expect(shown.panel.locator("header")).to_contain_text(track["artist"])
    expect(shown.panel.get_by_text("Sample track.")).to_be_visible()
    expect(shown.panel.locator("header .cover")).to_be_visible()
    ranks = track["ranks"][-1]["services"]
    assert ranks
    assert track["services"]
    for service in track["services"]:
        row = shown.panel.locator(".chart-track-service").filter(
            has=shown.page.get_by_role("heading", name=SERVICES[service])
        )
        expect(row).to_contain_text(f"{ordinal(ranks[service])} in Pop")
        if service in track["counts"]:
            expect(row.get_by_role("img", name=re.compile("Plays on .+ from .+ to .+"))).to_be_visible()

    expect(shown.panel.get_by_role("link")).to_have_count(0)
    expect(shown.panel.locator(".place-button")).to_have_count(0)

    # A tap opens one that sounds alike.
    nearest = track["similar"]["tracks"][0]
    expect(shown.similar.get_by_role("listitem")).to_have_count(len(track["similar"]["tracks"]))
    shown.similar.get_by_role("button", name=nearest["name"]).first.click()
    shown.loaded(nearest["name"])
    expect(shown.title).to_be_focused()
    expect(shown.title).to_be_in_viewport()

    # What is not known or does not come is said.
    charts = {genre: get_data(http, f"/api/charts/{genre}/")["tracks"] for genre in GENRES}
    shown.visitor.loses_network = True
    shown.visitor.expects.add(404)
    shown.back.click()
    lose_network(shown.visitor.page)
    shown.open(track["isrc"])
    expect(shown.panel.get_by_text("You’re offline. This track isn’t available.")).to_be_visible()
    # It comes by itself.
    shown.visitor.context.set_offline(False)
    shown.loaded(track["name"])
    expect(shown.panel.get_by_text("You’re offline")).to_have_count(0)
    shown.back.click()

    # A track that no chart has had, as when it was forgotten since the list was loaded: here the server is
    # asked for another one.
    forgotten = charts["pop"][1]["isrc"]
    shown.page.route(
        f"**/tracks/{forgotten}/",
        lambda route: route.continue_(url=route.request.url.replace(forgotten, "ZZTUT9999999")),
    )
    shown.open(forgotten).loaded("This track has never been on a chart.")
    expect(shown.panel.get_by_role("button", name="Try again")).to_have_count(0)
    shown.back.click()

    # One without audio features.
    tracks = [(genre, one["isrc"]) for genre, listed in charts.items() for one in listed]
    found = ((genre, get_data(http, f"/api/charts/tracks/{isrc}/")) for genre, isrc in tracks)
    genre, unplayed = next(one for one in found if one[1]["similar"]["status"] == "missing")
    shown.open(unplayed["isrc"], genre=genre).loaded(unplayed["name"])
    expect(shown.similar).to_contain_text("No audio data for this track.")
    expect(shown.similar.get_by_role("listitem")).to_have_count(0)


def test_a_chart_track_links_to_services_and_can_be_added(visit: Visit, chart_days: TuttiServer):
    with client_of(chart_days) as client:
        queue = queue_of(client, new_room(client))
        track = get_data(client, f"/api/charts/tracks/{bodies.isrc(1)}/")
        visitor = visit(f"/r/{queue.room}", base_url=chart_days.base_url, is_asked=False, **PHONE)
        shown = ChartTrackPage(visitor).open(bodies.isrc(1)).loaded(TRACKS[0][0])
        assert track["services"]
        for service, link in track["services"].items():
            way = shown.panel.get_by_role("link", name=f"Open on {SERVICES[service]}: {track['name']}")
            expect(way).to_have_attribute("href", link["url"])
            expect(way).to_have_attribute("rel", "noopener noreferrer")

        shown.add(f"Add {track['name']}, {track['artist']}").click()

        place = shown.panel.locator("header .place-button")
        expect(place).to_have_accessible_name(f"{track['name']}: already in the queue, 1st. Vote for it")
        in_sync(shown.page)
        assert [item["track"]["isrc"] for item in queue.items()] == [track["isrc"]]


# --- In every state ----------------------------------------------------------------------------------


def test_days_without_counts_are_marked_and_long_names_are_complete(visit: Visit, chart_days: TuttiServer):
    shown = ChartTrackPage(visit("/", base_url=chart_days.base_url, **NARROW))
    shown.open(bodies.isrc(1)).loaded(TRACKS[0][0])
    chart = shown.chart("Plays on SoundCloud")
    chart.locator("summary").focus()
    shown.page.keyboard.press("Enter")
    expect(chart.get_by_role("table")).to_be_visible()
    shown.page.keyboard.press("Enter")
    expect(chart.get_by_role("table")).to_be_hidden()

    # Days that failed or are missing are never zero.
    assert shown.table("Plays on SoundCloud") == [
        ["1 Mar 2025", "1,000", "–"],
        ["2 Mar 2025", "failed", "–"],
        ["3 Mar 2025", "1,400", "+400 in 2 days"],
        ["4 Mar 2025", "no data", "–"],
        ["5 Mar 2025", "1,900", "+500 in 2 days"],
    ]
    expect(chart.get_by_role("img")).to_have_accessible_name(
        "Plays on SoundCloud. From 1,000 to 1,900, over 5 days. 1 day failed, 1 day without data."
    )
    expect(chart.get_by_text("1 day failed, 1 day without data.", exact=True)).to_be_visible()
    expect(chart.locator(".chart-gap")).to_have_count(2)
    line = chart.locator(".chart-stroke:not(.chart-dots)").get_attribute("d")
    assert line is not None
    assert line == "", "days without figures are gaps, and what stands alone a dot"
    assert (chart.locator(".chart-dots").get_attribute("d") or "").count("M") == 3

    # There was no chart on 4 March, and on the third only Spotify had the last track.
    older = "(older list: SoundCloud, 1 Mar 2025)"
    ranks = shown.table("Rank in Pop")
    assert ranks == [[f"{day} Mar 2025", f"1st {older}" if day == 2 else "1st"] for day in (1, 2, 3, 5)]
    chart = shown.chart("Rank in Pop")
    expect(chart.get_by_text("1 day uses an older list from a service.", exact=True)).to_be_visible()
    expect(chart.locator("title", has_text="4 Mar 2025: no chart")).to_have_count(1)
    expect(shown.panel).to_contain_text("1,900 plays (5 Mar 2025)")
    shown.back.click()
    shown.open(bodies.isrc(3)).loaded(LONG)
    assert shown.table("Rank in Pop") == [
        ["1 Mar 2025", "3rd"],
        ["2 Mar 2025", f"3rd {older}"],
        ["3 Mar 2025", "not on the chart"],
        ["5 Mar 2025", "3rd"],
    ]
    assert shown.title.inner_text() == LONG

    # A place on a list that stood in says of when the list is.
    def stood_in(route: Route) -> None:
        response = route.fetch().json()
        response["data"]["ranks"][-1]["older_lists"] = {"soundcloud": "2025-03-03"}
        route.fulfill(json=response)

    shown.back.click()
    shown.page.route(f"**/tracks/{bodies.isrc(2)}/", stood_in)
    shown.open(bodies.isrc(2)).loaded(RIGHT_TO_LEFT)
    expect(shown.panel).to_contain_text("2nd in Pop, 5 Mar 2025 (list from 3 Mar 2025)")
    assert shown.title.inner_text() == RIGHT_TO_LEFT
    expect(shown.title).to_have_css("direction", "rtl")
    back, title = shown.back.bounding_box(), shown.title.bounding_box()
    assert back
    assert title
    assert back["x"] < title["x"]


# In the narrowest window with the longer words, as in test_screenshots; what a desk or a low window draws
# otherwise is the same there for charts.
@pytest.mark.parametrize(
    "size", [pytest.param(size, marks=() if size == "narrow-german" else pytest.mark.long) for size in SIZES]
)
def test_the_dialog_is_accessible_and_fits(
    visit: Visit, chart_days: TuttiServer, pictures: Pictures, size: str
):
    shown = ChartTrackPage(visit("/", base_url=chart_days.base_url, **SIZES[size]))
    found = []
    for number in (1, 2, 3):
        shown.open(bodies.isrc(number)).loaded(TRACKS[number - 1][0])
        openers = shown.panel.locator("summary").all()
        assert openers
        for opener in openers:
            opener.click()
        found += pictures.problems(shown.visitor, f"chart-track-{number}", size)
        assert shown.panel.evaluate("panel => panel.scrollWidth - panel.clientWidth") <= 0
        if size not in {"phone", "desktop"}:
            assert shown.page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
        shown.page.keyboard.press("Escape")
        expect(shown.panel).to_have_count(0)
    assert found == []


# --- Players: no request before a tap ----------------------------------------------------------------


PLAYER = f"https://open.spotify.com/embed/track/{SPOTIFY_ID}"
BUTTON = "Play in Spotify player loads from open.spotify.com"
PLAYER_PAGE = """<!doctype html><title>Player</title><h1>A player</h1>
<script>document.querySelector("h1").textContent += " that may run";</script>"""
FRAME = """url => new Promise(done => {
    const frame = document.createElement("iframe");
    frame.src = url;
    frame.onload = () => setTimeout(() => done(window.violations));
    document.body.append(frame);
})"""


class Stage:
    """A server of the test's own, and a window that shows a track."""

    def __init__(self, browser: Browser, server: TuttiServer) -> None:
        self.visitor = new_visitor(browser, server.base_url, **PHONE)
        self.web = Web(self.visitor)
        self.referrers: list[str | None] = []
        self.visitor.page.add_init_script(NOTE_VIOLATIONS)
        # No other machine is reached, but each request gets a player.
        self.visitor.context.route(WEB, self._answer)
        self.shown = ChartTrackPage(self.visitor.open("/")).open(bodies.isrc(1)).loaded(TRACKS[0][0])
        expect(self.shown.panel.get_by_role("link", name="Open on Spotify")).to_be_visible()
        self.visitor.page.wait_for_load_state("networkidle")

    def _answer(self, route: Route) -> None:
        self.referrers.append(route.request.headers.get("referer"))
        route.fulfill(status=200, content_type="text/html", body=PLAYER_PAGE)


@pytest.fixture
def stage(browser: Browser, chart_days: TuttiServer) -> Iterator[Stage]:
    found = Stage(browser, chart_days)
    yield found
    found.visitor.context.close()


def test_an_external_player_is_loaded_only_after_a_tap_on_a_button_that_names_it(stage: Stage):
    """SoundCloud's host is not named."""
    page = stage.visitor.page
    expect(stage.shown.panel.get_by_role("link", name="Open on SoundCloud")).to_be_visible()
    expect(stage.shown.panel.get_by_role("button", name="Play in")).to_have_count(1)
    assert stage.web.asked == []
    expect(page.locator("iframe")).to_have_count(0)

    stage.shown.panel.get_by_role("button", name=BUTTON).focus()
    page.keyboard.press("Enter")

    frame = page.locator("iframe")
    expect(frame.content_frame.get_by_text("A player that may run")).to_be_visible()
    assert stage.web.asked == [PLAYER]
    assert stage.referrers == [None]
    reported = {name: frame.get_attribute(name) for name in ("title", "sandbox", "referrerpolicy", "allow")}
    assert reported == {
        "title": "Spotify player: Paper Moon",
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

    # The browser itself blocks frames of other hosts.
    violations = page.evaluate(FRAME, "https://open.spotify.com.evil.example/")
    assert violations == ["frame-src https://open.spotify.com.evil.example"]
    assert stage.referrers == [None]
