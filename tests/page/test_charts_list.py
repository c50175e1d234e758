"""Charts on the page: what the server says of genres and days, and how far it can be believed."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Route, expect

from tests.contract.charts.envelopes import told
from tests.page.charts_page import ChartsPage
from tests.page.visitors import DESKTOP, NARROW, PHONE, Open, Visit
from tests.processes import TuttiServer

CHART = re.compile(r"/api/charts/(?!tracks)\w+/(\?|$)")


def chart(http: httpx.Client, genre: str = "pop", **query: str) -> dict[str, Any]:
    found: dict[str, Any] = told(http, f"/api/charts/{genre}/", **query)
    return found


def names(chart: dict[str, Any]) -> list[str]:
    return [entry["name"] for entry in chart["tracks"]]


def days_of(http: httpx.Client, genre: str = "pop") -> tuple[str, str]:
    """The first and the last that there are charts of."""
    [known] = [one for one in told(http, "/api/charts/")["genres"] if one["name"] == genre]
    return known["first_date"], known["date"]


@pytest.fixture
def page(visit: Visit, room: str) -> ChartsPage:
    return ChartsPage(visit(f"/r/{room}#charts", **PHONE)).loaded()


def test_a_line_says_what_the_server_says(page: ChartsPage, http: httpx.Client):
    found = chart(http)
    page.shows(names(found))

    risen = next(one for one in found["tracks"] if one["movement"]["kind"] == "up")
    row = page.row(risen["name"])
    expect(row).to_contain_text(risen["artist"])
    expect(row).to_contain_text(f"▲ {risen['movement']['by']}")
    marks = row.get_by_role("list", name="Places on services").get_by_role("listitem")
    service_names = {"spotify": "Spotify", "apple_music": "Apple Music", "soundcloud": "SoundCloud"}
    expect(marks).to_have_text(
        [f"{service_names[service]} {place['rank']}" for service, place in risen["services"].items()]
    )
    spoken = page.spoken(risen["name"])
    places = f"up {risen['movement']['by']} place"
    assert any(one.startswith(places) for one in spoken), spoken
    total, week = risen["plays"]["total"], risen["change"]["7d"]
    assert f"{total:,} plays, +{week:,} in 7 days" in spoken


def test_every_kind_of_movement_is_said(page: ChartsPage, http: httpx.Client):
    says = {"up": r"up \d+ place", "down": r"down \d+ place", "new": "new on the chart"}
    says |= {"re-entry": "back on the chart", "same": "same place"}
    seen = set()
    for entry in chart(http)["tracks"]:
        kind = entry["movement"]["kind"]
        seen.add(kind)
        assert any(re.match(says[kind], one) for one in page.spoken(entry["name"])), entry["name"]

    assert len(seen) > 1


@pytest.mark.parametrize(("name", "order"), [("Plays", "plays"), ("Trending", "trending"), ("Rank", "rank")])
def test_it_is_sorted_as_the_server_sorts(page: ChartsPage, http: httpx.Client, name: str, order: str):
    page.sort("Plays" if name == "Rank" else name)
    page.sort(name)

    page.shows(names(chart(http, sort=order)))


def test_the_order_is_chosen_by_arrow_keys(page: ChartsPage, http: httpx.Client):
    page.part.get_by_role("radio", name="Rank").focus()

    page.page.keyboard.press("ArrowRight")

    page.shows(names(chart(http, sort="plays")))


@pytest.mark.parametrize("genre", ["Dance", "Rap", "Country"])
def test_another_genre(page: ChartsPage, http: httpx.Client, genre: str):
    page.choose(genre)

    page.shows(names(chart(http, genre.lower())))
    expect(page.part.get_by_role("list", name=f"Chart: {genre}")).to_be_visible()


def test_the_genre_is_chosen_still_when_one_comes_back(page: ChartsPage, http: httpx.Client):
    page.choose("Rap").shows(names(chart(http, "rap")))

    page.page.reload()

    page.shows(names(chart(http, "rap")))


def test_a_day_back_and_forth(page: ChartsPage, http: httpx.Client):
    _, last = days_of(http)
    day_before = str(date.fromisoformat(last) - timedelta(days=1))
    expect(page.day).to_have_value(last)
    expect(page.after).to_have_attribute("aria-disabled", "true")

    page.before.click()

    expect(page.day).to_have_value(day_before)
    page.shows(names(chart(http, date=day_before)))
    page.after.click()
    expect(page.day).to_have_value(last)
    page.shows(names(chart(http)))
    expect(page.part.get_by_role("button", name="Newest")).to_have_count(0)


def test_any_day_that_there_is_and_no_other(page: ChartsPage, http: httpx.Client):
    first, last = days_of(http)
    expect(page.day).to_have_attribute("min", first)
    expect(page.day).to_have_attribute("max", last)

    page.day.fill(first)

    page.shows(names(chart(http, date=first)))
    expect(page.before).to_have_attribute("aria-disabled", "true")
    page.choose("Dance").shows(names(chart(http, "dance", date=first)))
    page.part.get_by_role("button", name="Newest").click()
    page.shows(names(chart(http, "dance")))


def test_samples_say_so_with_their_age(page: ChartsPage):
    expect(page.part.get_by_text("These are samples shipped with Tutti")).to_be_visible()
    expect(page.line).to_have_text(re.compile(r"^11 tracks ?taken \d+ (minute|hour)s? ago$"))


def test_what_is_older_than_a_day_stands_out(visit: Visit, room: str):
    old = datetime.now(UTC) - timedelta(days=3, hours=1)

    def aged(route: Route) -> None:
        answer = route.fetch().json()
        for source in answer["data"]["sources"]:
            source["fetched_at"] = old.isoformat()
        route.fulfill(json=answer)

    visitor = visit(f"/r/{room}#queue", **PHONE)
    visitor.page.route(CHART, aged)
    visitor.page.evaluate("location.hash = 'charts'")
    page = ChartsPage(visitor).loaded()

    expect(page.line.locator(".charts-old")).to_have_text("Out of date: taken 3 days ago")
    assert visitor.violations() == []


def test_a_track_is_opened_and_closed_by_keyboard(page: ChartsPage, http: httpx.Client):
    entry = chart(http)["tracks"][2]
    title = page.part.get_by_role("button", name=f"{entry['name']}, {entry['artist']}: more")
    title.focus()

    page.page.keyboard.press("Enter")

    detail = page.part.locator(".charts-detail")
    expect(detail).to_contain_text(entry["name"])
    expect(page.rows.first).to_be_hidden()
    detail.get_by_role("button").first.press("Enter")
    expect(title).to_be_focused()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_for_axe_to_find(visit: Visit, room: str, size: dict[str, object]):
    visitor = visit(f"/r/{room}#charts", **size)
    page = ChartsPage(visitor).loaded()

    assert visitor.violations() == []
    page.before.click()
    page.sort("Trending")
    assert visitor.violations() == []


def test_longer_words_fit_into_the_narrowest_phone(visit: Visit, room: str):
    visitor = visit(f"/r/{room}#charts", **NARROW, locale="de-DE")
    page = ChartsPage(visitor).loaded()

    expect(page.part.get_by_text("Das sind Beispiele, die Tutti mitbringt")).to_be_visible()
    expect(page.rows.first).to_contain_text("in 7 Tagen")
    assert not visitor.scrolls_sideways()
    assert visitor.violations() == []


# --- Without a network ---------------------------------------------------------------------------------


def test_without_network_what_was_loaded_stays_and_it_says_so(
    open_page: Open, site: TuttiServer, room: str, http: httpx.Client
):
    visitor = open_page(site.base_url, f"/r/{room}#charts", **PHONE)
    page = ChartsPage(visitor).loaded()
    page.choose("Rap").shows(names(chart(http, "rap")))
    visitor.context.set_offline(True)

    page.choose("Pop").shows(names(chart(http)))
    expect(page.part.get_by_text("This one was kept from before.")).to_be_visible()
    page.choose("Country")
    expect(page.part.get_by_text("Charts need the network.", exact=True)).to_be_visible()

    visitor.context.set_offline(False)
    page.shows(names(chart(http, "country")))
    expect(page.part.get_by_text("Charts need the network.")).to_have_count(0)


def test_whoever_comes_back_without_a_server_sees_the_last_ones(
    page: ChartsPage, http: httpx.Client, room: str
):
    page.shows(names(chart(http)))
    page.visitor.loses_network = True
    page.page.route("**/api/charts/**", lambda route: route.abort())

    page.page.reload()

    page.shows(names(chart(http)))
    expect(page.part.get_by_text("This one was kept from before.")).to_be_visible()
    assert page.visitor.violations() == []


def test_what_could_not_be_loaded_is_tried_again(visit: Visit, room: str, http: httpx.Client):
    visitor = visit(f"/r/{room}#queue", **PHONE)
    visitor.loses_network = True
    visitor.page.route("**/api/charts/**", lambda route: route.abort())
    visitor.page.evaluate("location.hash = 'charts'")
    page = ChartsPage(visitor)
    expect(page.part.get_by_text("Charts need the network.")).to_be_visible()

    visitor.page.unroute("**/api/charts/**")
    page.part.get_by_role("button", name="Try again").click()

    page.shows(names(chart(http)))


def test_a_genre_that_has_no_chart_says_so(visit: Visit, room: str):
    visitor = visit(f"/r/{room}#queue", **PHONE)
    visitor.expects.add(404)
    error = {"code": "NOT_FOUND", "message": "There is no pop chart yet.", "details": {}}
    body = {"status": "error", "message": error["message"], "data": None, "error": error}
    visitor.page.route(CHART, lambda route: route.fulfill(status=404, json=body))
    visitor.page.evaluate("location.hash = 'charts'")

    expect(visitor.page.get_by_text("There is no chart yet.")).to_be_visible()
    assert visitor.violations() == []
