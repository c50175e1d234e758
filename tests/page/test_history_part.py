"""What has been played: told as it happens, and to be had again."""

import secrets
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.contract.staff import log_in, make_staff
from tests.page.visitors import PHONE, Visit
from tests.processes import TuttiServer


@pytest.fixture
def library(site: TuttiServer) -> Iterator[Library]:
    """For tracks that go during the test."""
    name = f"ada-{secrets.token_hex(3)}"
    make_staff(site, name)
    with site.client() as staff:
        log_in(staff, name)
        yield Library(staff)


def history(page: Page) -> Locator:
    return page.get_by_role("list", name="History").get_by_role("listitem")


def played(queue: Queue, http: httpx.Client, title: str, added_by: str = "Bo") -> None:
    track: int = http.get("/api/tracks/", params={"search": title}).json()[0]["id"]
    item = queue.add(track, added_by=added_by)
    queue.play(item["id"])


def test_before_anything_has_been_played_it_says_what_will_be_here(visit: Visit, room: str):
    visitor = visit(f"/r/{room}#history", **PHONE)

    expect(visitor.page.get_by_text("Nothing has been played yet.")).to_be_visible()
    assert visitor.violations() == []


def test_a_play_is_listed_once_it_has_ended_the_newest_first(visit: Visit, http: httpx.Client, queue: Queue):
    page = visit(f"/r/{queue.room}#history", **PHONE).page
    played(queue, http, "So What")
    played(queue, http, "Take Five")
    expect(history(page)).to_have_count(1)
    expect(history(page).first).to_contain_text("So What")

    queue.stop()

    expect(history(page)).to_have_count(2)
    expect(history(page).first).to_contain_text("Take Five")


def test_it_says_when_it_was_played_and_who_added_it(visit: Visit, http: httpx.Client, queue: Queue):
    played(queue, http, "So What", added_by="Cem")
    queue.stop()
    visitor = visit(f"/r/{queue.room}#history", **PHONE, locale="de-DE")

    row = visitor.page.get_by_role("list", name="Verlauf").get_by_role("listitem")

    expect(row).to_contain_text("Miles Davis")
    expect(row).to_contain_text("Cem")
    expect(row.locator(".spoken")).to_have_text(
        visitor.page.evaluate(
            """at => {
                const clock = new Intl.DateTimeFormat("de", { hour: "numeric", minute: "2-digit" });
                return `gespielt ${clock.format(new Date(at))}, hinzugefügt von Cem`;
            }""",
            queue.history()[0]["played_at"],
        )
    )
    assert visitor.violations() == []


def test_a_play_can_be_added_again(visit: Visit, http: httpx.Client, queue: Queue):
    played(queue, http, "So What")
    queue.stop()
    queue.remove(queue.ids()[0])
    page = visit(f"/r/{queue.room}#history", **PHONE).page

    history(page).get_by_role("button", name="Add So What, Miles Davis, again").tap()

    expect(history(page).get_by_role("button")).to_have_text("1st")
    expect(page.locator(".status-text")).to_have_text("in sync")
    assert [item["track"]["title"] for item in queue.items()] == ["So What"]


def test_what_still_waits_in_the_queue_says_where(visit: Visit, http: httpx.Client, queue: Queue):
    played(queue, http, "So What")
    queue.stop()
    page = visit(f"/r/{queue.room}#history").page

    expect(history(page).get_by_role("button")).to_have_accessible_name("So What: already in the queue, 1st")


def test_a_track_that_has_left_the_library_is_told_kindly(visit: Visit, library: Library, queue: Queue):
    track = library.add("Gone Tomorrow")
    queue.play(queue.add(track["id"])["id"])
    queue.stop()
    library.delete(track["id"])
    visitor = visit(f"/r/{queue.room}#history", **PHONE)
    visitor.expects.add(404)

    history(visitor.page).get_by_role("button").tap()

    expect(history(visitor.page)).to_contain_text("No longer in the library.")
    expect(visitor.page.get_by_text("Gone Tomorrow is no longer in the library.")).to_be_visible()
    assert queue.items() == []
    assert visitor.violations() == []


def test_without_an_answer_it_says_so_and_comes_with_a_retry(visit: Visit, http: httpx.Client, queue: Queue):
    played(queue, http, "So What")
    queue.stop()
    visitor = visit(f"/r/{queue.room}")
    visitor.loses_network = True
    page = visitor.page
    page.route("**/history/", lambda route: route.abort())
    page.goto(f"{visitor.base_url}/r/{queue.room}#history")
    page.reload()
    expect(page.get_by_text("The history needs the network.")).to_be_visible()
    page.unroute("**/history/")

    page.get_by_role("button", name="Try again").click()

    expect(history(page)).to_have_count(1)
    expect(page.get_by_text("The history needs the network.")).to_have_count(0)
