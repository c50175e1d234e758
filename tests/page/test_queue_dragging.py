"""Moving tracks with the mouse: where the line is, there they go, whatever others do meanwhile."""

import pytest
from playwright.sync_api import expect

from tests.contract.queues import Queue
from tests.page.queue_page import Hand, QueuePage, centre, still, titles_of, wait_for_moves
from tests.page.visitors import Visit


@pytest.fixture
def ids(queue: Queue) -> list[int]:
    return queue.fill(6)


@pytest.fixture
def page(visit: Visit, queue: Queue, ids: list[int]) -> QueuePage:
    found = QueuePage(visit(f"/r/{queue.room}"))
    expect(found.rows).to_have_count(len(ids))
    return found


@pytest.fixture
def hand(page: QueuePage) -> Hand:
    return Hand(page.page)


def moved(titles: list[str], start: int, end: int) -> list[str]:
    rest = titles[:start] + titles[start + 1 :]
    return [*rest[:end], titles[start], *rest[end:]]


@pytest.mark.parametrize(("start", "end"), [(1, 3), (4, 0), (0, 5), (5, 4)])
def test_a_track_goes_where_it_is_dropped(page: QueuePage, hand: Hand, queue: Queue, start: int, end: int):
    titles = page.titles()

    hand.grip(page.handle(titles[start])).carry_over(page.rows.nth(end)).let_go()

    page.shows(moved(titles, start, end))
    wait_for_moves(page, 1)
    assert titles_of(queue) == moved(titles, start, end)


def test_it_is_gripped_anywhere_but_on_its_buttons(page: QueuePage, hand: Hand, queue: Queue):
    titles = page.titles()

    hand.grip(page.row(titles[0]).get_by_role("button", name=f"Vote up {titles[0]}"))
    hand.carry_over(page.rows.nth(2))
    expect(page.held).to_have_count(0)
    hand.let_go()

    hand.grip(page.row(titles[0]).locator(".queue-title")).carry_over(page.rows.nth(2)).let_go()
    page.shows(moved(titles, 0, 2))
    wait_for_moves(page, 1)
    assert titles_of(queue) == moved(titles, 0, 2)


def test_it_follows_the_hand_half_transparent_and_a_line_shows_its_place(page: QueuePage, hand: Hand):
    titles = page.titles()
    hand.grip(page.handle(titles[1]))
    expect(page.line).to_be_hidden()

    hand.carry_over(page.rows.nth(3))

    expect(page.held).to_have_count(1)
    assert abs(page.top_of(titles[1]) - page.top_of(titles[3])) < 2
    assert float(page.held.locator(".queue-row").evaluate("row => getComputedStyle(row).opacity")) < 1
    line = page.line.bounding_box()
    assert line
    assert abs(line["y"] + line["height"] / 2 - page.top_of(titles[4])) <= 2
    hand.let_go()
    expect(page.line).to_be_hidden()
    expect(page.held).to_have_count(0)


def test_dropped_at_its_own_place_nothing_is_sent(page: QueuePage, hand: Hand):
    titles = page.titles()
    _, home = centre(page.row(titles[2]))

    hand.grip(page.handle(titles[2])).carry_over(page.rows.nth(4))
    expect(page.line).to_be_visible()
    hand.carry_to(home)
    expect(page.line).to_be_hidden()
    hand.let_go()

    page.shows(titles)
    wait_for_moves(page, 0)


def test_escape_puts_it_back(page: QueuePage, hand: Hand):
    titles = page.titles()

    hand.grip(page.handle(titles[2])).carry_over(page.rows.nth(4))
    page.page.keyboard.press("Escape")
    expect(page.held).to_have_count(0)
    hand.let_go()

    page.shows(titles)
    wait_for_moves(page, 0)


def test_others_go_on_and_the_place_stays_with_its_neighbour(
    page: QueuePage, hand: Hand, queue: Queue, ids: list[int]
):
    titles = page.titles()
    # Behind the third; then that one goes to the end, and takes the place with it.
    hand.grip(page.handle(titles[0])).carry_over(page.rows.nth(2))
    queue.place(ids[2], after=ids[5])
    expect(page.rows.last).to_contain_text(titles[2])

    hand.let_go()

    page.shows([titles[1], titles[3], titles[4], titles[5], titles[2], titles[0]])
    wait_for_moves(page, 1)
    assert titles_of(queue)[-2:] == [titles[2], titles[0]]


def test_one_that_somebody_removes_meanwhile_is_let_go_with_a_word(
    page: QueuePage, hand: Hand, queue: Queue, ids: list[int]
):
    titles = page.titles()
    hand.grip(page.handle(titles[1])).carry_over(page.rows.nth(4))

    queue.remove(ids[1])

    expect(page.toast).to_have_text(f"{titles[1]} was removed meanwhile.")
    expect(page.held).to_have_count(0)
    expect(page.line).to_be_hidden()
    hand.let_go()
    page.shows([titles[0], *titles[2:]])
    wait_for_moves(page, 0)


def test_near_an_edge_the_list_scrolls(visit: Visit, queue: Queue):
    queue.fill(30)
    page = QueuePage(visit(f"/r/{queue.room}"))
    first = page.rows.first.locator(".queue-title").inner_text()
    bottom = page.list.bounding_box()
    assert bottom
    hand = Hand(page.page)

    hand.grip(page.handle(first)).carry_to(bottom["y"] + bottom["height"] - 5)
    page.page.wait_for_function(
        "list => list.scrollTop + list.clientHeight >= list.scrollHeight - 1",
        arg=page.list.element_handle(),
    )
    still(page.page)
    hand.let_go()

    expect(page.rows.last).to_contain_text(first)
    wait_for_moves(page, 1)
    assert titles_of(queue)[-1] == first


def test_a_move_that_is_refused_is_taken_back_with_a_reason(visit: Visit, queue: Queue, ids: list[int]):
    visitor = visit(f"/r/{queue.room}")
    visitor.expects = {409}
    page = QueuePage(visitor)
    titles = page.titles()
    refusal = {"code": "ORDERED_BY_VOTES", "message": "Votes order this room.", "details": {}}
    page.page.route(
        f"**/playlist/{ids[0]}/", lambda route: route.fulfill(status=409, json={"error": refusal})
    )

    Hand(page.page).grip(page.handle(titles[0])).carry_over(page.rows.nth(3)).let_go()

    expect(page.toast).to_be_visible()
    page.shows(titles)
