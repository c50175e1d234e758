"""A track of the charts in every state: days without figures, long and right-to-left names, small windows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from apps.charts.tests import bodies
from tests.conftest import ReadyMadeData
from tests.page.chart_track_page import LONG, RIGHT_TO_LEFT, TRACKS, ChartTrackPage, own_charts
from tests.page.test_screenshots import CALM, LOW, SIZES, violations
from tests.page.visitors import NARROW, PHONE, Visit
from tests.processes import TuttiServer

PLAYERS = "open.spotify.com,w.soundcloud.com"


@pytest.fixture(scope="module")
def charts(
    built_page: Path, ready_made_data: ReadyMadeData, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TuttiServer]:
    folder = tmp_path_factory.mktemp("answers")
    with own_charts(folder, ready_made_data.options("embedded"), EMBED_HOSTS=PLAYERS) as server:
        yield server


@pytest.fixture
def show(visit: Visit, charts: TuttiServer) -> Any:
    def show(number: int, **look: Any) -> ChartTrackPage:
        page = ChartTrackPage(visit("/", base_url=charts.base_url, **look))
        return page.open(bodies.isrc(number)).loaded(TRACKS[number - 1][0])

    return show


def test_days_that_failed_or_are_missing_are_said_as_such_and_never_zero(show: Any):
    shown = show(1, **PHONE)
    chart = shown.chart("Plays on SoundCloud")

    assert shown.table("Plays on SoundCloud") == [
        ["1 Mar 2025", "1,000", "–"],
        ["2 Mar 2025", "failed", "–"],
        ["3 Mar 2025", "1,400", "+400"],
        ["4 Mar 2025", "missing", "–"],
        ["5 Mar 2025", "1,900", "+500"],
    ]
    expect(chart.get_by_role("img")).to_have_accessible_name(
        "Plays on SoundCloud. From 1,000 to 1,900, 5 days. 1 day failed, 1 day is missing."
    )
    expect(chart.get_by_text("1 day failed, 1 day is missing.", exact=True)).to_be_visible()
    expect(chart.locator(".chart-gap")).to_have_count(2)
    line = chart.locator(".chart-stroke:not(.chart-dots)").get_attribute("d")
    assert line is not None
    assert line == "", "days without figures are gaps, and what stands alone a dot"
    assert (chart.locator(".chart-dots").get_attribute("d") or "").count("M") == 3


def test_a_day_off_the_chart_is_a_gap_and_a_day_without_a_chart_is_none(show: Any):
    """There was no chart on 4 March, and on the third nobody but Spotify had the last track."""
    assert show(1, **PHONE).table("Rank in Pop") == [[f"{day} Mar 2025", "1st"] for day in (1, 2, 3, 5)]
    assert show(3, **PHONE).table("Rank in Pop") == [
        ["1 Mar 2025", "3rd"],
        ["2 Mar 2025", "3rd"],
        ["3 Mar 2025", "not on the chart"],
        ["5 Mar 2025", "3rd"],
    ]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("number", [1, 2, 3], ids=["usual", "right-to-left", "long"])
def test_it_is_accessible_in_light_and_dark(show: Any, number: int, size: str):
    shown = show(number, **SIZES[size])

    assert violations(shown.visitor, f"chart-track-{number}-{size}") == []
    assert not shown.visitor.scrolls_sideways()


@pytest.mark.parametrize("look", [{**NARROW, **CALM, "locale": "de-DE"}, *LOW.values()])
@pytest.mark.parametrize("number", [1, 3])
def test_it_fits_into_small_windows(show: Any, number: int, look: dict[str, Any]):
    shown = show(number, **look)
    for opener in shown.panel.locator("summary").all():
        opener.click()

    name = f"chart-track-{number}-small-{look['viewport']['width']}"
    assert violations(shown.visitor, name) == []
    assert not shown.visitor.scrolls_sideways()
    assert shown.panel.evaluate("panel => panel.scrollWidth - panel.clientWidth") <= 0
    assert shown.page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0


def test_a_name_from_right_to_left_stands_where_names_stand(show: Any):
    shown = show(2, **PHONE)

    assert shown.title.inner_text() == RIGHT_TO_LEFT
    assert shown.title.evaluate("title => getComputedStyle(title).direction") == "rtl"
    back, title = shown.back.bounding_box(), shown.title.bounding_box()
    assert back
    assert title
    assert back["x"] < title["x"]


def test_a_long_name_is_whole(show: Any):
    assert show(3, **NARROW).title.inner_text() == LONG


def test_tables_are_reached_by_keyboard(show: Any):
    shown = show(1)
    shown.chart("Plays on SoundCloud").locator("summary").focus()

    shown.page.keyboard.press("Enter")

    expect(shown.chart("Plays on SoundCloud").get_by_role("table")).to_be_visible()
