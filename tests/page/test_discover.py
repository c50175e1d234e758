"""Recommendations on the page: each with its reason, and what one can do with it by one tap."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.contract.people import Account, begin_session, registered
from tests.contract.queues import Queue
from tests.page.account_page import AccountPage
from tests.page.queue_page import in_sync, titles_of
from tests.page.visitors import PHONE, Visit, Visitor
from tests.processes import TuttiServer

TASTE = {"favorite_genres": ["jazz", "soul"], "favorite_artists": ["Miles Davis"], "moods": ["calm"]}
REFRESH = "**/api/recommendations/me/refresh/"
JOB = "**/api/recommendations/jobs/*/"


class DiscoverPage:
    """The page of recommendations, as one user sees it."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Page = visitor.page
        self.part = self.page.locator("#discover-part")
        self.rows = self.part.locator(".discover-list").get_by_role("listitem")
        self.refresh = self.part.get_by_role("button", name="Refresh")
        self.state = self.part.locator(".discover-line [role=status]")

    def open(self) -> "DiscoverPage":
        self.page.evaluate("location.hash = 'discover'")
        expect(self.part).to_be_visible()
        return self

    def titles(self) -> list[str]:
        return self.rows.locator(".discover-title").all_inner_texts()

    def row(self, title: str) -> Locator:
        return self.rows.filter(has=self.page.get_by_text(title, exact=True))

    def entry(self, title: str, name: str) -> Locator:
        """An entry of the menu that the row opens, which also shows the full reason."""
        self.row(title).locator(".discover-title").click()
        expect(self.page.locator(".menu-about")).to_contain_text(title)
        return self.page.get_by_role("menuitem", name=name)

    def loaded(self) -> "DiscoverPage":
        expect(self.rows.first).to_be_visible()
        return self


@pytest.fixture
def ada(site: TuttiServer) -> Account:
    with site.client() as http:
        return registered(http, profile=TASTE)


@pytest.fixture
def as_ada(site: TuttiServer, ada: Account) -> Iterator[httpx.Client]:
    """An HTTP client of the same user, without a page."""
    with site.client() as http:
        begin_session(http, ada)
        yield http


@pytest.fixture
def page(visit: Visit, queue: Queue, ada: Account) -> DiscoverPage:
    visitor = visit(f"/r/{queue.room}#account", **PHONE)
    AccountPage(visitor).sign_in(ada)
    return DiscoverPage(visitor).open().loaded()


def test_each_recommendation_has_a_reason_and_a_tap_queues_it(
    page: DiscoverPage, as_ada: httpx.Client, queue: Queue
):
    """Axe: test_screenshots."""
    listed = as_ada.get("/api/recommendations/me/", params={"room": queue.room, "limit": 20}).json()
    titles = page.titles()
    assert titles == [one["track"]["title"] for one in listed["recommendations"]]
    possible = [[reason["text"] for reason in one["reasons"]] for one in listed["recommendations"]]
    shown = page.rows.evaluate_all(
        "rows => rows.map(row => row.querySelector('.discover-reason')?.innerText)"
    )
    assert shown[:2] == [texts[0] for texts in possible[:2]]
    for at, texts in enumerate(possible):
        # None if the row has only the reason of both rows above.
        assert shown[at] in texts or {shown[at - 1], shown[at - 2]} == set(texts)
        assert at < 2 or len({*shown[at - 2 : at + 1]}) > 1
    heights = page.rows.evaluate_all("rows => rows.map(row => row.offsetHeight)")
    assert set(heights) == {68}

    page.row(titles[0]).get_by_role("button", name=f"Add {titles[0]}").click()

    expect(page.row(titles[0]).locator(".place-button")).to_contain_text("1st")
    in_sync(page.page)
    assert titles_of(queue) == titles[:1]
    # What is in the queue is not offered again.
    page.page.reload()
    page.loaded()
    assert titles[0] not in page.titles()

    # A liked track stays; one of no interest disappears and does not come back.
    first, second, *_ = page.titles()
    with page.page.expect_response("**/api/analytics/activity/") as reported:
        page.entry(second, "Like").click()
    assert reported.value.status == 201
    expect(page.part.get_by_role("status").filter(has_text=f"You like {second}")).to_be_attached()
    expect(page.row(second).get_by_role("button").first).to_be_focused()
    expect(page.entry(second, "Like")).to_be_disabled()
    page.page.keyboard.press("Escape")
    assert as_ada.get("/api/analytics/me/").json()["by_type"]["like"] == 1

    with page.page.expect_response("**/api/analytics/activity/") as reported:
        page.entry(first, "Not interested").click()
    assert reported.value.status == 201
    expect(page.row(first)).to_have_count(0)
    expect(page.row(second).get_by_role("button").first).to_be_focused()
    page.page.reload()
    page.loaded()
    assert first not in page.titles()


