"""Figures on the page: of everybody and one's own, drawn and as tables."""

from datetime import UTC, datetime

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.contract.conftest import client_of
from tests.contract.people import begin_session, registered
from tests.page.account_page import AccountPage
from tests.page.chart_track_page import table_of
from tests.page.visitors import PHONE, Visit
from tests.processes import TuttiServer

ZONE = "Asia/Tokyo"


def figure(page: Page, name: str) -> Locator:
    """What stands below the name."""
    return page.locator(".stats-tile", has=page.get_by_text(name, exact=True)).locator("dd")


def chart(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def tell(http: httpx.Client, *kinds: str, track_id: int = 1, **more: str) -> None:
    told = [{"track_id": track_id, "activity_type": kind, **more} for kind in kinds]
    answer = http.post("/api/analytics/activity/", json=told)
    assert answer.status_code == 201, answer.text


def test_figures_of_everybody_and_what_goes_round_in_another_span(visit: Visit, site: TuttiServer, room: str):
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
    visitor.context.set_offline(True)
    page.get_by_label("90 days").check(force=True)
    expect(page.get_by_text("You’re offline. Showing the last ones.")).to_be_visible()
    expect(figure(page, "Tracks")).to_be_visible()
    visitor.context.set_offline(False)
    expect(page.get_by_text("You’re offline. Statistics aren’t available.")).to_have_count(0)


def test_ones_own_by_the_hours_of_where_one_is_counted_anew_when_one_comes_back(
    visit: Visit, site: TuttiServer, room: str
):
    """Somebody in Tokyo, at the page and without one."""
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
