"""From a chart into the queue: by one tap, the library gets what it lacks, and all clients see it."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Route, expect

from tests.contract.charts.envelopes import get_data
from tests.contract.conftest import client_of
from tests.contract.queues import Queue
from tests.page.charts_page import ChartsPage
from tests.page.queue_page import in_sync, titles_of
from tests.page.visitors import PHONE, Visit, until
from tests.processes import TuttiServer

LIBRARY = "**/api/charts/tracks/*/library/"


@pytest.fixture
def http(chart_days: TuttiServer) -> Iterator[httpx.Client]:
    """A client of a server with real charts: samples cannot be added."""
    with client_of(chart_days) as client:
        yield client


def test_a_tap_adds_a_track_once_and_queued_tracks_show_their_position(
    visit: Visit, http: httpx.Client, chart_days: TuttiServer, queue: Queue
):
    """Axe: test_screenshots."""
    queue.fill(2)
    first, second, third = get_data(http, "/api/charts/pop/")["tracks"]
    visitor = visit(f"/r/{queue.room}#charts", base_url=chart_days.base_url, **PHONE)
    page = ChartsPage(visitor).loaded()
    name = first["name"]
    page.row(name).get_by_role("button", name=f"Add {name}").tap()
    expect(page.row(name).locator(".place-button")).to_have_text("3rd")
    in_sync(page.page)
    assert titles_of(queue)[2:] == [name]
    expect(page.part.get_by_role("status").filter(has_text=f"Added {name}.")).to_be_attached()

    # What another guest has added.
    response = http.post(f"/api/charts/tracks/{second['isrc']}/library/")
    assert response.status_code in {200, 201}, response.text
    queue.add(response.json()["data"]["id"])
    button = page.row(second["name"]).locator(".place-button")
    expect(button).to_have_accessible_name(f"{second['name']}: already in the queue, 4th. Vote for it")
    button.tap()
    expect(page.page.locator(".toast")).to_have_text(re.compile("Already in the queue, 4th."))
    in_sync(page.page)
    assert [item["votes"] for item in queue.items()][3:] == [1]
    page.page.evaluate("location.hash = 'charts'")

    # Without network it says what it needs.
    name = third["name"]
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
    until(page.page, lambda: held)
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
    one, other = queue.ids()
    titles = titles_of(queue)

    queue.play(one)
    queue.play(other)
    queue.play(one)

    page.shows(titles)
    row = page.row(titles[0])
    expect(row).to_contain_text("2 plays")
    expect(row.locator(".place-button")).to_have_text("now")

    queue.play(other)
    queue.remove(one)
    expect(row.locator(".place-button")).to_have_attribute("data-state", "free")
    row.locator(".place-button").tap()
    expect(row.locator(".place-button")).to_have_text("1st")
    in_sync(page.page)
    assert titles_of(queue) == [titles[1], titles[0]]
