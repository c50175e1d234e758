"""Everything that hands do to the queue, done by keyboard, and said."""

import pytest
from playwright.sync_api import Page, expect

from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage, titles_of, wait_for_moves
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


def test_the_tab_key_finds_one_row_and_its_controls(visit: Visit, queue: Queue):
    queue.fill(3)
    page = QueuePage(visit(f"/r/{queue.room}"))
    stops = page.list.locator("[tabindex='0']")

    expect(stops).to_have_count(5)
    assert stops.evaluate_all("all => all.map(one => one.dataset.control ?? 'row')") == [
        "row",
        "handle",
        "up",
        "down",
        "more",
    ]


def test_arrows_go_from_track_to_track(page: QueuePage):
    titles = page.titles()

    press(page.page, "ArrowDown", "ArrowDown", "ArrowUp")
    assert page.focused_title() == titles[1]
    press(page.page, "End")
    assert page.focused_title() == titles[-1]
    press(page.page, "ArrowDown", "Home")
    assert page.focused_title() == titles[0]


def hold(page: Page, key: str) -> None:
    """Until it has repeated itself three times."""
    for _ in range(4):
        page.keyboard.down(key)
    page.keyboard.up(key)


@pytest.mark.parametrize("key", ["Delete", "Backspace"])
def test_a_held_key_removes_one_track(page: QueuePage, queue: Queue, ids: list[int], key: str):
    titles = page.titles()

    hold(page.page, key)

    page.shows(titles[1:])
    expect(page.page.locator(".status-text")).to_have_text("in sync")
    assert [item["id"] for item in queue.items()] == ids[1:]


def test_a_held_key_votes_once(page: QueuePage, queue: Queue):
    hold(page.page, "+")

    expect(page.page.locator(".status-text")).to_have_text("in sync")
    assert [item["votes"] for item in queue.items()] == [1, 0, 0, 0, 0, 0]


def test_a_held_key_takes_a_track_once(page: QueuePage):
    hold(page.page, " ")

    expect(page.page.locator(".queue-row[data-grabbed]")).to_be_visible()


@pytest.mark.parametrize("opener", ["[data-key]", "[data-control=more]"])
def test_a_held_key_opens_a_menu_and_chooses_nothing_there(page: QueuePage, queue: Queue, opener: str):
    page.list.locator(opener).first.focus()

    hold(page.page, "Enter")

    expect(page.page.get_by_role("menuitem", name="Play now")).to_be_focused()
    expect(page.page.locator(".status-text")).to_have_text("in sync")
    assert queue.playing() is None


def test_a_held_key_presses_play_once(page: QueuePage, queue: Queue, ids: list[int]):
    before = queue.state().seq
    page.page.get_by_role("button", name=f"Play {page.titles()[0]}").focus()

    hold(page.page, "Enter")

    expect(page.page.locator(".queue-playing")).to_have_count(1)
    expect(page.page.locator(".status-text")).to_have_text("in sync")
    assert (queue.playing(), queue.state().seq) == (ids[0], before + 1)


def test_a_held_arrow_goes_on_from_button_to_button(page: QueuePage):
    page.list.locator("[data-control=more]").first.focus()

    hold(page.page, "ArrowDown")

    assert page.focused_title() == page.titles()[4]


def test_arrows_go_from_a_button_to_the_same_button_of_the_next_track(page: QueuePage):
    titles = page.titles()
    page.row(titles[0]).get_by_role("button", name=f"Vote up {titles[0]}").focus()

    press(page.page, "ArrowDown", "Enter")

    expect(page.page.get_by_role("button", name=f"Vote up {titles[1]}")).to_be_focused()
    expect(page.row(titles[1])).to_contain_text("+1")


def test_space_takes_arrows_move_space_puts_down_and_each_step_is_said(page: QueuePage, queue: Queue):
    titles = page.titles()

    press(page.page, " ")
    expect(page.said).to_have_text(
        f"{titles[0]} taken, 1st of 6. Arrows move it, space puts it down, Escape puts it back."
    )
    press(page.page, "ArrowDown")
    expect(page.said).to_have_text(f"{titles[0]}, 2nd of 6")
    press(page.page, "ArrowDown")
    expect(page.said).to_have_text(f"{titles[0]}, 3rd of 6")
    page.shows([titles[1], titles[2], titles[0], *titles[3:]])
    assert page.moves_sent == 0
    press(page.page, " ")
    expect(page.said).to_have_text(f"{titles[0]} put down, 3rd of 6")

    wait_for_moves(page, 1)
    assert titles_of(queue) == [titles[1], titles[2], titles[0], *titles[3:]]
    assert page.focused_title() == titles[0]


