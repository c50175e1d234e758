"""Everything that hands do to the queue, done by keyboard, and said."""

import pytest
from playwright.sync_api import Page, expect

from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage, in_sync, titles_of, wait_for_moves
from tests.page.visitors import Visit


@pytest.fixture
def ids(queue: Queue) -> list[int]:
    return queue.fill(6)


@pytest.fixture
def page(visit: Visit, queue: Queue, ids: list[int]) -> QueuePage:
    """Focus is on the first track."""
    found = QueuePage(visit(f"/r/{queue.room}"))
    expect(found.rows).to_have_count(len(ids))
    found.rows.first.focus()
    return found


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def hold(page: Page, key: str) -> None:
    """Until it has repeated itself three times."""
    for _ in range(4):
        page.keyboard.down(key)
    page.keyboard.up(key)


def test_arrow_keys_reach_all_rows_and_move_a_picked_up_row_with_announcements(page: QueuePage, queue: Queue):
    titles = page.titles()
    stops = page.list.locator("[tabindex='0']")
    expect(stops).to_have_count(5)
    controls = stops.evaluate_all("all => all.map(one => one.dataset.control ?? 'row')")
    assert controls == ["row", "handle", "up", "down", "more"]

    press(page.page, "ArrowDown", "ArrowDown", "ArrowUp")
    assert page.focused_title() == titles[1]
    press(page.page, "End")
    assert page.focused_title() == titles[-1]
    press(page.page, "ArrowDown", "Home")
    assert page.focused_title() == titles[0]

    # From a button they lead to the same button.
    page.row(titles[0]).get_by_role("button", name=f"Vote up {titles[0]}").focus()
    press(page.page, "ArrowDown", "Enter")
    expect(page.page.get_by_role("button", name=f"Vote up {titles[1]}")).to_be_focused()
    expect(page.row(titles[1])).to_contain_text("+1")
    page.list.locator("[data-control=more]").first.focus()
    hold(page.page, "ArrowDown")
    assert page.focused_title() == titles[4]

    # Space takes, arrows move, space puts down.
    page.rows.first.focus()
    press(page.page, " ")
    expect(page.said).to_have_text(
        f"Picked up {titles[0]}, 1st of 6. Use arrow keys to move, Space to drop, Escape to cancel."
    )
    press(page.page, "ArrowDown")
    expect(page.said).to_have_text(f"{titles[0]}, 2nd of 6")
    press(page.page, "ArrowDown")
    expect(page.said).to_have_text(f"{titles[0]}, 3rd of 6")
    moved = [titles[1], titles[2], titles[0], *titles[3:]]
    page.shows(moved)
    assert page.moves_sent == 0
    press(page.page, " ")
    expect(page.said).to_have_text(f"Dropped {titles[0]}, 3rd of 6")
    wait_for_moves(page, 1)
    assert titles_of(queue) == moved
    assert page.focused_title() == titles[0]

    # The handle takes it, too.
    page.handle(titles[0]).focus()
    press(page.page, "Enter", "ArrowUp", "Enter")
    titles = [titles[1], titles[0], *titles[2:]]
    page.shows(titles)
    wait_for_moves(page, 2)

    # Escape and leaving put it back.
    page.rows.first.focus()
    press(page.page, " ", "ArrowDown", "End")
    page.shows([*titles[1:], titles[0]])
    press(page.page, "Escape")
    expect(page.said).to_have_text(f"Move canceled. {titles[0]} is 1st of 6")
    page.shows(titles)
    assert page.focused_title() == titles[0]
    press(page.page, " ", "ArrowDown")
    page.shows([titles[1], titles[0], *titles[2:]])
    press(page.page, "Tab")
    page.shows(titles)
    expect(page.said).to_have_text(f"Move canceled. {titles[0]} is 1st of 6")
    wait_for_moves(page, 2)


