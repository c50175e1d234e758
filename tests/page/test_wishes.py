"""Votes visibly count, and who wishes for what is queued already votes for it."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Route, WebSocketRoute, expect

from tests.contract.conftest import new_room, queue_of
from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage, in_sync, titles_of
from tests.page.visitors import DESKTOP, PHONE, Visit, lose_network, until


@pytest.fixture
def voted_queue(http: httpx.Client) -> Queue:
    """Of a room that votes order."""
    return queue_of(http, new_room(http, order="votes"))


def number(page: QueuePage, title: str) -> Locator:
    return page.row(title).locator(".queue-number .rolling-new")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_vote_count_is_visible_while_its_row_moves(
    visit: Visit, voted_queue: Queue, size: dict[str, Any]
):
    first, *_ = voted_queue.fill(5)
    voted_queue.vote(first, 1)
    page = QueuePage(visit(f"/r/{voted_queue.room}", **size))
    titles = titles_of(voted_queue)
    held: list[Route] = []
    page.page.route("**/vote/", lambda route: held.append(route))
    clock = page.row(titles[4]).locator(".queue-sum-of-votes .icon")

    page.row(titles[4]).get_by_role("button", name="Vote up").click()
    expect(clock).to_be_visible()
    until(page.page, lambda: held)
    held.pop().continue_()

    page.shows([titles[0], titles[4], *titles[1:4]])
    expect(clock).to_have_count(0)
    page.visitor.stand_still()
    expect(number(page, titles[4])).to_be_visible()
    assert number(page, titles[4]).inner_text() == "+1"
    expect(page.page.locator(".queue-head")).to_contain_text("This queue is ordered by votes.")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_adding_a_queued_track_votes_for_it_and_scrolls_to_its_row(
    visit: Visit, queue: Queue, size: dict[str, Any]
):
    queue.fill(12)
    item = queue.items()[11]
    track = item["track"]
    page = QueuePage(visit(f"/r/{queue.room}#library?search={track['title']}", **size))
    row = page.page.locator(".library .virtual-row").filter(has_text=track["title"]).first

    row.get_by_role("button", name=re.compile("already in the queue, 12th. Vote for it")).click()

    expect(page.toast).to_contain_text("Already in the queue, 12th. Your vote counts.")
    page.toast.hover()  # It stays for as long as it is pointed at.
    expect(page.row(track["title"])).to_be_in_viewport()
    expect(page.row(track["title"])).to_be_focused()
    expect(number(page, track["title"])).to_have_text("+1")
    expect(page.page.locator(".queue-order")).to_have_text("Ordered manually. Votes don’t move tracks.")
    in_sync(page.page)
    assert queue.items()[11]["votes"] == 1
    assert page.visitor.violations() == []

    # A wrong press costs nothing.
    page.toast.get_by_role("button", name="Undo").click()
    expect(number(page, track["title"])).to_have_text("0")
    in_sync(page.page)
    assert queue.items()[11]["votes"] == 0


def test_the_row_is_shown_at_its_position_after_the_vote(visit: Visit, voted_queue: Queue):
    """Also where the event that moves it comes long after the one of the vote."""
    voted_queue.fill(12)
    title = titles_of(voted_queue)[11]
    page = QueuePage(visit(f"/r/{voted_queue.room}", **PHONE))
    held: list[Callable[[], None]] = []

    def hold_moves(socket: WebSocketRoute) -> None:
        def pass_on(message: str | bytes) -> None:
            if '"track.moved"' in str(message):
                held.append(lambda: socket.send(message))
            else:
                socket.send(message)

        socket.connect_to_server().on_message(pass_on)

    page.page.route_web_socket("**/ws/**", hold_moves)
    page.page.goto("about:blank")
    page.visitor.open(f"/r/{voted_queue.room}#library?search={title}")
    row = page.page.locator(".library .virtual-row").filter(has_text=title).first

    row.get_by_role("button", name=re.compile("already in the queue, 12th. Vote for it")).click()

    until(page.page, lambda: held)
    expect(page.row(title).locator(".queue-vote[data-way=up]")).to_have_attribute("aria-pressed", "true")
    expect(number(page, title)).to_have_text("+1")
    expect(page.toast).to_have_count(0)
    held.pop()()
    expect(page.toast).to_contain_text("Already in the queue, 1st. Your vote counts.")
    expect(page.rows.first).to_contain_text(title)
    expect(page.row(title)).to_be_focused()
    page.visitor.stand_still()
    expect(page.row(title)).to_be_in_viewport(ratio=0.9)


def test_the_second_of_two_concurrent_additions_becomes_a_vote(visit: Visit, queue: Queue):
    queue.fill(1)
    track = queue.items()[0]["track"]
    visitor = visit(f"/r/{queue.room}", loses_network=True)
    visitor.expects.add(409)
    queue.remove(queue.ids()[0])
    page = QueuePage(visitor)
    expect(page.rows).to_have_count(0)
    lose_network(visitor.page)
    page.page.locator(f'.library .virtual-row:has-text("{track["title"]}") .place-button').first.click()
    expect(page.rows).to_have_count(1)
    queue.add(track["id"])

    visitor.context.set_offline(False)

    expect(page.toast).to_contain_text("is already in the queue. You voted for it.")
    in_sync(page.page)
    assert [item["votes"] for item in queue.items()] == [1]


def test_adding_the_same_recording_of_another_album_asks_first(visit: Visit, queue: Queue, library: Library):
    first, second = (
        library.add(title, album=album)["id"] for title, album in (("Mr. Twin", "Hot"), ("mr. twin", "Live"))
    )
    queue.add(first)
    page = QueuePage(visit(f"/r/{queue.room}#library?search=mr.%20twin", **PHONE))
    add = page.page.get_by_role("button", name=re.compile("^Add mr. twin"))
    asked = page.page.get_by_role("dialog", name="Already in the queue")

    add.click()
    expect(asked).to_contain_text("is already in the queue, from “Hot”.")
    assert page.visitor.violations() == []
    page.page.go_back()
    expect(asked).to_have_count(0)
    assert len(queue.ids()) == 1

    add.click()
    asked.get_by_role("button", name="Vote for it").click()
    expect(number(page, "Mr. Twin")).to_have_text("+1")
    page.page.get_by_role("button", name="Library").click()
    add.click()
    asked.get_by_role("button", name="Add the one from “Live” too").click()
    expect(add).to_have_count(0)
    in_sync(page.page)
    assert [item["track_id"] for item in queue.items()] == [first, second]
