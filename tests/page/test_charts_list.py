"""Charts on the page: genres and days, and the marks of doubtful data."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
from playwright.sync_api import Route, expect

from tests.contract.charts.envelopes import get_data
from tests.page.charts_page import ChartsPage
from tests.page.visitors import PHONE, Visit, lose_network

CHART = re.compile(r"/api/charts/(?!tracks)\w+/(\?|$)")


def chart(http: httpx.Client, genre: str = "pop", **query: str) -> dict[str, Any]:
    found: dict[str, Any] = get_data(http, f"/api/charts/{genre}/", **query)
    return found


def names(chart: dict[str, Any]) -> list[str]:
    return [entry["name"] for entry in chart["tracks"]]


def days_of(http: httpx.Client, genre: str = "pop") -> tuple[str, str]:
    """The first and the last that there are charts of."""
    [known] = [one for one in get_data(http, "/api/charts/")["genres"] if one["name"] == genre]
    return known["first_date"], known["date"]


def test_rows_genres_orders_and_days_are_those_of_the_server(visit: Visit, room: str, http: httpx.Client):
    page = ChartsPage(visit(f"/r/{room}#charts", **PHONE)).loaded()
    found = chart(http)
    page.shows(names(found))

    risen = next(one for one in found["tracks"] if one["movement"]["kind"] == "up")
    row = page.row(risen["name"])
    expect(row).to_contain_text(risen["artist"])
    expect(row).to_contain_text(f"▲ {risen['movement']['by']}")
    marks = row.get_by_role("list", name="Rank by service").get_by_role("listitem")
    service_names = {"spotify": "Spotify", "apple_music": "Apple Music", "soundcloud": "SoundCloud"}
    expect(marks).to_have_text(
        [f"{service_names[service]} {place['rank']}" for service, place in risen["services"].items()]
    )
    spoken = page.spoken(risen["name"])
    places = f"up {risen['movement']['by']} place"
    assert any(one.startswith(places) for one in spoken), spoken
    total, week = risen["plays"]["total"], risen["change"]["7d"]
    # SoundCloud's plays are those of its lists, of which the samples have four days.
    assert f"{total:,} plays, +{week:,} in 7 days without SoundCloud" in spoken

    says = {"up": r"up \d+ place", "down": r"down \d+ place", "new": "new on the chart"}
    says |= {"re-entry": "back on the chart", "same": "unchanged"}
    for entry in found["tracks"]:
        kind = entry["movement"]["kind"]
        assert any(re.match(says[kind], one) for one in page.spoken(entry["name"])), entry["name"]
    assert len({entry["movement"]["kind"] for entry in found["tracks"]}) > 1

    # These are samples, which say so with their age.
    expect(page.part.get_by_text("Sample data")).to_be_visible()
    expect(page.line).to_have_text(re.compile(r"^11 tracks ?updated \d+ (minute|hour)s? ago$"))

    # Orders, genres and days are the server's.
    for name, order in (("Plays", "plays"), ("Trending", "trending"), ("Rank", "rank")):
        page.sort(name)
        page.shows(names(chart(http, sort=order)))
    page.part.get_by_role("radio", name="Rank").focus()
    page.page.keyboard.press("ArrowRight")
    page.shows(names(chart(http, sort="plays")))
    page.sort("Rank")

    for genre in ("Dance", "Country", "Rap"):
        page.choose(genre)
        page.shows(names(chart(http, genre.lower())))
        expect(page.part.get_by_role("list", name=f"Chart: {genre}")).to_be_visible()
    # It is chosen still when one comes back.
    page.page.reload()
    page.shows(names(chart(http, "rap")))

    # Any day that there is, and no other.
    page.choose("Pop")
    first, last = days_of(http)
    day_before = str(date.fromisoformat(last) - timedelta(days=1))
    expect(page.day).to_have_value(last)
    expect(page.day).to_have_attribute("min", first)
    expect(page.day).to_have_attribute("max", last)
    expect(page.after).to_have_attribute("aria-disabled", "true")

    page.before.click()
    expect(page.day).to_have_value(day_before)
    page.shows(names(chart(http, date=day_before)))
    page.after.click()
    expect(page.day).to_have_value(last)
    expect(page.part.get_by_role("button", name="Latest")).to_have_count(0)
    page.day.fill(first)
    page.shows(names(chart(http, date=first)))
    expect(page.before).to_have_attribute("aria-disabled", "true")
    page.choose("Dance").shows(names(chart(http, "dance", date=first)))
    page.part.get_by_role("button", name="Latest").click()
    page.shows(names(chart(http, "dance")))


def test_missing_and_outdated_charts_are_marked_and_loaded_ones_stay(
    visit: Visit, room: str, http: httpx.Client
):
    """The longer words in the narrowest window, and axe: test_screenshots."""
    visitor = visit(f"/r/{room}#queue", loses_network=True, **PHONE)
    visitor.expects.add(404)
    visitor.page.route("**/api/charts/**", lambda route: route.abort())
    visitor.page.evaluate("location.hash = 'charts'")
    page = ChartsPage(visitor)
    needs = page.part.get_by_text("You’re offline. Charts aren’t available.", exact=True)
    kept = page.part.get_by_text("You’re offline. Showing what was already loaded.")
    expect(needs).to_be_visible()
    visitor.page.unroute("**/api/charts/**")
    page.part.get_by_role("button", name="Try again").click()
    page.loaded().shows(names(chart(http)))

    page.choose("Rap").shows(names(chart(http, "rap")))
    lose_network(visitor.page)
    page.choose("Pop").shows(names(chart(http)))
    expect(kept).to_be_visible()
    page.choose("Country")
    expect(needs).to_be_visible()
    visitor.context.set_offline(False)
    page.shows(names(chart(http, "country")))
    expect(needs).to_have_count(0)

    # A returning visitor without a server sees the last one.
    page.page.route("**/api/charts/**", lambda route: route.abort())
    page.page.reload()
    page.shows(names(chart(http, "country")))
    expect(kept).to_be_visible()
    page.page.unroute("**/api/charts/**")

    # A genre that has no chart.
    error = {"code": "NOT_FOUND", "message": "There is no rap chart yet.", "details": {}}
    body = {"status": "error", "message": error["message"], "data": None, "error": error}
    page.page.route(CHART, lambda route: route.fulfill(status=404, json=body))
    page.choose("Rap")
    expect(page.part.get_by_text("No charts yet.")).to_be_visible()
    page.page.unroute(CHART)

    # What is older than a day stands out.
    old = datetime.now(UTC) - timedelta(days=3, hours=1)

    def aged(route: Route) -> None:
        response = route.fetch().json()
        for source in response["data"]["sources"]:
            source["fetched_at"] = old.isoformat()
        response["data"]["sources"][1].update(status="quarantined", date="2025-03-01")
        response["data"]["sources"][0].update(is_confirmed=False)
        response["data"]["compared_with"] = "2025-02-27"
        for track in response["data"]["tracks"]:
            track["counts"]["apple_music"] = {"status": "missing", "date": None, "in_change": []}
        first, second = response["data"]["tracks"][:2]
        first["services"]["apple_music"] = {"rank": 4, "url": ""}
        first["change"]["7d"] = 1200
        first["counts"]["spotify"] = {"status": "stale", "date": "2025-03-01", "in_change": []}
        first["counts"]["soundcloud"]["in_change"] = ["1d"]
        second["plays"] = dict.fromkeys(second["plays"])
        second["counts"] = {"spotify": {"status": "failed", "date": None, "in_change": []}}
        route.fulfill(json=response)

    page.page.route(CHART, aged)
    page.choose("Pop").loaded()
    expect(page.line.locator(".charts-old")).to_have_text("Out of date: updated 3 days ago")
    rejected = "Apple Music looked wrong and was rejected. Using the previous one from Sat, 1 Mar 2025."
    expect(page.part.get_by_text(rejected)).to_be_visible()
    unconfirmed = "Not confirmed yet: Spotify (first list, many new tracks, or far fewer tracks)."
    expect(page.part.get_by_text(unconfirmed)).to_be_visible()
    expect(page.part.get_by_text("Plays counted on SoundCloud, Spotify, YouTube.")).to_be_visible()
    expect(page.part.get_by_text("Compared with the previous chart, from Thu, 27 Feb 2025")).to_be_visible()
    expect(page.rows.first).to_contain_text("Apple Music 4 (list from 1 Mar 2025)")
    left_out = re.compile(r"\+1\.2K in 7 days without (SoundCloud, Spotify|Spotify, SoundCloud)")
    expect(page.rows.first).to_contain_text(left_out)
    expect(page.rows.first).not_to_contain_text("Apple Music not included")
    expect(page.rows.nth(1)).to_contain_text("No play count")
    expect(page.rows.nth(1)).to_contain_text("Spotify not included, counting failed")
    expect(page.rows.first).to_contain_text("Spotify: plays from Sat, 1 Mar 2025, only repeated since")
