"""What others do to the queue: it is seen, and nothing jumps, shifts or loses focus by it."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage, titles_of
from tests.page.visitors import PHONE, Visit

# What moves by itself is counted from here on.
COUNT_ANIMATIONS = """() => {
    window.animated = 0;
    const animate = Element.prototype.animate;
    Element.prototype.animate = function (...given) {
        window.animated += 1;
        return animate.apply(this, given);
    };
}"""


@pytest.fixture
def ids(queue: Queue) -> list[int]:
    return queue.fill(30)


@pytest.fixture
def page(visit: Visit, queue: Queue, ids: list[int]) -> QueuePage:
    return QueuePage(visit(f"/r/{queue.room}"))


def titles(queue: Queue) -> list[str]:
    return titles_of(queue)


def test_what_is_under_the_eye_stays_there(page: QueuePage, queue: Queue, ids: list[int]):
    seen = titles(queue)[15]
    page.scroll_to(800)
    before = page.top_of(seen)

    queue.place(ids[28], before=ids[0])
    queue.remove(ids[1])
    queue.remove(ids[2])
    queue.place(ids[3], after=ids[29])
    expect(page.page.locator(".queue-head")).to_contain_text("28 tracks")
    expect(page.row(seen)).to_have_attribute("aria-posinset", "14")

    assert abs(page.top_of(seen) - before) < 1


def test_at_the_top_one_sees_what_comes_in(page: QueuePage, queue: Queue, ids: list[int]):
    last = titles(queue)[29]

    queue.place(ids[29], before=ids[0])

    expect(page.rows.first).to_contain_text(last)
    assert page.scrolled() == 0


def test_rows_glide_to_their_places(page: QueuePage, queue: Queue, ids: list[int]):
    moved = titles(queue)[3]
    page.page.evaluate(COUNT_ANIMATIONS)

    queue.place(ids[3], before=ids[0])
    expect(page.rows.first).to_contain_text(moved)

    # The one that moved, and the three that made room.
    assert page.page.evaluate("window.animated") == 4


def test_for_those_who_want_it_still_they_are_just_there(visit: Visit, queue: Queue, ids: list[int]):
    page = QueuePage(visit(f"/r/{queue.room}", reduced_motion="reduce"))
    moved = titles(queue)[3]
    page.page.evaluate(COUNT_ANIMATIONS)

    queue.place(ids[3], before=ids[0])
    expect(page.rows.first).to_contain_text(moved)

    assert page.page.evaluate("window.animated") == 0


def test_focus_follows_the_track_that_it_is_on(page: QueuePage, queue: Queue, ids: list[int]):
    title = titles(queue)[2]
    up = page.row(title).get_by_role("button", name=f"Vote up {title}")
    up.focus()

    queue.place(ids[2], after=ids[29])

    expect(page.row(title)).to_have_attribute("aria-posinset", "30")
    expect(up).to_be_focused()
    expect(up).to_be_in_viewport()


def test_focus_goes_on_when_its_track_is_removed(page: QueuePage, queue: Queue, ids: list[int]):
    names = titles(queue)
    page.row(names[2]).get_by_role("button", name=f"Vote up {names[2]}").focus()

    queue.remove(ids[2])

    expect(page.row(names[2])).to_have_count(0)
    assert page.focused_title() == names[3]


def test_focus_is_not_lost_by_scrolling_away(page: QueuePage):
    page.rows.first.focus()
    title = page.focused_title()

    page.scroll_to(1500)
    assert page.focused_title() == title
    page.page.keyboard.press("ArrowDown")

    assert page.scrolled() < 100
    assert page.focused_title() == page.titles()[1]


def test_what_somebody_adds_glows_with_their_name(page: QueuePage, queue: Queue, ids: list[int]):
    [track] = [track for track in queue.tracks if track not in {i["track_id"] for i in queue.items()}][:1]

    queue.add(track, added_by="Bo", after=ids[0])

    expect(page.page.locator(".queue-row[data-glow=added]")).to_contain_text("Bo")
    expect(page.page.locator(".queue-row[data-glow]")).to_have_count(0)


def test_what_one_does_oneself_does_not_glow(page: QueuePage, queue: Queue):
    title = page.titles()[0]
    page.page.evaluate(
        """() => {
            window.glowed = 0;
            new MutationObserver(() => { window.glowed += 1; }).observe(
                document.querySelector(".queue"),
                { attributes: true, attributeFilter: ["data-glow"], subtree: true },
            );
        }"""
    )

    page.page.get_by_role("button", name=f"Vote up {title}").click()
    expect(page.row(title)).to_contain_text("+1")
    expect(page.page.locator(".status-text")).to_have_text("in sync")

    assert page.page.evaluate("window.glowed") == 0


def test_what_plays_is_not_scrolled_to_by_itself(page: QueuePage, queue: Queue, ids: list[int]):
    queue.play(ids[25])

    expect(page.page.locator(".app-playing")).to_contain_text(titles(queue)[25])
    assert page.scrolled() == 0


@pytest.mark.parametrize("part", ["queue", "library"])
def test_what_plays_is_brought_into_sight_on_demand(visit: Visit, queue: Queue, ids: list[int], part: str):
    queue.play(ids[25])
    title = titles(queue)[25]
    page = QueuePage(visit(f"/r/{queue.room}#{part}", **PHONE))

    page.page.get_by_role("button", name=f"Show in the queue: {title}").tap()

    expect(page.row(title)).to_be_in_viewport()
    expect(page.row(title)).to_be_focused()


def test_the_head_counts_tracks_and_minutes(page: QueuePage, queue: Queue, http: httpx.Client):
    head = page.page.locator(".queue-head")
    minutes = round(sum(item["track"]["duration_seconds"] for item in queue.items()) / 60)

    expect(head).to_contain_text(f"30 tracks · {minutes // 60} hr {minutes % 60} min")
