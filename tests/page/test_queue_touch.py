"""Moving tracks with a finger, which also scrolls, taps and pushes."""

import pytest
from playwright.sync_api import expect

from tests.contract.queues import Queue
from tests.page.queue_page import Finger, QueuePage, titles_of, wait_for_moves
from tests.page.visitors import NARROW, PHONE, Visit

LONGER_THAN_A_LONG_PRESS = 500
# Letters of an artist that a row of 320 pixels has room for.
LONGEST_IN_A_LINE = 15
# So that a row which is lifted for a moment is not overlooked.
NOTE_LIFTS = """() => {
    window.lifts = 0;
    new MutationObserver(() => { window.lifts += 1; }).observe(
        document.querySelector(".queue .virtual-rows"),
        { attributes: true, attributeFilter: ["data-held"], subtree: true },
    );
}"""


@pytest.fixture
def page(visit: Visit, queue: Queue) -> QueuePage:
    queue.fill(12)
    found = QueuePage(visit(f"/r/{queue.room}", **PHONE))
    expect(found.rows).to_have_count(12)
    return found


@pytest.fixture
def finger(page: QueuePage) -> Finger:
    return Finger(page.page)


def lifts(page: QueuePage) -> int:
    found: int = page.page.evaluate("window.lifts")
    return found


def rest(page: QueuePage) -> None:
    """As long as it takes to know that nothing comes of it."""
    page.page.wait_for_function(
        "until => performance.now() > until",
        arg=page.page.evaluate("performance.now()") + LONGER_THAN_A_LONG_PRESS,
    )


def test_a_long_press_or_the_handle_starts_a_drag_and_scrolling_or_swiping_does_not(
    page: QueuePage, finger: Finger, queue: Queue
):
    titles = page.titles()
    row_height = page.top_of(titles[1]) - page.top_of(titles[0])

    # On a button it does not press it.
    finger.put_on(page.row(titles[0]).get_by_role("button", name=f"Vote up {titles[0]}"))
    expect(page.held).to_contain_text(titles[0])
    finger.lift()
    expect(page.held).to_have_count(0)
    wait_for_moves(page, 0)
    assert [item["votes"] for item in queue.items()] == [0] * 12

    finger.put_on(page.handle(titles[0])).move_by(0, 20)
    expect(page.held).to_contain_text(titles[0])
    finger.lift()
    expect(page.held).to_have_count(0)
    wait_for_moves(page, 0)

    finger.put_on(page.row(titles[1]).locator(".queue-title"))
    expect(page.held).to_contain_text(titles[1])
    expect(page.held.locator(".queue-row")).to_have_css("opacity", "1")
    finger.move_by(0, 2 * row_height).lift()
    page.shows([titles[0], titles[2], titles[3], titles[1], *titles[4:]])
    assert page.scrolled() == 0
    wait_for_moves(page, 1)
    assert titles_of(queue)[3] == titles[1]

    # One that the device takes away moves nothing.
    titles = page.titles()
    finger.put_on(page.handle(titles[0])).move_by(0, 200)
    expect(page.held).to_have_count(1)
    finger.lose()
    expect(page.held).to_have_count(0)
    page.shows(titles)
    wait_for_moves(page, 1)

    # One that scrolls or pushes lifts nothing, and nothing shifts under it.
    titles, ids = page.titles(), queue.ids()
    page.page.evaluate(NOTE_LIFTS)
    # Pushed a little it slides back, pushed aside it offers what can be done.
    finger.put_on(page.row(titles[1]).locator(".queue-title")).move_by(30, 0).lift()
    expect(page.row(titles[1])).not_to_have_attribute("data-pushed", "right")
    expect(page.menu).to_have_count(0)
    finger.put_on(page.row(titles[1]).locator(".queue-title")).move_by(-90, 4)
    expect(page.row(titles[1])).to_have_attribute("data-pushed", "left")
    finger.lift()
    expect(page.menu).to_have_accessible_name(f"More options for {titles[1]}")
    assert lifts(page) == 0
    assert page.scrolled() == 0
    page.page.keyboard.press("Escape")
    expect(page.menu).to_have_count(0)

    finger.put_on(page.row(titles[3]).locator(".queue-title")).move_by(0, -150)
    page.page.wait_for_function("list => list.scrollTop > 50", arg=page.list.element_handle())
    rest(page)
    finger.lift()
    assert lifts(page) == 0
    wait_for_moves(page, 1)

    page.scroll_to(0)
    finger.put_on(page.row(titles[2]).locator(".queue-title"))
    before = page.top_of(titles[2])
    queue.place(ids[11], before=ids[0])
    expect(page.rows.first).to_contain_text(titles[11])
    assert abs(page.top_of(titles[2]) - before) < 1
    finger.lift()


def test_touch_targets_are_large_enough_and_the_artist_is_complete(visit: Visit, queue: Queue):
    adders = ["Cem", "نورة بنت عبد الله", "Maximilian von und zu Hohenfels"]
    ids = [
        queue.add(track, added_by=name)["id"]
        for track, name in zip(queue.tracks[:9], adders * 3, strict=True)
    ]
    for one in ids[:2]:
        queue.play(one)
    page = QueuePage(visit(f"/r/{queue.room}", **NARROW))
    titles = titles_of(queue)
    page.shows(titles[2:])
    for css in (".queue-vote[data-way=up]", ".queue-vote[data-way=down]", ".queue-more", ".queue-handle"):
        target = page.rows.first.locator(css)
        width, height = target.evaluate("element => [element.offsetWidth, element.offsetHeight]")
        assert width >= 44, css
        assert height >= 44, css

    # Who added a track is named, where the artist needs the first line in a second; longer ones are cut.
    seen = page.rows.locator(".queue-who").evaluate_all(
        """all => all.map(who => {
            const row = who.closest(".queue-row");
            const [own, facts, whole] = [who, who.parentElement, row].map(one => one.getBoundingClientRect());
            return own.width > 30 && own.bottom <= facts.bottom + 1 && facts.bottom <= whole.bottom - 3;
        })"""
    )
    assert seen == [True] * 7
    artists = page.rows.locator(".queue-artist").evaluate_all(
        "artists => artists.map(one => [one.textContent, one.scrollWidth > one.clientWidth])"
    )
    short = [is_cut for artist, is_cut in artists if len(artist) < LONGEST_IN_A_LINE]
    assert short
    assert not any(short)
    assert not page.visitor.scrolls_sideways()

    page.page.get_by_role("button", name="Previous track").tap()
    expect(page.page.locator(".playing-title")).to_have_text(titles[0])
    wait_for_moves(page, 0)
    assert queue.playing() == ids[0]