def test_a_held_key_acts_once(page: QueuePage, queue: Queue, ids: list[int]):
    titles = page.titles()
    hold(page.page, "+")
    in_sync(page.page)
    assert [item["votes"] for item in queue.items()] == [1, 0, 0, 0, 0, 0]

    hold(page.page, " ")
    expect(page.page.locator(".queue-row[data-grabbed]")).to_be_visible()
    press(page.page, "Escape")

    # It opens the menu and chooses nothing there.
    for opener in ("[data-key]", "[data-control=more]"):
        page.list.locator(opener).first.focus()
        hold(page.page, "Enter")
        expect(page.page.get_by_role("menuitem", name="Play now")).to_be_focused()
        in_sync(page.page)
        assert queue.playing() is None
        press(page.page, "Escape")
        expect(page.menu).to_have_count(0)

    before = queue.state().seq
    page.page.get_by_role("button", name=f"Play {titles[0]}").focus()
    hold(page.page, "Enter")
    expect(page.page.locator(".queue-playing")).to_have_count(1)
    in_sync(page.page)
    assert (queue.playing(), queue.state().seq) == (ids[0], before + 1)

    for left, key in ((5, "Delete"), (4, "Backspace")):
        page.rows.first.focus()
        hold(page.page, key)
        page.shows(titles[-left + 1 :])
        in_sync(page.page)
        assert queue.ids() == [ids[0], *ids[-left + 1 :]]


def test_changes_of_others_are_applied_while_a_row_is_picked_up(
    page: QueuePage, queue: Queue, ids: list[int]
):
    titles = page.titles()
    press(page.page, " ", "ArrowDown", "ArrowDown")
    queue.place(ids[2], after=ids[5])
    # It stands behind that one, wherever that goes.
    page.shows([titles[place] for place in (1, 3, 4, 5, 2, 0)])
    press(page.page, " ")
    wait_for_moves(page, 1)
    assert titles_of(queue)[-2:] == [titles[2], titles[0]]

    # Dropped where others have moved it already, it changes nothing.
    ids, titles = queue.ids(), titles_of(queue)
    page.rows.nth(1).focus()
    press(page.page, " ", "ArrowDown")
    expect(page.said).to_have_text(f"{titles[1]}, 3rd of 6")
    # What it was to stand behind stands before it already.
    queue.place(ids[2], before=ids[1])
    # The rows stand so in either case; with what comes behind the move, it has come, too.
    queue.vote(ids[5], 1)
    expect(page.row(titles[5]).locator(".queue-sum-of-votes .spoken")).to_have_text("1 vote")
    ids, titles = queue.ids(), [titles[0], titles[2], titles[1], *titles[3:]]
    page.shows(titles)
    press(page.page, " ")
    expect(page.said).to_have_text(f"Dropped {titles[2]}, 3rd of 6")
    wait_for_moves(page, 1)
    assert titles_of(queue) == titles

    # What is removed while it is taken is said, and focus goes on.
    page.rows.nth(1).focus()
    press(page.page, " ", "ArrowDown")
    queue.remove(ids[1])
    expect(page.toast).to_have_text(f"{titles[1]} was removed while you were moving it.")
    page.shows([titles[0], *titles[2:]])
    assert page.focused_title() in titles
    press(page.page, " ")
    expect(page.said).to_contain_text("Picked up")


def test_plus_and_minus_vote_and_enter_opens_the_menu(page: QueuePage, queue: Queue, ids: list[int]):
    titles = page.titles()
    votes = page.rows.first.locator(".queue-sum-of-votes .spoken")
    for key, reported in {"+": "1 vote", "-": "−1 vote"}.items():
        press(page.page, key)
        expect(votes).to_have_text(reported)
    press(page.page, "-")
    expect(votes).to_have_text("0 votes")
    in_sync(page.page)
    assert queue.items()[0]["votes"] == 0

    press(page.page, "ArrowDown", "Enter")
    expect(page.page.get_by_role("menuitem", name="Play now")).to_be_focused()
    press(page.page, "Escape")
    expect(page.menu).to_have_count(0)
    assert page.focused_title() == titles[1]
    press(page.page, "Enter", "End", "ArrowUp", "Enter")
    page.shows([titles[0], *titles[2:], titles[1]])
    expect(page.said).to_have_text(f"{titles[1]}, 6th of 6")
    assert page.focused_title() == titles[1]
    wait_for_moves(page, 1)

    # A letter finds its entry and means nothing else there: "next" for the page, were it not for the menu.
    queue.play(ids[0])
    expect(page.playing).to_contain_text(titles[0])
    page.rows.nth(1).focus()
    press(page.page, "Enter", "m")
    expect(page.page.get_by_role("menuitem", name="Move up")).to_be_focused()
    press(page.page, "m")
    expect(page.page.get_by_role("menuitem", name="Move down")).to_be_focused()
    press(page.page, "n", "Escape")
    in_sync(page.page)
    assert queue.playing() == ids[0]
