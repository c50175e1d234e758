"""Several people at once: what one does, all see, and in the end all see the same."""

import httpx
from playwright.sync_api import Page, expect

from tests.contract.conftest import new_room
from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage, titles_of
from tests.page.visitors import DESKTOP, PHONE, Visit

PRESS_NEXT = """document.querySelector('button[aria-label="Next track"]').click()"""


def plays(page: Page, title: str) -> None:
    expect(page.locator(".playing-title")).to_have_text(title)


def test_three_windows_see_each_others_changes(visit: Visit, room: str, queue: Queue):
    ada, bo = visit(f"/r/{room}", **DESKTOP).page, visit(f"/r/{room}", **PHONE).page
    cem = visit(f"/r/{room}", **{**DESKTOP, "locale": "de-DE"}).page
    queue.fill(3)
    titles = titles_of(queue)
    bo.get_by_role("button", name=f"Vote up {titles[1]}").tap()
    ada.get_by_role("button", name=f"Play {titles[0]}").first.click()

    for page in (ada, bo, cem):
        expect(page.locator(".queue .queue-title")).to_have_text(titles)
        expect(page.locator(".queue .virtual-row").nth(1).locator(".rolling-new")).to_have_text("+1")
        plays(page, titles[0])

    cem.get_by_role("button", name="Nächster Titel").click()

    for page in (ada, bo, cem):
        plays(page, titles[1])


def test_two_who_press_next_at_once_skip_once(visit: Visit, queue: Queue):
    items = queue.fill(4)
    queue.play(items[0])
    titles = titles_of(queue)
    pages = [visit(f"/r/{queue.room}").page for _ in range(2)]
    for page in pages:
        plays(page, titles[0])

    # Both press before either has heard of the other: neither waits for the server.
    for page in pages:
        page.evaluate(PRESS_NEXT)

    for page in pages:
        plays(page, titles[1])
        expect(page.locator(".status-text")).to_have_text("in sync")
    assert queue.playing() == items[1]


def test_others_changes_are_told_in_one_sentence(visit: Visit, http: httpx.Client, queue: Queue):
    page = visit(f"/r/{queue.room}").page
    tracks = http.get("/api/tracks/", params={"limit": 3}).json()
    for track in tracks:
        queue.add(track["id"], added_by="Bo")

    expect(page.get_by_test_id("announcer")).to_have_text("Bo added 3 tracks")


def test_a_renamed_room_has_its_new_name_at_once(visit: Visit, http: httpx.Client):
    http.post("/api/guests/", json={"name": "Ada"})
    room = new_room(http, name="A test's room")
    page = visit(f"/r/{room}").page
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("A test's room")

    http.patch(f"/api/rooms/{room}/", json={"name": "Kitchen"}).raise_for_status()

    expect(heading).to_have_text("Kitchen")
    expect(page).to_have_title("Kitchen · Tutti")


def test_moves_of_two_at_once_end_the_same_everywhere(visit: Visit, queue: Queue):
    queue.fill(6)
    titles = titles_of(queue)
    ada, bo = (QueuePage(visit(f"/r/{queue.room}")) for _ in range(2))
    for page, title in ((ada, titles[3]), (bo, titles[0])):
        page.handle(title).focus()
        for key in ("Enter", "ArrowUp" if page is ada else "End", "Enter"):
            page.page.keyboard.press(key)

    # Each own move is shown at once, and confirmed when nothing waits any more.
    for page in (ada, bo):
        expect(page.page.locator(".status-text")).to_have_text("in sync")
    for page in (ada, bo):
        page.shows(titles_of(queue))
    # Neither is carried past the other's neighbour, so the order of the two moves makes no difference.
    assert titles_of(queue) == [titles[place] for place in (1, 3, 2, 4, 5, 0)]
