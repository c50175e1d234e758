"""What can be done with a track, by buttons: play, move, remove and bring back. Axe: test_screenshots."""

from playwright.sync_api import Locator, expect

from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage, in_sync, titles_of, wait_for_moves
from tests.page.visitors import PHONE, Visit


def entry(page: QueuePage, name: str) -> Locator:
    return page.page.get_by_role("menuitem", name=name)


def opened(page: QueuePage, title: str) -> QueuePage:
    page.page.get_by_role("button", name=f"More options for {title}").click()
    expect(page.menu).to_be_visible()
    return page


def test_a_track_is_moved_played_stopped_and_removed(visit: Visit, queue: Queue):
    queue.fill(5)
    page = QueuePage(visit(f"/r/{queue.room}", **PHONE))
    titles = page.titles()
    rest = [*titles[:2], *titles[3:]]

    # Where they would lead nowhere they do nothing.
    for name in ("Move up", "Move to top"):
        expect(entry(opened(page, titles[0]), name)).to_be_disabled()
        entry(page, name).click(force=True)
        page.page.keyboard.press("Escape")
    wait_for_moves(page, 0)

    steps = {"Move up": 1, "Move down": 2, "Move to bottom": 4, "Move to top": 0}
    for count, (name, end) in enumerate(steps.items(), start=1):
        entry(opened(page, titles[2]), name).click()
        wanted = [*rest[:end], titles[2], *rest[end:]]
        page.shows(wanted)
        expect(page.menu).to_have_count(0)
        wait_for_moves(page, count)
        assert titles_of(queue) == wanted

    # A tap beside the buttons opens it, too: with all that the row may cut.
    page.row(titles[1]).locator(".queue-title").tap()
    about = page.page.locator(".menu-about")
    expect(about.locator("p").first).to_have_text(titles[1])
    track = queue.items()[2]["track"]
    reported = [f"Artist: {track['artist']}", f"Album: {track['album']}", "In the queue, 3rd"]
    for line in (*reported, "Added by Anonymous, ", "0 votes"):
        expect(about).to_contain_text(line)
    entry(page, "Play now").click()
    expect(page.playing).to_contain_text(titles[1])
    page.playing.locator(".queue-title").tap()
    entry(page, "Stop playing").click()
    expect(page.playing).to_have_count(0)
    in_sync(page.page)
    assert queue.playing() is None
    queue.remove(queue.ids()[titles_of(queue).index(titles[1])])
    queue.fill(1)
    page.shows(titles_of(queue))

    # It closes by a press beside it and when the track has gone, which comes back where it was.
    opened(page, titles[0]).page.mouse.click(20, 20)
    expect(page.menu).to_have_count(0)
    now, ids = page.titles(), queue.ids()
    opened(page, now[2])
    queue.remove(ids[2])
    expect(page.menu).to_have_count(0)
    queue.restore(ids[2])
    page.shows(now)
    entry(opened(page, now[2]), "Remove").click()
    page.shows([*now[:2], *now[3:]])
    expect(page.toast).to_contain_text(f"Removed {now[2]}.")
    assert page.focused_title() == now[3]
    in_sync(page.page)
    assert queue.ids() == [*ids[:2], *ids[3:]]
    page.page.keyboard.press("F8")
    expect(page.toast.get_by_role("button", name="Undo")).to_be_focused()
    page.page.keyboard.press("Enter")
    page.shows(now)
    in_sync(page.page)
    assert queue.ids() == ids

    # By the Delete key focus goes to the next track and at last to the queue.
    page.rows.nth(3).focus()
    page.page.keyboard.press("Delete")
    expect(page.rows).to_have_count(4)
    assert page.focused_title() == now[4]
    page.page.keyboard.press("Delete")
    expect(page.rows).to_have_count(3)
    assert page.focused_title() == now[2]
    for left in (2, 1, 0):
        page.page.keyboard.press("Delete")
        expect(page.rows).to_have_count(left)
    expect(page.page.get_by_role("heading", name="Queue")).to_be_focused()
