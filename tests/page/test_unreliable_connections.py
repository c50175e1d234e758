"""The server dies, comes back or is put back, the line is slow or bad: nothing is lost or happens twice."""

import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Error, Page, expect

from tests.contract.queues import Queue
from tests.page.indexeddb import wait_until_actions_are_stored
from tests.page.lossy_proxy import LossyProxy
from tests.page.queue_page import Hand, QueuePage, in_sync, titles_of
from tests.page.visitors import PHONE, Visit
from tests.processes import TuttiServer


def try_to_reload(page: Page) -> None:
    """Without a service worker a browser has nothing to show."""
    if page.evaluate("isSecureContext"):
        page.reload()
        return
    with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
        page.reload()
    # The browser goes to its own page of errors after that, which would interrupt the next navigation.
    page.wait_for_url("chrome-error://**")


def test_a_server_that_is_killed_during_a_drag_loses_no_change(
    visit: Visit, mortal: TuttiServer, mortal_queue: Queue, host: str
):
    mortal_queue.fill(5)
    there = {"base_url": f"http://{host}:{mortal.port}", "loses_network": True, "keeps_page": True}
    shown = QueuePage(visit(f"/r/{mortal_queue.room}", **there))
    page, titles = shown.page, shown.titles()
    if page.evaluate("isSecureContext"):
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    hand = Hand(page).grip(shown.handle(titles[0])).carry_over(shown.row(titles[2]))
    mortal.kill()
    expect(page.locator(".status-text")).to_contain_text("reconnecting")
    hand.carry_over(shown.row(titles[3])).let_go()
    moved = shown.titles()
    assert moved != titles
    mortal.start()
    in_sync(page)
    shown.shows(moved)
    assert titles_of(mortal_queue) == moved
    assert shown.moves_sent >= 1

    # One that stops says so, and what waits is kept over a reload.
    mortal.stop()
    expect(page.locator(".banner")).to_have_text("The server is restarting.")
    up = shown.rows.nth(1).get_by_role("button", name="Vote up")
    up.click()
    wait_until_actions_are_stored(page, 1)
    try_to_reload(page)
    mortal.start()
    page.goto(f"{there['base_url']}/r/{mortal_queue.room}")
    in_sync(page)
    expect(page.locator(".banner")).to_have_count(0)
    expect(up).to_have_attribute("aria-pressed", "true")
    assert [item["votes"] for item in mortal_queue.items()] == [0, 1, 0, 0, 0]


# In every run another seed at either host; the others draw the same fates in another order.
@pytest.mark.parametrize("more", [0, pytest.param(1, marks=pytest.mark.long)])
def test_a_lossy_connection_applies_changes_exactly_once_and_a_slow_one_shows_taps_immediately(
    visit: Visit, site: TuttiServer, http: httpx.Client, queue: Queue, host: str, more: int
):
    seed = more + (1 if host == "localhost" else 2)
    tracks = http.get("/api/tracks/", params={"limit": 8}).json()
    expected = [track["title"] for track in tracks]
    with LossyProxy(site.port, host=host, seed=seed) as line:
        there = {"base_url": line.base_url, "loses_network": True}
        page = QueuePage(visit(f"/r/{queue.room}#library", **there))
        buttons = [
            page.page.get_by_role("button", name=f"Add {title}", exact=False).first for title in expected
        ]
        for button in buttons:
            expect(button).to_be_visible()
        line.lose()
        for button in buttons:
            button.click()
        page.shows(expected)
        in_sync(page.page)
        assert line.breaks, "nothing was lost"
        assert titles_of(queue) == expected
        assert queue.state().seq == len(tracks), "something was done twice"

        up = page.page.get_by_role("button", name=f"Vote up {expected[0]}")
        line.hold()
        up.click()
        expect(up).to_have_attribute("aria-pressed", "true")
        assert queue.items()[0]["votes"] == 0, "it did not wait for the server"
        line.let_pass()
        in_sync(page.page)
        assert queue.items()[0]["votes"] == 1


# --- A backup from before one came -------------------------------------------------------------------


def copy_of(database: Path, place: Path) -> None:
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(place)) as target:
        source.backup(target)


def vote(page: Page, row: int) -> None:
    page.locator(".queue-vote[data-way=up]").nth(row).tap()
    expect(page.locator(".queue-vote[data-way=up]").nth(row)).to_have_attribute("aria-pressed", "true")
    in_sync(page)


def test_two_phones_of_one_address_are_two_voters(
    visit: Visit, mortal: TuttiServer, mortal_queue: Queue, tmp_path: Path
):
    mortal_queue.fill(3)
    database, backup = mortal.data_folder / "db.sqlite3", tmp_path / "backup.sqlite3"
    copy_of(database, backup)
    there = {"base_url": mortal.base_url, "loses_network": True, **PHONE}
    visitors = [visit(f"/r/{mortal_queue.room}", **there) for _ in range(2)]
    for visitor in visitors:
        visitor.expects.add(404)
        vote(visitor.page, row=0)
    assert [item["votes"] for item in mortal_queue.items()] == [2, 0, 0]

    mortal.kill()
    for visitor in visitors:
        expect(visitor.page.locator(".status-dot[data-kind=reconnecting]")).to_be_attached()
    copy_of(backup, database)
    mortal.start()

    for visitor in visitors:
        in_sync(visitor.page)
        vote(visitor.page, row=1)
    assert [item["votes"] for item in mortal_queue.items()] == [0, 2, 0]
