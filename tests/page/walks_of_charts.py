"""Ways through charts: samples, other days and orders, failures, the room's own, without a network."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, Route, expect

from tests.page.scenes import Scene, show
from tests.page.visitors import lose_network

CHART = re.compile(r"/api/charts/(?!tracks)\w+/(\?|$)")
LOST = timedelta(days=3)


def charts(scene: Scene) -> Iterator[str]:
    page = scene.enter("charts")
    assert scene.visitor
    scene.visitor.expects.add(404)
    rows = page.locator(".charts-row")
    # Of samples alone the page shows first what was played in the room.
    page.locator(".charts-choice .chip").nth(1).click()
    expect(rows.first).to_be_visible()
    yield "charts"
    page.locator(".charts-open").first.click()
    expect(page.locator(".chart-track-line").first).to_be_visible()
    expect(page.locator(".chart-track-loading")).to_have_count(0)
    yield "chart-track"
    page.go_back()
    page.locator(".charts-orders input").last.check(force=True)
    page.locator(".charts-choice .chip").nth(3).click()
    page.locator(".charts-step").first.click()
    expect(page.locator(".charts-newest")).to_be_visible()
    expect(rows.first).to_be_visible()
    yield "charts-past-day"
    page.locator(".charts-newest").click()
    yield from _of_the_room(page, scene)
    yield from _in_trouble(page)


def _of_the_room(page: Page, scene: Scene) -> Iterator[str]:
    page.locator(".charts-choice .chip").first.click()
    expect(page.locator("#charts-part .empty")).to_be_visible()
    yield "charts-room-empty"
    items = scene.queue.fill(4)
    for item in (*items, items[0]):
        scene.queue.play(item)
    expect(page.locator(".charts-row")).to_have_count(4)
    expect(page.locator(".charts-row .place-button[data-state=placed]").first).to_be_visible()
    yield "charts-room"


def _in_trouble(page: Page) -> Iterator[str]:
    chips = page.locator(".charts-choice .chip")
    page.route(CHART, _troubled)
    chips.nth(1).click()
    expect(page.locator(".charts-failures")).to_be_visible()
    yield "charts-failures"
    page.unroute(CHART)
    lose_network(page)
    chips.nth(4).click()
    expect(page.locator("#charts-part .empty")).to_be_visible()
    yield "charts-offline"
    chips.nth(1).click()
    expect(page.locator("#charts-part .panel-problem")).to_be_visible()
    yield "charts-offline-kept"
    page.context.set_offline(False)
    page.route(CHART, lambda _: None)
    chips.nth(2).click()
    expect(page.locator(".charts-skeletons")).to_be_visible()
    yield "charts-loading"
    page.unroute(CHART)
    page.route(CHART, _none_yet)
    show(page, "queue")
    show(page, "charts")
    chips.nth(4).click()
    expect(page.locator("#charts-part .empty")).to_be_visible()
    yield "charts-none"


def _troubled(route: Route) -> None:
    """As it was, but old, and without the lists of some services."""
    response = route.fetch().json()
    long_ago = (datetime.now(UTC) - LOST).isoformat()
    sources = response["data"]["sources"]
    for source, status in zip(sources, ("failed", "quarantined", "missing"), strict=True):
        source.update(status=status, fetched_at=None if status == "missing" else long_ago)
    for track in response["data"]["tracks"][:2]:
        track.update(name=f"{track['name']} (a much longer version of it for the radio)", plays={}, change={})
    route.fulfill(json=response)


def _none_yet(route: Route) -> None:
    error = {"code": "NOT_FOUND", "message": "No charts yet.", "details": {}}
    route.fulfill(
        status=404, json={"status": "error", "message": error["message"], "data": None, "error": error}
    )
