"""Moving tracks with the mouse: where the line is, there they go, whatever others do meanwhile."""

from playwright.sync_api import expect

from tests.contract.queues import Queue
from tests.page.queue_page import Hand, QueuePage, centre, still, titles_of, wait_for_moves
from tests.page.visitors import Visit


def moved(titles: list[str], start: int, end: int) -> list[str]:
    rest = titles[:start] + titles[start + 1 :]
    return [*rest[:end], titles[start], *rest[end:]]


def test_a_track_is_moved_to_where_it_is_dropped_despite_changes_of_others(visit: Visit, queue: Queue):
    queue.fill(6)
    page = QueuePage(visit(f"/r/{queue.room}"))
    expect(page.rows).to_have_count(6)
    hand, titles = Hand(page.page), page.titles()
    for count, (start, end) in enumerate([(1, 3), (4, 0), (0, 5), (5, 4)], start=1):
        wanted = moved(titles, start, end)
        hand.grip(page.handle(titles[start])).carry_over(page.rows.nth(end)).let_go()
        page.shows(wanted)
        wait_for_moves(page, count)
        assert titles_of(queue) == wanted
        titles = wanted
    hand.grip(page.row(titles[0]).get_by_role("button", name=f"Vote up {titles[0]}"))
    hand.carry_over(page.rows.nth(2))
    expect(page.held).to_have_count(0)
    hand.let_go()
    page.shows(titles)
    hand.grip(page.row(titles[0]).locator(".queue-title")).carry_over(page.rows.nth(2)).let_go()
    titles = moved(titles, 0, 2)
    page.shows(titles)
    wait_for_moves(page, 5)
    assert titles_of(queue) == titles

    # It follows the hand, and a line shows its place.
    _, home = centre(page.row(titles[1]))
    hand.grip(page.handle(titles[1]))
    expect(page.line).to_be_hidden()
    hand.carry_over(page.rows.nth(3))
    expect(page.held).to_have_count(1)
    assert abs(page.top_of(titles[1]) - page.top_of(titles[3])) < 2
    # Nothing shines through it.
    expect(page.held.locator(".queue-row")).to_have_css("opacity", "1")
    line = page.line.bounding_box()
    assert line
    assert abs(line["y"] + line["height"] / 2 - page.top_of(titles[4])) <= 2

    # At its own place and by Escape it is not moved.
    hand.carry_to(home)
    expect(page.line).to_be_hidden()
    hand.let_go()
    expect(page.held).to_have_count(0)
    hand.grip(page.handle(titles[2])).carry_over(page.rows.nth(4))
    expect(page.line).to_be_visible()
    page.page.keyboard.press("Escape")
    expect(page.held).to_have_count(0)
    hand.let_go()
    expect(page.line).to_be_hidden()
    page.shows(titles)
    wait_for_moves(page, 5)

    # Others go on, and a place stays with its neighbour.
    ids = queue.ids()
    # Behind the third; then that one goes to the end, and takes the place with it.
    hand.grip(page.handle(titles[0])).carry_over(page.rows.nth(2))
    queue.place(ids[2], after=ids[5])
    expect(page.rows.last).to_contain_text(titles[2])
    hand.let_go()
    page.shows([titles[place] for place in (1, 3, 4, 5, 2, 0)])
    wait_for_moves(page, 6)
    assert titles_of(queue)[-2:] == [titles[2], titles[0]]

    # One that is removed meanwhile is dropped with a message.
    hand.grip(page.handle(titles[1])).carry_over(page.rows.nth(4))
    queue.remove(ids[1])
    expect(page.toast).to_have_text(f"{titles[1]} was removed while you were moving it.")
    expect(page.held).to_have_count(0)
    expect(page.line).to_be_hidden()
    hand.let_go()
    left = [titles[place] for place in (3, 4, 5, 2, 0)]
    page.shows(left)
    wait_for_moves(page, 6)

    # A rejected move is undone, with the reason.
    page.visitor.expects = {409}
    rejection = {"code": "ORDERED_BY_VOTES", "message": "This queue is ordered by votes.", "details": {}}
    address = f"**/playlist/{ids[3]}/"
    page.page.route(address, lambda route: route.fulfill(status=409, json={"error": rejection}))
    hand.grip(page.handle(titles[3])).carry_over(page.rows.nth(3)).let_go()
    expect(page.toast.last).to_have_text("This queue is ordered by votes, so tracks can’t be moved.")
    page.shows(left)
    wait_for_moves(page, 7)

    # Near an edge the list scrolls.
    page.page.set_viewport_size({"width": 1280, "height": 400})
    queue.fill(7)
    expect(page.rows.first).to_have_attribute("aria-setsize", "12")
    bottom = page.list.bounding_box()
    assert bottom
    lower_edge = min(bottom["y"] + bottom["height"], 400)
    hand.grip(page.handle(titles[4])).carry_to(lower_edge - 5)
    page.page.wait_for_function(
        "list => list.scrollTop > 0 && list.scrollTop + list.clientHeight >= list.scrollHeight - 1",
        arg=page.list.element_handle(),
    )
    still(page.page)
    hand.let_go()
    expect(page.rows.last).to_contain_text(titles[4])
    wait_for_moves(page, 8)
    assert titles_of(queue)[-1] == titles[4]
