"""The network goes and comes, the server dies and comes back: nothing is lost and nothing happens twice."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.contract.queues import Queue
from tests.page.bad_line import BadLine
from tests.page.queue_page import Hand, QueuePage, titles_of
from tests.page.remembered import wait_until_remembered
from tests.page.visitors import PHONE, Open, Visit
from tests.processes import TuttiServer

# Enough for a page that waits longer after each failed try.
BACK_MILLISECONDS = 30_000


def in_sync(page: Page) -> None:
    expect(page.locator(".status-text")).to_have_text("in sync", timeout=BACK_MILLISECONDS)


@pytest.mark.parametrize("place", ["localhost", "own address"])
def test_what_is_done_offline_is_sent_once_and_in_order(
    visit: Visit, queue: Queue, place: str, own_address: str
):
    """Over plain http from another machine, too, where the browser gives less."""
    queue.fill(4)
    visitor = visit(f"/r/{queue.room}", base_url="" if place == "localhost" else own_address, **PHONE)
    visitor.loses_network = True
    page = QueuePage(visitor)
    titles = page.titles()
    visitor.context.set_offline(True)
    expect(page.page.locator(".status-text")).to_have_text("offline")

    page.page.get_by_role("button", name=f"Vote up {titles[1]}").tap()
    page.page.get_by_role("button", name=f"Vote down {titles[2]}").tap()
    page.handle(titles[3]).focus()
    for key in ("Enter", "Home", "Enter"):
        page.page.keyboard.press(key)

    expect(page.page.locator(".status-text")).to_have_text("offline, 3 changes waiting")
    assert titles_of(queue) == titles, "nothing can have been sent"
    visitor.context.set_offline(False)
    in_sync(page.page)
    assert titles_of(queue) == [titles[3], *titles[:3]] == page.titles()
    assert [item["votes"] for item in queue.items()] == [0, 0, 1, -1]
    assert page.moves_sent == 1


def test_a_reload_without_network_shows_the_last_state_and_keeps_what_waits(visit: Visit, queue: Queue):
    queue.fill(3)
    visitor = visit(f"/r/{queue.room}")
    visitor.loses_network = True
    page = QueuePage(visitor)
    titles = page.titles()
    page.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    wait_until_remembered(page.page, queue)
    visitor.context.set_offline(True)
    page.page.get_by_role("button", name=f"Vote up {titles[0]}").click()
    expect(page.page.locator(".status-text")).to_have_text("offline, 1 change waiting")

    page.page.reload()

    page.shows(titles)
    expect(page.page.locator(".status-text")).to_have_text("offline, 1 change waiting")
    expect(page.page.get_by_role("button", name=f"Vote up {titles[0]}")).to_have_attribute(
        "aria-pressed", "true"
    )
    visitor.context.set_offline(False)
    in_sync(page.page)
    assert [item["votes"] for item in queue.items()] == [1, 0, 0]


def test_what_a_closed_tab_left_is_sent_by_the_next(visit: Visit, queue: Queue):
    queue.fill(2)
    visitor = visit(f"/r/{queue.room}")
    visitor.loses_network = True
    page = QueuePage(visitor)
    titles = page.titles()
    visitor.context.set_offline(True)
    page.page.get_by_role("button", name=f"Vote up {titles[1]}").click()
    expect(page.page.locator(".status-text")).to_have_text("offline, 1 change waiting")
    page.page.close()

    visitor.context.set_offline(False)
    again = visitor.context.new_page()
    again.goto(f"{visitor.base_url}/r/{queue.room}")

    expect(again.locator(".queue .virtual-row").nth(1).locator(".rolling-new")).to_have_text("+1")
    in_sync(again)
    assert [item["votes"] for item in queue.items()] == [0, 1]


def test_an_action_on_what_has_gone_meanwhile_is_told_kindly(visit: Visit, queue: Queue):
    first, _ = queue.fill(2)
    visitor = visit(f"/r/{queue.room}")
    visitor.loses_network = True
    visitor.expects.add(404)
    page = QueuePage(visitor)
    titles = page.titles()
    visitor.context.set_offline(True)
    page.page.get_by_role("button", name=f"Vote up {titles[0]}").click()
    queue.remove(first)

    visitor.context.set_offline(False)

    expect(page.toast).to_contain_text(f"{titles[0]} is no longer in the queue.")
    page.shows(titles[1:])
    in_sync(page.page)


def test_a_server_that_dies_in_mid_drag_costs_nothing(
    mortal: TuttiServer, mortal_queue: Queue, open_page: Open
):
    mortal_queue.fill(5)
    page = QueuePage(open_page(mortal.base_url, f"/r/{mortal_queue.room}"))
    titles = page.titles()
    hand = Hand(page.page).grip(page.handle(titles[0])).carry_over(page.row(titles[2]))

    mortal.kill()
    expect(page.page.locator(".status-text")).to_contain_text("reconnecting")
    hand.carry_over(page.row(titles[3])).let_go()
    shown = page.titles()
    assert shown != titles
    mortal.start()

    in_sync(page.page)
    page.shows(shown)
    assert titles_of(mortal_queue) == shown
    assert page.moves_sent >= 1


def test_over_a_slow_line_a_tap_shows_at_once(mortal: TuttiServer, mortal_queue: Queue, open_page: Open):
    mortal_queue.fill(3)
    with BadLine(mortal.port, delay_seconds=0.4) as line:
        page = QueuePage(open_page(line.base_url, f"/r/{mortal_queue.room}", **PHONE))
        up = page.page.get_by_role("button", name=f"Vote up {page.titles()[0]}")

        up.tap()

        assert up.get_attribute("aria-pressed") == "true", "it waited for the server"
        assert mortal_queue.items()[0]["votes"] == 0
        in_sync(page.page)
        assert mortal_queue.items()[0]["votes"] == 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_over_a_lossy_line_everything_happens_exactly_once(
    mortal: TuttiServer, mortal_queue: Queue, open_page: Open, seed: int
):
    with httpx.Client(base_url=mortal.base_url) as http, BadLine(mortal.port, seed=seed) as line:
        page = QueuePage(open_page(line.base_url, f"/r/{mortal_queue.room}#library"))
        tracks = http.get("/api/tracks/", params={"limit": 8}).json()
        line.lose(0.3)
        for track in tracks:
            page.page.get_by_role("button", name=f"Add {track['title']}", exact=False).first.click()
        while not line.breaks:
            page.page.wait_for_timeout(20)
        line.heal()

        in_sync(page.page)
        expected = [track["title"] for track in tracks]
        page.shows(expected)
        assert titles_of(mortal_queue) == expected
        assert mortal_queue.state().seq == len(tracks), "something was done twice"


def test_a_kitchen_without_a_server_says_so_and_comes_back(
    mortal: TuttiServer, mortal_queue: Queue, open_page: Open
):
    mortal_queue.fill(1)
    page = open_page(mortal.base_url, f"/r/{mortal_queue.room}").page
    mortal.stop()

    expect(page.locator(".banner")).to_have_text("The server restarts.")
    mortal.start()

    in_sync(page)
    expect(page.locator(".banner")).to_have_count(0)
