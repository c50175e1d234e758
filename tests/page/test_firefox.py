"""What matters of the page, in Debian's Firefox: with --long only."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.contract.queues import Queue
from tests.page.queue_page import Hand, QueuePage, in_sync, titles_of, wait_for_moves
from tests.page.visitors import Visit, until
from tests.processes import TuttiServer

# What waits in the outbox, and stays there whatever becomes of the page.
COUNT_STORED = """() => new Promise((done) => {
    indexedDB.open("tutti ").onsuccess = ({ target: { result: database } }) => {
        const counting = database.transaction("outbox").objectStore("outbox").count();
        counting.onsuccess = () => { database.close(); done(counting.result); };
    };
})"""
Come = Callable[..., QueuePage]


@pytest.fixture(scope="module")
def browser(firefox: Browser) -> Browser:
    """Visitors use Firefox."""
    return firefox


@pytest.fixture
def come(visit: Visit) -> Come:
    def come(path: str, **options: object) -> QueuePage:
        page = QueuePage(visit(path, **options))
        in_front(page.page)
        return page

    return come


def in_front(page: Page) -> None:
    """Firefox gives keys to the front window alone."""
    page.bring_to_front()


# --- What people do ----------------------------------------------------------------------------------


def test_two_windows_see_each_others_adding_votes_and_moves(come: Come, queue: Queue):
    queue.fill(2)
    ada, bo = come(f"/r/{queue.room}"), come(f"/r/{queue.room}")
    first, second = ada.titles()
    library = bo.page.locator(".library-row", has_text="So What").get_by_role("button")

    library.click()
    expect(library).to_contain_text("3rd")
    in_front(ada.page)
    ada.page.get_by_role("button", name=f"Vote down {first}").click()
    ada.row("So What").get_by_role("button", name="More options for So What").click()
    ada.menu.get_by_role("menuitem", name="Move to top").click()

    for page in (ada, bo):
        page.shows(["So What", first, second])
        expect(page.row(first).locator(".rolling-new")).to_have_text("−1")
        in_sync(page.page)
    assert titles_of(queue) == ["So What", first, second]
    assert [item["votes"] for item in queue.items()] == [0, -1, 0]


def test_a_vote_stays_after_a_reload_and_can_be_removed(come: Come, queue: Queue):
    [item] = queue.fill(1)
    page = come(f"/r/{queue.room}")
    up = page.page.get_by_role("button", name=re.compile("^Vote up"))
    up.click()
    in_sync(page.page)
    assert queue.item(item)["votes"] == 1

    page.page.reload()

    expect(up).to_have_attribute("aria-pressed", "true")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "false")
    in_sync(page.page)
    assert queue.item(item)["votes"] == 0


def test_the_first_addition_asks_for_a_name_which_is_shown_at_the_track(come: Come, queue: Queue):
    page = come(f"/r/{queue.room}", is_asked=True).page
    button = page.locator(".library-row", has_text="So What").get_by_role("button")
    button.click()
    page.get_by_role("textbox", name="What is your name?").fill(" Ada ")
    page.keyboard.press("Enter")

    expect(button).to_contain_text("1st")
    in_sync(page)
    assert [item["added_by"] for item in queue.items()] == ["Ada"]


@pytest.mark.parametrize(("start", "end"), [(1, 3), (4, 0), (0, 5)])
def test_a_track_is_moved_by_mouse(come: Come, queue: Queue, start: int, end: int):
    queue.fill(6)
    page = come(f"/r/{queue.room}")
    titles = page.titles()
    hand = Hand(page.page).grip(page.handle(titles[start])).carry_over(page.rows.nth(end))

    expect(page.line).to_be_visible()
    hand.let_go()

    moved = [title for title in titles if title != titles[start]]
    moved.insert(end, titles[start])
    page.shows(moved)
    wait_for_moves(page, 1)
    assert titles_of(queue) == moved


def test_a_track_is_moved_by_keyboard_and_announced(come: Come, queue: Queue):
    queue.fill(4)
    page = come(f"/r/{queue.room}")
    titles = page.titles()
    page.handle(titles[3]).focus()

    page.page.keyboard.press("Space")
    page.page.keyboard.press("ArrowUp")
    page.page.keyboard.press("ArrowUp")
    expect(page.said).to_have_text(f"{titles[3]}, 2nd of 4")
    page.page.keyboard.press("Space")

    page.shows([titles[0], titles[3], titles[1], titles[2]])
    wait_for_moves(page, 1)
    assert page.focused_title() == titles[3]
    assert titles_of(queue) == page.titles()


def test_undo_restores_a_removed_track(come: Come, queue: Queue):
    queue.fill(2)
    page = come(f"/r/{queue.room}")
    first, second = page.titles()
    page.row(first).get_by_role("button", name=f"More options for {first}").click()
    page.menu.get_by_role("menuitem", name="Remove").click()
    page.shows([second])

    page.toast.get_by_role("button", name="Undo").click()

    page.shows([first, second])
    in_sync(page.page)
    assert titles_of(queue) == [first, second]


def test_shortcuts_of_the_web_app_do_not_trigger_those_of_the_browser(come: Come, queue: Queue):
    """Firefox searches in the page by `/` and `'`, and scrolls by space."""
    queue.fill(2)
    page = come(f"/r/{queue.room}")
    expect(page.rows).to_have_count(2)

    first = page.titles()[0]
    page.page.keyboard.press("Space")
    expect(page.page.locator(".playing-title")).to_have_text(first)
    page.page.keyboard.press("/")
    page.page.keyboard.type("so what")

    expect(page.page.get_by_role("searchbox")).to_have_value("so what")
    expect(page.page.locator(".library-row .library-title").first).to_have_text("So What")
    in_sync(page.page)
    assert queue.playing() == queue.ids()[0], "a letter of the search did something"


# --- Without a network -------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["localhost", "own address"])
def test_offline_changes_are_sent_once_and_in_order(come: Come, queue: Queue, place: str, own_address: str):
    queue.fill(4)
    seq = queue.state().seq
    page = come(f"/r/{queue.room}", base_url="" if place == "localhost" else own_address)
    page.visitor.loses_network = True
    titles = page.titles()
    page.visitor.context.set_offline(True)
    expect(page.page.locator(".status-text")).to_have_text("offline")

    page.page.get_by_role("button", name=f"Vote up {titles[1]}").click()
    page.handle(titles[3]).focus()
    for key in ("Enter", "Home", "Enter"):
        page.page.keyboard.press(key)

    expect(page.page.locator(".status-text")).to_have_text("offline, 2 unsent changes")
    assert titles_of(queue) == titles, "nothing can have been sent"
    page.visitor.context.set_offline(False)
    in_sync(page.page)
    assert titles_of(queue) == [titles[3], *titles[:3]] == page.titles()
    assert queue.state().seq == seq + 2, "something was done twice"


def test_a_restart_of_the_server_loses_no_change(visit: Visit, mortal: TuttiServer, mortal_queue: Queue):
    mortal_queue.fill(2)
    there = {"base_url": mortal.base_url, "loses_network": True, "keeps_page": True}
    page = QueuePage(visit(f"/r/{mortal_queue.room}", **there))
    titles = page.titles()

    mortal.stop()
    expect(page.page.locator(".banner")).to_have_text("The server is restarting.")
    page.page.get_by_role("button", name=f"Vote up {titles[1]}").click()
    mortal.start()

    in_sync(page.page)
    assert [item["votes"] for item in mortal_queue.items()] == [0, 1]


def test_a_reload_without_a_server_shows_the_last_state_and_keeps_unsent_changes(
    visit: Visit, mortal: TuttiServer, mortal_queue: Queue
):
    """By the service worker, which asks the server first."""
    mortal_queue.fill(2)
    there = {"base_url": mortal.base_url, "loses_network": True, "keeps_page": True}
    page = QueuePage(visit(f"/r/{mortal_queue.room}", **there))
    titles = page.titles()
    page.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    up = page.page.get_by_role("button", name=f"Vote up {titles[0]}")
    mortal.stop()
    up.click()
    until(page.page, lambda: page.page.evaluate(COUNT_STORED))

    page.page.reload()

    page.shows(titles)
    expect(up).to_have_attribute("aria-pressed", "true")
    mortal.start()
    in_sync(page.page)
    assert [item["votes"] for item in mortal_queue.items()] == [1, 0]
