"""What holds things up is told: a server that is away, too much at once, a room that has gone."""

import re

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.contract.conftest import new_room, queue_of
from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage
from tests.page.remembered import wait_until_remembered
from tests.page.visitors import NARROW, PHONE, Open, Visit
from tests.processes import TuttiServer

KEEP_WHAT_IS_SAID = """() => {
    window.said = [];
    const place = document.querySelector("[data-testid=announcer]");
    new MutationObserver((changes) => {
        for (const { addedNodes } of changes)
            for (const node of addedNodes) if (node.textContent) window.said.push(node.textContent);
    }).observe(place, { childList: true, subtree: true });
}"""
GOES_ON = re.compile(r"That was a lot at once\. It goes on in \d+ s\.")
LIMITED = {"error": {"code": "RATE_LIMITED", "message": "Too many.", "details": {}}}


def status(page: Page, *texts: str) -> None:
    for text in texts:
        expect(page.locator(".status-text")).to_contain_text(text)


@pytest.mark.parametrize("size", [PHONE, NARROW], ids=["phone", "narrow"])
def test_while_nobody_answers_one_sees_how_much_waits(
    mortal: TuttiServer, mortal_queue: Queue, open_page: Open, size: dict[str, object]
):
    mortal_queue.fill(3)
    page = QueuePage(open_page(mortal.base_url, f"/r/{mortal_queue.room}", **size))
    titles = page.titles()
    mortal.kill()
    status(page.page, "reconnecting")
    expect(page.page.locator(".banner")).to_have_count(0)

    for title in titles[:2]:
        page.page.get_by_role("button", name=f"Vote up {title}").tap()

    status(page.page, "reconnecting", ", 2 changes waiting")
    expect(page.page.locator(".banner")).to_contain_text("The server does not answer.")
    expect(page.page.locator(".banner strong")).to_have_text("2 changes waiting")
    assert not page.visitor.scrolls_sideways()
    mortal.start()
    expect(page.page.locator(".status-text")).to_have_text("in sync", timeout=30_000)
    expect(page.page.locator(".banner")).to_have_count(0)


def test_what_was_too_much_at_once_says_why_it_waits_and_for_how_long(visit: Visit, queue: Queue):
    queue.fill(3)
    visitor = visit(f"/r/{queue.room}", **NARROW)
    visitor.expects.add(429)
    page = QueuePage(visitor)
    titles = page.titles()

    def refuse(route: Route) -> None:
        route.fulfill(status=429, headers={"Retry-After": "12"}, json=LIMITED)

    page.page.route("**/vote/", refuse, times=1)
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
    expect(banner.locator("strong")).to_have_text("2 changes waiting")
    assert not visitor.scrolls_sideways()
    expect(page.page.locator(".status-text")).to_have_text("in sync", timeout=30_000)
    expect(banner).to_have_count(0)
    assert [item["votes"] for item in queue.items()] == [1, 1, 0]


def test_what_was_meant_for_a_room_that_has_gone_says_so_once(visit: Visit, http: httpx.Client):
    assert http.post("/api/guests/", json={"name": "Ada"}).status_code == 201
    queue = queue_of(http, new_room(http, is_public=False))
    queue.fill(2)
    visitor = visit(f"/r/{queue.room}")
    visitor.loses_network = True
    visitor.expects.add(404)
    page = QueuePage(visitor)
    titles = page.titles()
    visitor.context.set_offline(True)
    for title in titles:
        page.page.get_by_role("button", name=f"Vote up {title}").click()
    assert http.delete(f"/api/rooms/{queue.room}/").status_code == 204

    visitor.context.set_offline(False)

    expect(page.page.locator(".banner")).to_contain_text("There is no such room, or it has been deleted.")
    expect(page.page.locator(".queue-sum-of-votes[data-pending]")).to_have_count(0)
    expect(page.toast).to_have_text("This room has been deleted.")


def test_the_same_sentence_is_said_each_time(visit: Visit, queue: Queue):
    tracks = queue.tracks[:3]
    page = visit(f"/r/{queue.room}").page
    page.evaluate(KEEP_WHAT_IS_SAID)

    for count, track in enumerate(tracks, start=1):
        queue.add(track, added_by="Bo")
        page.wait_for_function("count => window.said.length >= count", arg=count)

    assert page.evaluate("window.said") == ["Bo added 1 track"] * 3


def test_without_a_network_a_room_keeps_its_name_and_its_order(visit: Visit, http: httpx.Client):
    queue = queue_of(http, new_room(http, name="Kitchen party", order="votes", is_public=False))
    queue.fill(2)
    visitor = visit(f"/r/{queue.room}")
    visitor.loses_network = True
    page = QueuePage(visitor)
    titles = page.titles()
    expect(page.page.locator("h1")).to_have_text("Kitchen party")
    page.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    wait_until_remembered(page.page, queue)
    visitor.context.set_offline(True)

    page.page.reload()

    page.shows(titles)
    expect(page.page.locator("h1")).to_have_text("Kitchen party")
    expect(page.page.locator(".queue-handle")).to_have_count(0)
    expect(page.page.locator(".queue-head")).to_contain_text("Votes order this room.")
