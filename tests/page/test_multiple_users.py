"""Several people at once: what one does, all see, and in the end all see the same."""

from collections.abc import Iterable

import httpx
from playwright.sync_api import expect

from tests.contract.conftest import new_room, queue_of
from tests.page.queue_page import QueuePage, in_sync, titles_of
from tests.page.visitors import DESKTOP, PHONE, Visit

PRESS_NEXT = """document.querySelector('button[aria-label="Next track"]').click()"""


def plays(pages: Iterable[QueuePage], title: str) -> None:
    for one in pages:
        expect(one.page.locator(".playing-title")).to_have_text(title)


def test_three_windows_see_each_others_changes_and_concurrent_ones_end_in_the_same_state(
    visit: Visit, http: httpx.Client
):
    http.post("/api/guests/", json={"name": "Ada"}).raise_for_status()
    queue = queue_of(http, new_room(http, name="A test's room"))
    address = f"/r/{queue.room}"
    ada, bo = QueuePage(visit(address, **DESKTOP)), QueuePage(visit(address, **PHONE))
    cem = QueuePage(visit(address, **DESKTOP, locale="de-DE"))
    visitors = (ada, bo, cem)
    items = queue.fill(3)
    titles = titles_of(queue)
    bo.page.get_by_role("button", name=f"Vote up {titles[1]}").tap()
    ada.page.get_by_role("button", name=f"Play {titles[0]}").first.click()
    for one in visitors:
        one.shows(titles[1:])
        expect(one.rows.first.locator(".rolling-new")).to_have_text("+1")
    plays(visitors, titles[0])
    cem.page.get_by_role("button", name="Nächster Titel").click()
    plays(visitors, titles[1])

    # Two who press next at once skip once: neither waits for the server, nor has heard of the other.
    for one in (ada, bo):
        one.page.evaluate(PRESS_NEXT)
    plays(visitors, titles[2])
    for one in (ada, bo):
        in_sync(one.page)
    assert queue.playing() == items[2]
    playing = titles[2]

    # Neither is carried past the other's neighbour, so the order of the two moves makes no difference.
    queue.fill(6)
    titles = titles_of(queue)[3:]
    for one in visitors:
        one.shows(titles)
    for one, title, key in ((ada, titles[3], "ArrowUp"), (bo, titles[0], "End")):
        one.handle(title).focus()
        for press in ("Enter", key, "Enter"):
            one.page.keyboard.press(press)
    # Each own move is shown at once, and confirmed when nothing waits any more.
    for one in (ada, bo):
        in_sync(one.page)
    moved = [titles[place] for place in (1, 3, 2, 4, 5, 0)]
    for one in visitors:
        one.shows(moved)
    assert titles_of(queue)[3:] == moved

    # A renamed room has its new name at once.
    heading = ada.page.get_by_role("heading", level=1)
    expect(heading).to_have_text("A test's room")
    http.patch(f"/api/rooms/{queue.room}/", json={"name": "Kitchen"}).raise_for_status()
    expect(heading).to_have_text("Kitchen")
    expect(ada.page).to_have_title(f"▶ {playing} · Kitchen")
