"""Charts on an open page: new ones come by themselves, and who did not answer is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import WebSocket, expect

from apps.charts.tests.bodies import Folder
from tests.conftest import ReadyMadeData
from tests.contract.charts.conftest import Pipeline
from tests.page.charts_page import ChartsPage
from tests.page.queue_page import BACK_MILLISECONDS, in_sync
from tests.page.visitors import PHONE, Open, Visit
from tests.processes import TuttiServer

STREAM = "/ws/charts/"
FEW, MORE = ["Title 1", "Title 2"], ["Title 1", "Title 2", "Title 3"]


@pytest.fixture
def chart_site(built_page: Path, ready_made_data: ReadyMadeData) -> Iterator[TuttiServer]:
    """A server whose charts the test may change."""
    with TuttiServer(**ready_made_data.options("embedded")) as server:
        yield server


@pytest.fixture
def pipeline(chart_site: TuttiServer, tmp_path: Path) -> Pipeline:
    return Pipeline(chart_site, tmp_path)


def test_a_new_chart_arrives_in_an_open_page(open_page: Open, chart_site: TuttiServer, pipeline: Pipeline):
    visitor = open_page(chart_site.base_url, "/#charts", **PHONE)
    # Samples go before the first real chart comes.
    visitor.expects.add(404)
    page = ChartsPage(visitor).loaded()
    expect(page.part.get_by_text("These are samples")).to_be_visible()
    visitor.page.evaluate("globalThis.isTheSamePage = true")

    day = pipeline.publish()

    page.shows(MORE)
    expect(page.day).to_have_value(day)
    expect(page.part.get_by_text("These are samples")).to_have_count(0)
    expect(page.line.get_by_role("status")).to_have_text("New: Pop of Sat, 1 Mar 2025. 3 tracks")
    assert visitor.page.evaluate("globalThis.isTheSamePage")


def test_who_looks_at_a_past_day_stays_there_and_may_go_on(
    open_page: Open, chart_site: TuttiServer, pipeline: Pipeline
):
    first, second = pipeline.publish(), pipeline.publish()
    page = ChartsPage(open_page(chart_site.base_url, "/#charts")).loaded()
    page.before.click()
    expect(page.day).to_have_value(first)

    third = pipeline.publish()

    expect(page.day).to_have_attribute("max", third)
    expect(page.day).to_have_value(first)
    page.after.click()
    expect(page.day).to_have_value(second)
    page.after.click()
    expect(page.day).to_have_value(third)


def test_a_source_that_failed_is_named(open_page: Open, chart_site: TuttiServer, pipeline: Pipeline):
    pipeline.publish()
    visitor = open_page(chart_site.base_url, "/#charts", **PHONE)
    page = ChartsPage(visitor).loaded()
    page.shows(MORE)
    expect(page.part.locator(".charts-failures")).not_to_contain_text("gave no list")

    pipeline.fail()

    page.shows(FEW)
    expect(page.part.locator(".charts-failures")).to_contain_text("Apple Music gave no list.")
    assert visitor.violations() == []


def test_one_that_fails_just_now_is_named_until_the_next_chart(
    open_page: Open, chart_site: TuttiServer, pipeline: Pipeline, tmp_path: Path
):
    pipeline.publish()
    page = ChartsPage(open_page(chart_site.base_url, "/#charts", **PHONE)).loaded()
    page.shows(MORE)
    late = page.part.get_by_text("Spotify did not give its list just now.")

    Folder(tmp_path).put("spotify", "pop", "2025-02-28", b"oops")
    pipeline.manage("run", "--stage", "extract", "--from", str(tmp_path), code=3)

    expect(late).to_be_visible()
    day = pipeline.publish()
    expect(page.day).to_have_value(day)
    expect(late).to_have_count(0)


def test_one_that_failed_since_the_last_chart_is_named_to_whoever_comes_later(
    open_page: Open, chart_site: TuttiServer, pipeline: Pipeline, tmp_path: Path
):
    pipeline.publish()
    # Too late for the lists of March to make a chart of that day.
    Folder(tmp_path).put("spotify", "pop", "2025-06-09", b"oops")
    pipeline.manage("run", "--full-pipeline", "--from", str(tmp_path), code=3)

    page = ChartsPage(open_page(chart_site.base_url, "/#charts", **PHONE)).loaded()

    expect(page.part.locator(".charts-failures")).to_contain_text("Spotify gave no list. Its last one counts")
    expect(page.line.locator(".charts-old")).to_contain_text("Out of date")


def test_a_chart_of_which_nobody_agrees_says_so(
    open_page: Open, chart_site: TuttiServer, pipeline: Pipeline, tmp_path: Path
):
    lists = Folder(tmp_path)
    lists.list("spotify", "2025-03-01", 1, 2)
    lists.list("soundcloud", "2025-03-01", 3, 4)
    pipeline.manage("run", "--full-pipeline", "--from", str(tmp_path))

    visitor = open_page(chart_site.base_url, "/#charts", **PHONE)
    page = ChartsPage(visitor)

    expect(page.part.get_by_text("No track was on two services’ lists that day.")).to_be_visible()
    expect(page.part.get_by_text("manage.py")).to_have_count(0)
    expect(page.day).to_have_value("2025-03-01")
    assert visitor.violations() == []


def test_what_came_while_the_line_was_lost_is_there_once_it_is_back(
    open_page: Open, chart_site: TuttiServer, pipeline: Pipeline
):
    pipeline.publish()
    visitor = open_page(chart_site.base_url, "/#charts", **PHONE)
    page = ChartsPage(visitor).loaded()
    visitor.context.set_offline(True)
    expect(page.part.get_by_text("This one was kept from before.")).to_be_visible()
    day = pipeline.publish()

    visitor.context.set_offline(False)

    expect(page.day).to_have_value(day)
    expect(page.part.get_by_text("This one was kept from before.")).to_have_count(0)


def test_after_the_server_was_restarted_it_is_followed_again(
    open_page: Open, chart_site: TuttiServer, pipeline: Pipeline
):
    pipeline.publish()
    page = ChartsPage(open_page(chart_site.base_url, "/#charts", **PHONE)).loaded()
    chart_site.restart()
    in_sync(page.page)

    day = pipeline.publish()

    expect(page.day).to_have_value(day, timeout=BACK_MILLISECONDS)


def test_the_stream_is_followed_only_while_charts_are_shown(visit: Visit, room: str):
    visitor = visit(f"/r/{room}#queue", **PHONE)
    page = visitor.page
    opened: list[WebSocket] = []
    page.on("websocket", lambda socket: opened.append(socket) if STREAM in socket.url else None)

    page.evaluate("location.hash = 'charts'")
    ChartsPage(visitor).loaded()
    [socket] = opened
    with socket.expect_event("close"):
        page.evaluate("location.hash = 'queue'")
    with page.expect_websocket(lambda socket: STREAM in socket.url):
        page.evaluate("location.hash = 'charts'")
    assert len(opened) == 2