def test_a_failed_refresh_keeps_the_list_and_a_changed_taste_gives_another(page: DiscoverPage):
    title = page.titles()[0]
    page.visitor.loses_network = True
    page.page.route("**/api/analytics/activity/", lambda route: route.abort())
    page.entry(title, "Not interested").click()
    expect(page.page.locator(".toast")).to_have_text(re.compile(r"Couldn’t save\."))
    expect(page.row(title)).to_be_visible()

    held: list[Route] = []
    page.page.route(JOB, lambda route: held.append(route), times=1)
    with page.page.expect_request(JOB):
        page.refresh.click()
    expect(page.state).to_have_text("Refreshing…")
    expect(page.refresh).to_have_attribute("aria-disabled", "true")
    (route,) = held
    route.continue_()
    expect(page.state).to_contain_text("The list is up to date: nothing has changed.")
    expect(page.rows.first).to_be_visible()

    page.page.route(JOB, lambda route: route.fulfill(json={"job_id": "x", "status": "failed"}))
    page.refresh.click()
    expect(page.state).to_have_text("Couldn’t refresh. Showing the previous list.")
    expect(page.rows.first).to_be_visible()

    page.visitor.expects.add(429)
    body = {"error": {"code": "RATE_LIMITED", "message": "Too many requests.", "details": {}}}
    page.page.route(
        REFRESH, lambda route: route.fulfill(status=429, json=body, headers={"Retry-After": "600"})
    )
    page.refresh.click()
    expect(page.state).to_have_text("You can refresh 5 times an hour. Try again in 10 minutes.")
    expect(page.rows.first).to_be_visible()
    page.page.unroute(JOB)
    page.page.unroute(REFRESH)

    before = page.titles()
    account = AccountPage(page.visitor).open()
    account.button("Jazz").click()
    account.button("Soul").click()
    account.press("Remove Miles Davis")
    account.choose("Rock")
    account.save_taste()

    account.press("See recommendations")

    expect(page.rows.filter(has_text="Because you like rock").first).to_be_visible()
    expect(page.rows.filter(has_text="Because you like jazz")).to_have_count(0)
    assert page.titles() != before


def test_without_an_account_recommendations_for_the_room_are_shown(visit: Visit, queue: Queue):
    queued = titles_of(queue) if queue.fill(2) else []
    page = DiscoverPage(visit(f"/r/{queue.room}", loses_network=True, **PHONE))
    page.page.route("**/recommendations/**", lambda route: route.abort())
    page.open()
    expect(page.part.get_by_text("You’re offline. Recommendations aren’t available.")).to_be_visible()
    page.page.unroute("**/recommendations/**")
    page.part.get_by_role("button", name="Try again").click()
    lists = page.part.locator(".discover-list")
    expect(lists.first).to_be_visible()
    sections = page.part.get_by_role("heading", level=3).all_inner_texts()
    assert sections == ["Fits this room", "Popular and new here"]
    for rows in (part.get_by_role("listitem").all() for part in lists.all()):
        reasons = ["".join(row.locator(".discover-reason").all_inner_texts()) for row in rows]
        assert reasons[0]
        # Only a reason that two rows above show is left out.
        for first, second, third in zip(reasons, reasons[1:], reasons[2:], strict=False):
            assert third != second or second != first
            assert third or first == second
        assert all(reasons[:2])
    invitation = page.part.get_by_role("button", name="Sign in or create an account")
    places = [place.bounding_box() for place in (lists.last, invitation)]
    assert places[0]["y"] + places[0]["height"] <= places[1]["y"]
    assert page.visitor.violations() == []

    page.part.get_by_role("button", name="For this room").click()
    page.loaded()
    title = page.titles()[0]
    expect(page.entry(title, "Add")).to_be_visible()
    expect(page.page.get_by_role("menuitem", name="Like")).to_have_count(0)
    page.page.keyboard.press("Escape")
    page.row(title).locator(".place-button").click()
    in_sync(page.page)
    assert titles_of(queue) == [*queued, title]
