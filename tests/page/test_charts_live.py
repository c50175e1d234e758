"""Charts on an open page: new ones come by themselves, and who did not answer is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import WebSocket, expect

from apps.charts.tests.bodies import Folder
from tests.conftest import PreparedData
from tests.contract.charts.conftest import Pipeline
from tests.page.charts_page import ChartsPage
from tests.page.visitors import PHONE, Visit
from tests.processes import TuttiServer

STREAM = "/ws/charts/"
FEW, MORE = ["Title 1", "Title 2"], ["Title 1", "Title 2", "Title 3"]


@pytest.fixture
def chart_site(built_page: Path, prepared_data: PreparedData) -> Iterator[TuttiServer]:
    """A server whose charts the test may change."""
    with TuttiServer(**prepared_data.options("embedded")) as server:
        yield server


def test_new_charts_appear_in_an_open_page(visit: Visit, chart_site: TuttiServer, tmp_path: Path):
    """Also of who did not answer, and while the line was lost. Past days: charts_subscription.test.ts."""
    pipeline, lists = Pipeline(chart_site, tmp_path), Folder(tmp_path)
    visitor = visit("/#queue", base_url=chart_site.base_url, loses_network=True, **PHONE)
    # Samples go before the first real chart comes.
    visitor.expects.add(404)
    # The stream is followed only while charts are shown.
    opened: list[WebSocket] = []
    visitor.page.on("websocket", lambda socket: opened.append(socket) if STREAM in socket.url else None)
    visitor.page.evaluate("location.hash = 'charts'")
    page = ChartsPage(visitor).loaded()
    [socket] = opened
    with socket.expect_event("close"):
        visitor.page.evaluate("location.hash = 'queue'")
    with visitor.page.expect_websocket(lambda socket: STREAM in socket.url):
        visitor.page.evaluate("location.hash = 'charts'")
    assert len(opened) == 2

    kept = page.part.get_by_text("You’re offline. Showing what was already loaded.")
    failures = page.part.locator(".charts-failures")
    expect(page.part.get_by_text("Sample data")).to_be_visible()
    visitor.page.evaluate("globalThis.isTheSamePage = true")
    day = pipeline.publish()
    page.shows(MORE)
    expect(page.day).to_have_value(day)
    expect(page.part.get_by_text("Sample data")).to_have_count(0)
    expect(page.line.get_by_role("status")).to_have_text("New Pop chart for Sat, 1 Mar 2025. 3 tracks")

    pipeline.fail()
    page.shows(FEW)
    expect(failures).to_contain_text("Couldn’t load Apple Music.")

    visitor.context.set_offline(True)
    expect(kept).to_be_visible()
    day = pipeline.publish()
    visitor.context.set_offline(False)
    expect(page.day).to_have_value(day)
    expect(kept).to_have_count(0)

    assert visitor.page.evaluate("globalThis.isTheSamePage")

    # One that failed since the last chart is named to later visitors; its list is too late to make a
    # chart of that day. Of another genre two services agree on no track.
    lists.put("spotify", "pop", "2025-06-09", b"oops")
    lists.list("spotify", "2025-03-01", 1, 2, genre="dance")
    lists.list("soundcloud", "2025-03-01", 3, 4, genre="dance")
    pipeline.run(code=3)
    visitor.page.reload()
    # A list of long ago is no newer for being read just now.
    reported = "Couldn’t load Spotify. Using its list from Mon, 3 Mar 2025."
    expect(failures).to_contain_text(reported)
    expect(page.line.locator(".charts-old")).to_contain_text("Out of date")
    page.choose("Dance")
    expect(page.part.get_by_text("No track was on at least two services that day.")).to_be_visible()
    expect(page.part.get_by_text("manage.py")).to_have_count(0)
    expect(page.day).to_have_value("2025-03-01")
