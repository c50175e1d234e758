"""The server is put back to a state from before its guests, while their pages stay open."""

import sqlite3
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.contract.queues import Queue
from tests.page.queue_page import in_sync
from tests.page.visitors import PHONE, Visit
from tests.processes import TuttiServer


def copy_of(database: Path, place: Path) -> None:
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(place)) as target:
        source.backup(target)


def vote(page: Page, row: int) -> None:
    page.locator(".queue-vote[data-way=up]").nth(row).tap()
    expect(page.locator(".queue-vote[data-way=up]").nth(row)).to_have_attribute("aria-pressed", "true")
    in_sync(page)


def test_two_phones_of_one_address_stay_two_people(
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
