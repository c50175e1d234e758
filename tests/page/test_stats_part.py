"""Figures on the page: of everybody and one's own, drawn and as tables."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.contract.people import begin_session, registered
from tests.page.account_page import AccountPage
from tests.page.visitors import DESKTOP, NARROW, PHONE, Open, Visit, Visitor
from tests.processes import TuttiServer

ZONE = "Asia/Tokyo"


def figure(page: Page, name: str) -> Locator:
    """What stands below the name."""
    return page.locator(".stats-tile", has=page.get_by_text(name, exact=True)).locator("dd")


def chart(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def table_of(page: Page, title: str) -> list[list[str]]:
    """Opens the table beside a chart; its rows without the head."""
    chart(page, title).locator("summary").click()
    rows = chart(page, title).locator("tbody tr")
    expect(rows.first).to_be_visible()
    return [row.locator("th, td").all_inner_texts() for row in rows.all()]


def tell(http: httpx.Client, *kinds: str, track_id: int = 1, **more: str) -> None:
    told = [{"track_id": track_id, "activity_type": kind, **more} for kind in kinds]
    answer = http.post("/api/analytics/activity/", json=told)
    assert answer.status_code == 201, answer.text


@pytest.fixture
def signed_in(visit: Visit, site: TuttiServer, room: str) -> Iterator[tuple[Visitor, httpx.Client]]:
    """Somebody in Tokyo at the page, and the same person without one."""
    visitor = visit(f"/r/{room}#account", **PHONE, timezone_id=ZONE)
    with site.client() as http:
        account = registered(http)
        begin_session(http, account)
        AccountPage(visitor).sign_in(account)
        yield visitor, http


def test_figures_of_everybody_are_for_everybody(visit: Visit, http: httpx.Client, room: str):
    summary = http.get("/api/analytics/summary/").json()
    page = visit(f"/r/{room}#stats", **PHONE).page

    expect(figure(page, "Tracks")).to_have_text(str(summary["tracks"]))
    expect(figure(page, "Plays in rooms")).to_be_visible()


def test_what_goes_round_in_another_span(visit: Visit, site: TuttiServer, room: str):
    with site.client() as http:
        begin_session(http, registered(http))
        tell(http, *["play"] * 100, track_id=2)
        title = http.get("/api/tracks/2/").json()["title"]
    page = visit(f"/r/{room}#stats").page

    with page.expect_request("**/api/analytics/trends/?days=30&limit=5"):
        page.get_by_label("30 days").check(force=True)

    assert any(title in name for name, *_ in table_of(page, "Tracks"))


def test_ones_own_need_an_account(visit: Visit, room: str):
    page = visit(f"/r/{room}#stats", **PHONE).page
    page.locator(".stats-head").get_by_role("button", name="You").click()

    page.get_by_role("button", name="Sign in or create an account").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_ones_own_by_the_hours_of_where_one_is(signed_in: tuple[Visitor, httpx.Client]):
    visitor, http = signed_in
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    tell(http, "play", "like", occurred_at=f"{day}T00:05:00Z")
    page = visitor.page
    page.evaluate("location.hash = 'stats'")
    page.locator(".stats-head").get_by_role("button", name="You").click()

    expect(figure(page, "Activities")).to_have_text("2")
    expect(figure(page, "Likes per play")).to_have_text("100%")
    expect(figure(page, "Skips per play")).to_have_text("0%")
    hours = dict(table_of(page, "By hour of the day"))
    assert {hour: count for hour, count in hours.items() if count != "0"} == {"9:00": "2"}
    assert len(table_of(page, "By day")) == 30
    kinds = dict(table_of(page, "What you do"))
    assert (kinds["Plays"], kinds["Likes"], kinds["Skips"]) == ("1", "1", "0")
    assert chart(page, "What you do").get_by_role("img").get_attribute("aria-label") == (
        "What you do. Most: Plays, 1."
    )


def test_they_are_counted_anew_when_one_comes_back(signed_in: tuple[Visitor, httpx.Client]):
    visitor, http = signed_in
    page = visitor.page
    page.evaluate("location.hash = 'stats'")
    page.locator(".stats-head").get_by_role("button", name="You").click()
    expect(page.get_by_text("Nothing of yours was counted yet.")).to_be_visible()

    page.evaluate("location.hash = 'queue'")
    tell(http, "like")
    page.evaluate("location.hash = 'stats'")

    expect(figure(page, "Activities")).to_have_text("1")


def test_without_network_the_last_ones_stay_and_it_says_so(open_page: Open, site: TuttiServer, room: str):
    visitor = open_page(site.base_url, f"/r/{room}#stats")
    page = visitor.page
    expect(figure(page, "Tracks")).to_be_visible()
    visitor.context.set_offline(True)

    page.get_by_label("30 days").check(force=True)
    expect(page.get_by_text("Figures need the network. These are the last ones.")).to_be_visible()
    expect(figure(page, "Tracks")).to_be_visible()

    visitor.context.set_offline(False)
    expect(page.get_by_text("Figures need the network.")).to_have_count(0)


def test_what_could_not_be_loaded_is_tried_again(visit: Visit, room: str):
    visitor = visit(f"/r/{room}#queue", **PHONE)
    page = visitor.page
    visitor.loses_network = True
    page.route("**/api/analytics/**", lambda route: route.abort())
    page.evaluate("location.hash = 'stats'")
    expect(page.get_by_text("Figures need the network.")).to_be_visible()

    page.unroute("**/api/analytics/**")
    page.get_by_role("button", name="Try again").click()

    expect(figure(page, "Tracks")).to_be_visible()


@pytest.mark.parametrize("size", [NARROW, DESKTOP], ids=["narrow", "desktop"])
def test_tables_are_reached_by_keyboard(visit: Visit, room: str, size: dict[str, object]):
    visitor = visit(f"/r/{room}#stats", **size)
    page = visitor.page
    opener = chart(page, "What people do").locator("summary")
    opener.focus()

    page.keyboard.press("Enter")

    expect(chart(page, "What people do").get_by_role("table")).to_be_visible()
    assert visitor.violations() == []
    assert not visitor.scrolls_sideways()
