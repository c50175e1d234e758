"""From a chart into the queue: by one tap, the library gets what it lacks, and everybody sees it."""

import re

import httpx
from playwright.sync_api import Route, expect

from tests.contract.charts.envelopes import told
from tests.contract.queues import Queue
from tests.page.charts_page import ChartsPage
from tests.page.queue_page import in_sync, titles_of
from tests.page.visitors import PHONE, Visit

LIBRARY = "**/api/charts/tracks/*/library/"


def name_of(http: httpx.Client, rank: int, genre: str = "pop") -> str:
    name: str = told(http, f"/api/charts/{genre}/")["tracks"][rank - 1]["name"]
    return name


def test_a_tap_adds_a_track_once_and_what_is_queued_already_says_where(
    visit: Visit, http: httpx.Client, queue: Queue
):
    """Axe: test_screenshots."""
    queue.fill(2)
    page = ChartsPage(visit(f"/r/{queue.room}#charts", **PHONE)).loaded()
    name = name_of(http, 1)
    page.row(name).get_by_role("button", name=f"Add {name}").tap()
    expect(page.row(name).locator(".place-button")).to_have_text("3rd")
    in_sync(page.page)
    assert titles_of(queue)[2:] == [name]
    expect(page.part.get_by_role("status").filter(has_text=f"Added {name}.")).to_be_attached()

    # What somebody else has added.
    entry = told(http, "/api/charts/dance/")["tracks"][1]
    answer = http.post(f"/api/charts/tracks/{entry['isrc']}/library/")
    assert answer.status_code in {200, 201}, answer.text
    queue.add(answer.json()["data"]["id"])
    page.choose("Dance")
    button = page.row(entry["name"]).locator(".place-button")
    expect(button).to_have_accessible_name(f"{entry['name']}: already in the queue, 4th. Vote for it")
    button.tap()
    expect(page.page.locator(".toast")).to_have_text(re.compile("Already in the queue, 4th."))
    in_sync(page.page)
    assert [item["votes"] for item in queue.items()][3:] == [1]
    page.page.evaluate("location.hash = 'charts'")

    # Without network it says what it needs.
    page.choose("Pop")
    name = name_of(http, 3)
    page.visitor.loses_network = True
    button = page.row(name).locator(".place-button")
    page.page.route(LIBRARY, lambda route: route.abort())
    button.tap()
    needs = page.page.locator(".toast", has_text="You’re offline. Try again when you’re back online.")
    expect(needs).to_be_visible()
    expect(button).to_have_accessible_name(re.compile(f"^Add {name}"))
    page.page.unroute(LIBRARY)

    # Two taps add it once.
    held: list[Route] = []
    page.page.route(LIBRARY, lambda route: held.append(route))
    button.tap()
    expect(button).to_have_attribute("data-state", "pending")
    button.tap(force=True)
    assert len(held) == 1
    held[0].continue_()
    expect(button).to_have_text("5th")
    in_sync(page.page)
    assert titles_of(queue)[4:] == [name]

    # The room's own chart follows what it plays, which can be had again.
    for item in queue.ids()[2:]:
        queue.remove(item)
    page.choose("This room")
    expect(page.part.get_by_text("Nothing was played here that week.")).to_be_visible()
    first, second = queue.ids()
    titles = titles_of(queue)

    queue.play(first)
    queue.play(second)
    queue.play(first)

    page.shows(titles)
    row = page.row(titles[0])
    expect(row).to_contain_text("2 plays")
    expect(row.locator(".place-button")).to_have_text("now")

    queue.play(second)
    queue.remove(first)
    expect(row.locator(".place-button")).to_have_attribute("data-state", "free")
    row.locator(".place-button").tap()
    expect(row.locator(".place-button")).to_have_text("1st")
    in_sync(page.page)
    assert titles_of(queue) == [titles[1], titles[0]]
