"""One track of the charts on the page: what is known of it, what sounds like it, its way into the queue."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.contract.charts.envelopes import told
from tests.contract.queues import Queue
from tests.page.chart_track_page import ChartTrackPage
from tests.page.queue_page import in_sync
from tests.page.visitors import PHONE, Open, Visit
from tests.processes import TuttiServer

GENRES = ("pop", "dance", "rap", "country")
SERVICES = {"spotify": "Spotify", "apple_music": "Apple Music", "soundcloud": "SoundCloud"}


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


# --- What is known of it -------------------------------------------------------------------------------


def test_it_says_whose_it_is_and_that_it_is_invented(shown: ChartTrackPage, track: dict[str, Any]):
    expect(shown.panel.locator("header")).to_contain_text(track["artist"])
    expect(shown.panel.get_by_text("A sample: invented")).to_be_visible()
    expect(shown.panel.locator("header .cover")).to_be_visible()


def test_each_service_has_its_rank_and_a_way_there(shown: ChartTrackPage, track: dict[str, Any]):
    ranks = track["ranks"][-1]["services"]
    assert ranks
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


def test_every_figure_of_the_charts_stands_in_their_tables(shown: ChartTrackPage, track: dict[str, Any]):
    for service, counts in track["counts"].items():
        rows = shown.table(f"Plays on {SERVICES[service]}")
        assert [cells[1] for cells in rows] == [f"{day['count']:,}" for day in counts["historical"]]
        assert [cells[2] for cells in rows] == [
            "–" if day["delta"] is None else f"{day['delta']:+,}".replace("-", "−")
            for day in counts["historical"]
        ]
    ranks = shown.table("Rank in Pop")
    assert [cells[1] for cells in ranks] == [ordinal(one["rank"]) for one in track["ranks"]]


def ordinal(rank: int) -> str:
    return f"{rank}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(rank, 'th') }"


# --- What sounds like it -------------------------------------------------------------------------------


def test_a_tap_opens_one_that_sounds_alike(shown: ChartTrackPage, track: dict[str, Any]):
    likest = track["similar"]["tracks"][0]
    expect(shown.similar.get_by_role("listitem")).to_have_count(len(track["similar"]["tracks"]))

    shown.similar.get_by_role("button", name=likest["name"]).first.click()

    shown.loaded(likest["name"])
    expect(shown.title).to_be_focused()
    expect(shown.title).to_be_in_viewport()


def test_where_nobody_knows_how_it_sounds_it_says_so(visit: Visit, http: httpx.Client, room: str):
    charts = {genre: told(http, f"/api/charts/{genre}/")["tracks"] for genre in GENRES}
    tracks = [(genre, one["isrc"]) for genre, listed in charts.items() for one in listed]
    found = ((genre, told(http, f"/api/charts/tracks/{isrc}/")) for genre, isrc in tracks)
    genre, unheard = next(one for one in found if one[1]["similar"]["status"] == "missing")
    page = ChartTrackPage(visit(f"/r/{room}", **PHONE))
    shown = page.open(unheard["isrc"], genre=genre).loaded(unheard["name"])

    expect(shown.similar).to_contain_text("Nobody knows how this track sounds")
    expect(shown.similar.get_by_role("listitem")).to_have_count(0)


# --- Into the queue ------------------------------------------------------------------------------------


def test_it_is_added_by_a_tap_and_so_is_one_that_sounds_alike(
    shown: ChartTrackPage, track: dict[str, Any], queue: Queue
):
    likest = track["similar"]["tracks"][0]

    shown.add(f"Add {track['name']}, {track['artist']}").click()
    expect(shown.panel.locator("header .place-button")).to_contain_text("1st")
    shown.add(f"Add {likest['name']}, {likest['artist']}").click()
    expect(shown.similar.locator(".place-button").first).to_contain_text("2nd")

    in_sync(shown.page)
    assert [item["track"]["isrc"] for item in queue.items()] == [track["isrc"], likest["isrc"]]
    expect(shown.panel.locator("header .place-button")).to_have_accessible_name(
        f"{track['name']}: already in the queue, 1st"
    )


def test_what_somebody_else_has_added_is_known_here(
    shown: ChartTrackPage, track: dict[str, Any], queue: Queue
):
    answer = queue.http.post(f"/api/charts/tracks/{track['isrc']}/library/")
    queue.add(answer.json()["data"]["id"])

    expect(shown.panel.locator("header .place-button")).to_contain_text("1st")


def test_what_the_library_could_not_take_is_told_and_can_be_tried_again(
    shown: ChartTrackPage, track: dict[str, Any], queue: Queue
):
    shown.visitor.loses_network = True
    shown.page.route("**/library/", lambda route: route.abort())
    shown.panel.locator("header .place-button").click()
    expect(shown.page.locator(".toast")).to_contain_text("To add from the charts needs the network")
    expect(shown.panel.locator("header .place-button")).to_have_attribute("data-state", "free")

    shown.page.unroute("**/library/")
    shown.panel.locator("header .place-button").click()

    expect(shown.panel.locator("header .place-button")).to_contain_text("1st")
    in_sync(shown.page)
    assert [item["track"]["isrc"] for item in queue.items()] == [track["isrc"]]


# --- In and out ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["button", "key"])
def test_focus_goes_in_and_comes_back(shown: ChartTrackPage, way: str):
    expect(shown.title).to_be_focused()

    if way == "key":
        shown.page.keyboard.press("Tab")
        shown.page.keyboard.press("Escape")
    else:
        shown.back.click()

    expect(shown.panel).to_have_count(0)
    expect(shown.opener).to_be_focused()


def test_a_track_that_no_chart_has_had_is_said_to_be_none(visit: Visit, room: str, track: dict[str, Any]):
    visitor = visit(f"/r/{room}", **PHONE)
    visitor.expects.add(404)
    # As when it was forgotten since the list was loaded: the server is asked for another one.
    visitor.page.route(
        f"**/tracks/{track['isrc']}/",
        lambda route: route.continue_(url=route.request.url.replace(track["isrc"], "ZZTUT9999999")),
    )
    shown = ChartTrackPage(visitor).open(track["isrc"])

    shown.loaded("No chart has had this track.")
    expect(shown.panel.get_by_role("button", name="Try again")).to_have_count(0)


def test_without_network_it_says_so_and_comes_by_itself(
    open_page: Open, site: TuttiServer, room: str, track: dict[str, Any]
):
    visitor = open_page(site.base_url, f"/r/{room}", **PHONE)
    shown = ChartTrackPage(visitor).open(track["isrc"]).loaded(track["name"])
    shown.back.click()
    visitor.context.set_offline(True)
    shown.open(track["isrc"])
    expect(shown.panel.get_by_text("This track needs the network.")).to_be_visible()

    visitor.context.set_offline(False)

    shown.loaded(track["name"])
    expect(shown.panel.get_by_text("needs the network")).to_have_count(0)
