"""The position of the playing track follows the server's clock, not the browser's."""

import re
import time

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.contract.queues import Queue
from tests.contract.staff import add_track
from tests.page.queue_page import in_sync
from tests.page.visitors import DESKTOP, PHONE, Visit, new_visitor, until
from tests.processes import TuttiServer

# Less than the track is long: by such a clock it would stand neither at its end nor in its first minute.
MINUTES_OFF = [-3, 3]
# Before all that the page does, so that it has never seen another time. The address says by how much.
SHIFT_CLOCK = """(() => {
    const Real = Date, shift = new URLSearchParams(location.search).get("minutes") * 60_000;
    globalThis.Date = class extends Real {
        constructor(...given) { given.length ? super(...given) : super(Real.now() + shift); }
        static now() { return Real.now() + shift; }
    };
})()"""
NOTES_LOCK = """(() => {
    const lock = navigator.wakeLock, request = lock.request.bind(lock);
    lock.request = async (type) => (globalThis.lock = await request(type));
})()"""
# The sum by which what is seen has moved.
NOTES_JUMPS = """(() => {
    globalThis.jumped = 0;
    new PerformanceObserver((list) => {
        for (const { value } of list.getEntries()) jumped += value;
    }).observe({ type: "layout-shift", buffered: true });
})()"""
MOST_JUMPED = 0.001
SHARE = "line => Number(getComputedStyle(line).getPropertyValue('--share'))"
FIRST_MINUTE = re.compile(r"^0:(0[1-9]|[1-5]\d) of 5:55$")
SECONDS = 355


@pytest.fixture
def playing(queue: Queue, http: httpx.Client) -> Queue:
    [track, *_] = http.get("/api/tracks/", params={"search": "Bohemian Rhapsody"}).json()
    assert track["duration_seconds"] == SECONDS
    queue.play(queue.add(track["id"])["id"])
    return queue


def test_time_and_progress_bar_are_right_with_a_wrong_local_clock(
    browser: Browser, site: TuttiServer, playing: Queue
):
    visitor = new_visitor(browser, site.base_url)
    page = visitor.page
    page.add_init_script(SHIFT_CLOCK)
    for minutes in MINUTES_OFF:
        page.set_viewport_size(DESKTOP["viewport"])
        visitor.open(f"/r/{playing.room}?minutes={minutes}")
        assert abs(page.evaluate("Date.now()") / 60_000 - time.time() / 60 - minutes) < 1
        expect(page.locator(".playing-panel .numbers")).to_have_text(FIRST_MINUTE)

        page.set_viewport_size(PHONE["viewport"])
        line = page.locator(".playing-bar .playing-edge").element_handle()
        page.wait_for_function(f"line => {{ const share = ({SHARE})(line); return share > 0; }}", arg=line)
        page.wait_for_function(f"line => ({SHARE})(line) < {60 / SECONDS}", arg=line)
    visitor.context.close()


def test_a_track_beyond_its_duration_is_marked_and_offers_the_next(
    site: TuttiServer, queue: Queue, visit: Visit
):
    short = queue.add(add_track(site, title=f"Short {queue.room}", seconds=1))
    queue.fill(1)
    page = visit(f"/r/{queue.room}", **PHONE).page
    playing = page.locator(".playing-bar")
    queue.play(short["id"])

    expect(playing.get_by_text("Time’s up")).to_be_visible()
    playing.get_by_role("button", name="Next", exact=True).click()

    expect(playing.get_by_text("Time’s up")).to_have_count(0)
    expect(playing.get_by_role("button", name="Next track")).to_be_visible()
    in_sync(page)
    assert queue.playing() == queue.ids()[1]


def test_a_large_display_shows_the_playing_and_next_items_and_how_to_join(
    visit: Visit, queue: Queue, own_address: str, site: TuttiServer
):
    items = queue.fill(8)
    queue.play(items[1])
    queue.vote(items[3], 1)
    # Its line would never stand still.
    visitor = visit(f"/r/{queue.room}#room", base_url=own_address, reduced_motion="reduce", **DESKTOP)
    with visitor.context.expect_page() as opened:
        visitor.page.get_by_role("link", name="Show on a big screen").click()
    page = opened.value
    titles = [item["track"]["title"] for item in queue.items()]
    expect(page.locator(".screen-title")).to_have_text(titles[1])
    following = [titles[0], *titles[2:6]]
    expect(page.locator(".screen-next li > :first-child")).to_have_text(following)
    expect(page.locator(".screen-next li").nth(2)).to_contain_text("+1")
    expect(page.get_by_role("img", name=f"{own_address}/r/{queue.room}")).to_be_visible()
    # Read from across a room.
    assert page.locator(".screen-title").evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 40
    expect(page.get_by_role("button")).to_have_count(0)

    queue.play(items[2])

    expect(page.locator(".screen-title")).to_have_text(titles[2])
    expect(page.locator(".screen-next li > :first-child")).to_have_text([titles[0], *titles[3:7]])
    screen = visitor.another_tab()
    # A lock on the display's sleep needs localhost or HTTPS, and a browser that does not deny it.
    screen.base_url = site.base_url
    screen.context.grant_permissions(["screen-wake-lock"])
    screen.page.add_init_script(NOTES_LOCK)
    with screen.page.expect_websocket() as socket:
        screen.open(f"/r/{queue.room}/screen")
    assert socket.value.url.endswith("&present=false")
    until(screen.page, lambda: screen.page.evaluate("globalThis.lock?.released === false"))
    expect(screen.page.locator(".screen-title")).to_have_text(titles[2])
    assert screen.violations() == []


def test_nothing_jumps_while_the_player_is_loaded(visit: Visit, playing: Queue):
    visitor = visit(f"/r/{playing.room}", reduced_motion="reduce", **DESKTOP)
    page = visitor.page
    page.add_init_script(NOTES_JUMPS)
    visitor.open(f"/r/{playing.room}?again")

    expect(page.get_by_role("button", name="Play here")).to_be_visible()
    visitor.stand_still()

    assert page.evaluate("jumped") < MOST_JUMPED
