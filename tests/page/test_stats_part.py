"""Figures on the page: of all users and one's own, drawn and as tables."""

import re
from datetime import UTC, datetime

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.contract.conftest import client_of
from tests.contract.people import begin_session, registered
from tests.contract.queues import Queue
from tests.page.account_page import AccountPage
from tests.page.chart_track_page import table_of
from tests.page.visitors import PHONE, Visit, lose_network
from tests.processes import TuttiServer

ZONE = "Asia/Tokyo"


def figure(page: Page, name: str) -> Locator:
    """What stands below the name."""
    return page.locator(".stats-tile", has=page.get_by_text(name, exact=True)).locator("dd")


def chart(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def tell(http: httpx.Client, *kinds: str, track_id: int = 1, **more: str) -> None:
    reported = [{"track_id": track_id, "activity_type": kind, **more} for kind in kinds]
    response = http.post("/api/analytics/activity/", json=reported)
    assert response.status_code == 201, response.text


def test_the_summary_of_a_night_is_shown_and_can_be_shared(visit: Visit, queue: Queue):
    first, second = queue.fill(2)
    queue.play(first)
    queue.vote(second, 1)
    page = visit(f"/r/{queue.room}#stats", **PHONE).page
    title = queue.items()[1]["track"]["title"]
    expect(figure(page, "Played")).to_have_text("1")
    [[voted, count]] = table_of(chart(page, "Most votes"))
    assert (voted.split(" · ")[0], count) == (title, "1")
    expect(page.get_by_label("Summary to share")).to_have_value(
        re.compile(rf"2 tracks\. .*{re.escape(title)}")
    )


def test_statistics_of_all_users_and_trends_of_another_period_are_shown(
    visit: Visit, site: TuttiServer, room: str
):
    with client_of(site) as http:
        begin_session(http, registered(http))
        tell(http, *["play"] * 100, track_id=2)
        title = http.get("/api/tracks/2/").json()["title"]
        tracks = http.get("/api/analytics/summary/").json()["tracks"]
    visitor = visit(f"/r/{room}#queue", loses_network=True, **PHONE)
    page = visitor.page
    # What could not be loaded is tried again.
    page.route("**/api/analytics/**", lambda route: route.abort())
    page.evaluate("location.hash = 'stats'")
    expect(page.get_by_text("You’re offline. Statistics aren’t available.")).to_be_visible()
    page.unroute("**/api/analytics/**")
    page.get_by_role("button", name="Try again").click()
    expect(figure(page, "Tracks")).to_have_text(str(tracks))
    expect(figure(page, "Plays in rooms")).to_be_visible()

    with page.expect_request("**/api/analytics/trends/?days=30&limit=5"):
        page.get_by_label("30 days").check(force=True)

    assert any(title in name for name, *_ in table_of(chart(page, "Tracks")))

    # Tables are reached by keyboard. Axe: test_screenshots.
    chart(page, "Activity by type").locator("summary").focus()
    page.keyboard.press("Enter")
    expect(chart(page, "Activity by type").get_by_role("table")).to_be_visible()

    # Without network the last ones stay.
    lose_network(visitor.page)
    page.get_by_label("90 days").check(force=True)
    expect(page.get_by_text("You’re offline. Showing the last known numbers.")).to_be_visible()
    expect(figure(page, "Tracks")).to_be_visible()
    visitor.context.set_offline(False)
    expect(page.get_by_text("You’re offline. Statistics aren’t available.")).to_have_count(0)


def test_own_statistics_use_local_hours_and_are_refreshed_on_return(
    visit: Visit, site: TuttiServer, room: str
):
    """A visitor in Tokyo, at the page and without one."""
    visitor = visit(f"/r/{room}#stats", **PHONE, timezone_id=ZONE)
    page = visitor.page
    own = page.locator(".stats-head").get_by_role("button", name="You")
    own.click()
    page.get_by_role("button", name="Sign in or create an account").click()
    with client_of(site) as http:
        account = registered(http)
        begin_session(http, account)
        AccountPage(visitor).sign_in(account)
        page.evaluate("location.hash = 'stats'")
        own.click()
        expect(page.get_by_text("No data yet.")).to_be_visible()
        page.evaluate("location.hash = 'queue'")
        tell(http, "play", "like", occurred_at=f"{datetime.now(UTC):%Y-%m-%d}T00:05:00Z")
    page.evaluate("location.hash = 'stats'")

    expect(figure(page, "Activities")).to_have_text("2")
    expect(figure(page, "Likes per play")).to_have_text("100%")
    expect(figure(page, "Skips per play")).to_have_text("0%")
    hours = dict(table_of(chart(page, "By hour")))
    assert {hour: count for hour, count in hours.items() if count != "0"} == {"9:00": "2"}
    assert len(table_of(chart(page, "By day"))) == 30
    assert chart(page, "Your activity by type").get_by_role("img").get_attribute("aria-label") == (
        "Your activity by type. Top: Plays (1)."
    )
