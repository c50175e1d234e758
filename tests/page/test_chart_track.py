"""One track of the charts on the page: what is known of it, what sounds like it, its way into the queue."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.contract.charts.envelopes import told
from tests.contract.queues import Queue
from tests.page.chart_track_page import ChartTrackPage
from tests.page.queue_page import in_sync
from tests.page.visitors import PHONE, Visit

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
    first = told(http, "/api/charts/pop/")["tracks"][0]
    found: dict[str, Any] = told(http, f"/api/charts/tracks/{first['isrc']}/")
    return found


@pytest.fixture
def shown(visit: Visit, room: str, track: dict[str, Any]) -> ChartTrackPage:
    page = ChartTrackPage(visit(f"/r/{room}", **PHONE))
    return page.open(track["isrc"]).loaded(track["name"])


def ordinal(rank: int) -> str:
    return f"{rank}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(rank, 'th') }"


def test_focus_goes_in_and_comes_back_and_all_that_the_charts_say_of_it_is_there(
    shown: ChartTrackPage, track: dict[str, Any]
):
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

    # Whose it is; each service has its rank and a way there.
    expect(shown.panel.locator("header")).to_contain_text(track["artist"])
    expect(shown.panel.get_by_text("A sample: invented")).to_be_visible()
    expect(shown.panel.locator("header .cover")).to_be_visible()
    ranks = track["ranks"][-1]["services"]
    assert ranks
    assert track["services"]
    for service, link in track["services"].items():
        row = shown.panel.locator(".chart-track-service").filter(
            has=shown.page.get_by_role("heading", name=SERVICES[service])
        )
        expect(row).to_contain_text(f"{ordinal(ranks[service])} in Pop")
        way = row.get_by_role("link", name=f"Open on {SERVICES[service]}: {track['name']}")
        expect(way).to_have_attribute("href", link["url"])
        expect(way).to_have_attribute("rel", "noopener noreferrer")
        if service in track["counts"]:
            expect(row.get_by_role("img", name="How plays on")).to_be_visible()

    # Every figure stands in the tables.
    assert track["counts"]
    for service, counts in track["counts"].items():
        rows = shown.table(f"Plays on {SERVICES[service]}")
        assert [cells[1] for cells in rows] == [f"{day['count']:,}" for day in counts["historical"]]
        assert [cells[2] for cells in rows] == [
            "–" if day["delta"] is None else f"{day['delta']:+,}".replace("-", "−")
            for day in counts["historical"]
        ]
    assert [cells[1] for cells in shown.table("Rank in Pop")] == [
        ordinal(one["rank"]) for one in track["ranks"]
    ]

    # A tap opens one that sounds alike.
    likest = track["similar"]["tracks"][0]
    expect(shown.similar.get_by_role("listitem")).to_have_count(len(track["similar"]["tracks"]))
    shown.similar.get_by_role("button", name=likest["name"]).first.click()
    shown.loaded(likest["name"])
    expect(shown.title).to_be_focused()
    expect(shown.title).to_be_in_viewport()


def test_it_is_added_once_the_library_takes_it_and_what_somebody_else_has_added_is_known(
    shown: ChartTrackPage, track: dict[str, Any], queue: Queue
):
    likest, second, *_ = track["similar"]["tracks"]
    shown.visitor.loses_network = True
    place = shown.panel.locator("header .place-button")
    shown.page.route("**/library/", lambda route: route.abort())
    place.click()
    expect(shown.page.locator(".toast")).to_contain_text("To add from the charts needs the network")
    expect(place).to_have_attribute("data-state", "free")
    shown.page.unroute("**/library/")

    answer = queue.http.post(f"/api/charts/tracks/{likest['isrc']}/library/")
    queue.add(answer.json()["data"]["id"])
    expect(shown.similar.locator(".place-button").first).to_contain_text("1st")
    shown.add(f"Add {track['name']}, {track['artist']}").click()
    expect(place).to_contain_text("2nd")
    expect(place).to_have_accessible_name(f"{track['name']}: already in the queue, 2nd")
    shown.add(f"Add {second['name']}, {second['artist']}").click()
    expect(shown.similar.locator(".place-button").nth(1)).to_contain_text("3rd")
    in_sync(shown.page)
    added = [likest["isrc"], track["isrc"], second["isrc"]]
    assert [item["track"]["isrc"] for item in queue.items()] == added


def test_what_is_not_known_or_does_not_come_is_said(
    shown: ChartTrackPage, http: httpx.Client, track: dict[str, Any]
):
    charts = {genre: told(http, f"/api/charts/{genre}/")["tracks"] for genre in GENRES}
    shown.visitor.loses_network = True
    shown.visitor.expects.add(404)
    shown.back.click()
    shown.visitor.context.set_offline(True)
    shown.open(track["isrc"])
    expect(shown.panel.get_by_text("This track needs the network.")).to_be_visible()
    # It comes by itself.
    shown.visitor.context.set_offline(False)
    shown.loaded(track["name"])
    expect(shown.panel.get_by_text("needs the network")).to_have_count(0)
    shown.back.click()

    # A track that no chart has had, as when it was forgotten since the list was loaded: here the server is
    # asked for another one.
    forgotten = charts["pop"][1]["isrc"]
    shown.page.route(
        f"**/tracks/{forgotten}/",
        lambda route: route.continue_(url=route.request.url.replace(forgotten, "ZZTUT9999999")),
    )
    shown.open(forgotten).loaded("No chart has had this track.")
    expect(shown.panel.get_by_role("button", name="Try again")).to_have_count(0)
    shown.back.click()

    # One of which nobody knows how it sounds.
    tracks = [(genre, one["isrc"]) for genre, listed in charts.items() for one in listed]
    found = ((genre, told(http, f"/api/charts/tracks/{isrc}/")) for genre, isrc in tracks)
    genre, unheard = next(one for one in found if one[1]["similar"]["status"] == "missing")
    shown.open(unheard["isrc"], genre=genre).loaded(unheard["name"])
    expect(shown.similar).to_contain_text("Nobody knows how this track sounds")
    expect(shown.similar.get_by_role("listitem")).to_have_count(0)
