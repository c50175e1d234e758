"""Played tracks: listed as they are played, and can be added again."""

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.page.queue_page import in_sync, titles_of
from tests.page.visitors import PHONE, Visit


def history(page: Page) -> Locator:
    return page.get_by_role("list", name="History").get_by_role("listitem")


def played(queue: Queue, http: httpx.Client, title: str, added_by: str = "Bo") -> None:
    track: int = http.get("/api/tracks/", params={"search": title}).json()[0]["id"]
    item = queue.add(track, added_by=added_by)
    queue.play(item["id"])


def test_history_lists_ended_plays_which_can_be_added_again_unless_queued(
    visit: Visit, http: httpx.Client, queue: Queue
):
    page = visit(f"/r/{queue.room}#history", **PHONE).page
    expect(page.get_by_text("Nothing has been played yet.")).to_be_visible()
    played(queue, http, "So What")
    played(queue, http, "Take Five")
    expect(history(page)).to_have_count(1)
    expect(history(page).first).to_contain_text("So What")

    queue.stop()
    expect(history(page)).to_have_count(2)
    expect(history(page).first).to_contain_text("Take Five")

    button = history(page).last.get_by_role("button")
    history(page).get_by_role("button", name="Add So What, Miles Davis again").tap()
    expect(button).to_have_text("1st")
    in_sync(page)
    assert titles_of(queue) == ["Take Five", "So What"]
    expect(button).to_have_accessible_name("So What: already in the queue, 1st. Vote for it")


def test_history_shows_time_and_name_marks_deleted_tracks_and_can_be_retried(
    visit: Visit, http: httpx.Client, library: Library, queue: Queue
):
    track = library.add("Gone Tomorrow")
    queue.play(queue.add(track["id"])["id"])
    played(queue, http, "So What", added_by="Cem")
    queue.stop()
    library.delete(track["id"])
    visitor = visit(f"/r/{queue.room}", **PHONE, locale="de-DE", loses_network=True)
    visitor.expects.add(404)
    page = visitor.page
    page.route("**/history/", lambda route: route.abort())
    page.goto(f"{visitor.base_url}/r/{queue.room}#history")
    page.reload()
    needs = page.get_by_text("Du bist offline. Der Verlauf ist nicht verfügbar.")
    expect(needs).to_be_visible()
    page.unroute("**/history/")
    page.get_by_role("button", name="Erneut versuchen", exact=True).click()

    rows = page.get_by_role("list", name="Verlauf").get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(needs).to_have_count(0)
    expect(rows.first).to_contain_text("Miles Davis")
    expect(rows.first).to_contain_text("Cem")
    expect(rows.first.locator(".spoken")).to_have_text(
        page.evaluate(
            """at => {
                const clock = new Intl.DateTimeFormat("de", { hour: "numeric", minute: "2-digit" });
                return `gespielt ${clock.format(new Date(at))}, hinzugefügt von Cem`;
            }""",
            queue.history()[0]["played_at"],
        )
    )

    # What has left the library.
    before = titles_of(queue)
    rows.last.get_by_role("button").tap()
    expect(rows.last).to_contain_text("Nicht mehr in der Sammlung.")
    expect(page.get_by_text("Gone Tomorrow ist nicht mehr in der Sammlung.")).to_be_visible()
    assert titles_of(queue) == before
    assert visitor.violations() == []
