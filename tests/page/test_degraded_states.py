"""Obstacles are reported: an unreachable server, too many requests, a deleted room."""

import re

import httpx
from playwright.sync_api import Page, Route, expect

from tests.contract.conftest import new_room, queue_of
from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage, in_sync
from tests.page.test_long_words import IS_CUT
from tests.page.visitors import NARROW, PHONE, Visit
from tests.processes import TuttiServer

KEEP_WHAT_IS_SAID = """() => {
    window.said = [];
    const place = document.querySelector("[data-testid=announcer]");
    new MutationObserver((changes) => {
        for (const { addedNodes } of changes)
            for (const node of addedNodes) if (node.textContent) window.said.push(node.textContent);
    }).observe(place, { childList: true, subtree: true });
}"""
GOES_ON = re.compile(r"Too many changes\. Resuming in \d+ s\.")
LIMITED = {"error": {"code": "RATE_LIMITED", "message": "Too many.", "details": {}}}


def status(page: Page, *texts: str) -> None:
    for text in texts:
        expect(page.locator(".status-text")).to_contain_text(text)


def test_without_a_server_the_number_of_unsent_changes_is_shown(
    visit: Visit, mortal: TuttiServer, mortal_queue: Queue
):
    mortal_queue.fill(3)
    there = {"base_url": mortal.base_url, "loses_network": True}
    page = QueuePage(visit(f"/r/{mortal_queue.room}", **there, **NARROW))
    german = QueuePage(visit(f"/r/{mortal_queue.room}", **there, **PHONE, locale="de-DE"))
    titles = page.titles()
    mortal.kill()
    status(page.page, "reconnecting")
    expect(page.page.locator(".banner")).to_have_count(0)

    for title in titles[:2]:
        page.page.get_by_role("button", name=f"Vote up {title}").tap()

    status(page.page, "reconnecting", ", 2 unsent changes")
    expect(page.page.locator(".banner")).to_contain_text("Can’t reach the server.")
    expect(page.page.locator(".banner strong")).to_have_text("2 unsent changes")
    assert not page.visitor.scrolls_sideways()
    # The longest that the head says, in the longer words, can be read whole.
    german.rows.first.locator(".queue-vote[data-way=up]").tap()
    state = german.page.locator(".status-text")
    expect(state).to_contain_text("1 Änderung nicht gesendet")
    assert not state.evaluate(IS_CUT)
    assert not german.visitor.scrolls_sideways()
    mortal.start()
    in_sync(page.page)
    expect(page.page.locator(".banner")).to_have_count(0)


def test_a_rate_limit_shows_the_reason_and_the_seconds_until_resuming(visit: Visit, queue: Queue):
    queue.fill(3)
    visitor = visit(f"/r/{queue.room}", **NARROW)
    visitor.expects.add(429)
    page = QueuePage(visitor)
    titles = page.titles()

    def reject(route: Route) -> None:
        route.fulfill(status=429, headers={"Retry-After": "5"}, json=LIMITED)

    page.page.route("**/vote/", reject, times=1)
    for title in titles[:2]:
        page.page.get_by_role("button", name=f"Vote up {title}").tap()

    banner = page.page.locator(".banner")
    counted = banner.locator("[aria-hidden]")
    expect(counted).to_have_text(GOES_ON)
    spoken = banner.locator(".spoken").inner_text()
    assert GOES_ON.search(spoken)
    # Counted down for the eye, said once for the ear.
    first = counted.inner_text()
    expect(counted).not_to_have_text(first)
    assert banner.locator(".spoken").inner_text() == spoken
    expect(banner.locator("strong")).to_have_text("2 unsent changes")
    assert not visitor.scrolls_sideways()
    in_sync(page.page)
    expect(banner).to_have_count(0)
    assert [item["votes"] for item in queue.items()] == [1, 1, 0]


def test_changes_for_a_deleted_room_are_reported_once(visit: Visit, http: httpx.Client):
    assert http.post("/api/guests/", json={"name": "Ada"}).status_code == 201
    queue = queue_of(http, new_room(http, is_public=False))
    queue.fill(2)
    visitor = visit(f"/r/{queue.room}", loses_network=True)
    visitor.expects.add(404)
    page = QueuePage(visitor)
    titles = page.titles()
    visitor.context.set_offline(True)
    for title in titles:
        page.page.get_by_role("button", name=f"Vote up {title}").click()
    assert http.delete(f"/api/rooms/{queue.room}/").status_code == 204

    visitor.context.set_offline(False)

    expect(page.page.locator(".banner")).to_contain_text("This room doesn’t exist or was deleted.")
    expect(page.page.locator(".queue-sum-of-votes[data-pending]")).to_have_count(0)
    expect(page.toast).to_have_text("This room was deleted.")
    # Nothing looks as if it could still be done.
    for css in (".app-find", ".queue-list", ".app-playing"):
        expect(page.page.locator(css)).to_have_attribute("inert", "")
        expect(page.page.locator(css)).to_have_css("opacity", "0.5")
    assert visitor.violations() == []


def test_changes_of_others_are_announced_in_one_sentence(visit: Visit, queue: Queue):
    visitor = visit(f"/r/{queue.room}", loses_network=True)
    page = visitor.page
    # What was missed comes all at once, however long it took.
    visitor.context.set_offline(True)
    status(page, "offline")
    for track in queue.tracks[:3]:
        queue.add(track, added_by="Bo")
    visitor.context.set_offline(False)
    expect(page.get_by_test_id("announcer")).to_have_text("Bo added 3 tracks")
    page.evaluate(KEEP_WHAT_IS_SAID)

    for count, track in enumerate(queue.tracks[3:5], start=1):
        queue.add(track, added_by="Bo")
        page.wait_for_function("count => window.said.length >= count", arg=count)

    assert page.evaluate("window.said") == ["Bo added 1 track"] * 2