def test_escape_puts_it_back(page: QueuePage):
    titles = page.titles()

    press(page.page, " ", "ArrowDown", "End")
    page.shows([*titles[1:], titles[0]])
    press(page.page, "Escape")

    expect(page.said).to_have_text(f"{titles[0]} is back, 1st of 6")
    page.shows(titles)
    wait_for_moves(page, 0)
    assert page.focused_title() == titles[0]


def test_leaving_puts_it_back(page: QueuePage):
    titles = page.titles()

    press(page.page, " ", "ArrowDown", "Tab")

    page.shows(titles)
    expect(page.said).to_have_text(f"{titles[0]} is back, 1st of 6")
    wait_for_moves(page, 0)


def test_the_handle_takes_it_too(page: QueuePage, queue: Queue):
    titles = page.titles()
    page.handle(titles[2]).focus()

    press(page.page, "Enter", "ArrowUp", "Enter")

    page.shows([titles[0], titles[2], titles[1], *titles[3:]])
    wait_for_moves(page, 1)


def test_others_go_on_while_it_is_taken(page: QueuePage, queue: Queue, ids: list[int]):
    titles = page.titles()
    press(page.page, " ", "ArrowDown", "ArrowDown")

    queue.place(ids[2], after=ids[5])

    # It stands behind that one, wherever that goes.
    page.shows([titles[1], titles[3], titles[4], titles[5], titles[2], titles[0]])
    press(page.page, " ")
    wait_for_moves(page, 1)
    assert titles_of(queue)[-2:] == [titles[2], titles[0]]


def test_put_down_where_others_have_made_it_stand_it_moves_nobody(
    page: QueuePage, queue: Queue, ids: list[int]
):
    titles = page.titles()
    press(page.page, "ArrowDown", " ", "ArrowDown")
    expect(page.said).to_have_text(f"{titles[1]}, 3rd of 6")

    # What it was to stand behind stands before it already.
    queue.place(ids[2], before=ids[1])
    # The rows stand so in either case; with what comes behind the move, it has come, too.
    queue.vote(ids[5], 1)
    expect(page.row(titles[5]).locator(".queue-sum-of-votes .spoken")).to_have_text("1 vote")
    page.shows([titles[0], titles[2], titles[1], *titles[3:]])
    press(page.page, " ")

    expect(page.said).to_have_text(f"{titles[1]} put down, 3rd of 6")
    wait_for_moves(page, 0)
    assert titles_of(queue) == [titles[0], titles[2], titles[1], *titles[3:]]


def test_what_is_removed_while_it_is_taken_is_said_and_focus_goes_on(
    page: QueuePage, queue: Queue, ids: list[int]
):
    titles = page.titles()
    press(page.page, "ArrowDown", " ", "ArrowDown")

    queue.remove(ids[1])

    expect(page.toast).to_have_text(f"{titles[1]} was removed meanwhile.")
    page.shows([titles[0], *titles[2:]])
    assert page.focused_title() in titles
    press(page.page, " ")
    expect(page.said).to_contain_text("taken")


def test_plus_and_minus_vote(page: QueuePage, queue: Queue):
    votes = page.rows.first.locator(".queue-sum-of-votes .spoken")

    press(page.page, "+")
    expect(votes).to_have_text("1 vote")
    press(page.page, "-")
    expect(votes).to_have_text("−1 vote")
    press(page.page, "-")
    expect(votes).to_have_text("0 votes")

    expect(page.page.locator(".status-text")).to_have_text("in sync")
    assert queue.items()[0]["votes"] == 0


def test_enter_opens_what_can_be_done_and_gives_focus_back(page: QueuePage, queue: Queue):
    titles = page.titles()

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


def test_a_letter_finds_its_entry_and_means_nothing_else_there(page: QueuePage, queue: Queue, ids: list[int]):
    queue.play(ids[0])
    expect(page.rows.first.locator(".queue-playing")).to_be_attached()

    press(page.page, "Enter", "m")
    expect(page.page.get_by_role("menuitem", name="Move up")).to_be_focused()
    press(page.page, "m")
    expect(page.page.get_by_role("menuitem", name="Move down")).to_be_focused()
    # "Next" for the page, were it not for the menu.
    press(page.page, "n", "Escape")

    assert queue.playing() == ids[0]


def test_the_list_of_keys_names_them(page: QueuePage):
    press(page.page, "?")

    keys = page.page.get_by_role("dialog").locator("dl")
    for text in ("What can be done with the track", "Vote up, vote down", "Remove it"):
        expect(keys).to_contain_text(text)
