"""A track of the charts in every state: days without figures, long and right-to-left names, small windows."""

import pytest
from playwright.sync_api import expect

from apps.charts.tests import bodies
from tests.page.chart_track_page import LONG, RIGHT_TO_LEFT, TRACKS, ChartTrackPage
from tests.page.pictures import Pictures
from tests.page.test_screenshots import SIZES
from tests.page.visitors import NARROW, Visit
from tests.processes import TuttiServer


def test_days_without_figures_are_said_as_such_and_names_of_any_kind_are_whole(
    visit: Visit, chart_days: TuttiServer
):
    shown = ChartTrackPage(visit("/", base_url=chart_days.base_url, **NARROW))
    shown.open(bodies.isrc(1)).loaded(TRACKS[0][0])
    chart = shown.chart("Plays on SoundCloud")
    chart.locator("summary").focus()
    shown.page.keyboard.press("Enter")
    expect(chart.get_by_role("table")).to_be_visible()
    shown.page.keyboard.press("Enter")
    expect(chart.get_by_role("table")).to_be_hidden()

    # Days that failed or are missing are never zero.
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

    # There was no chart on 4 March, and on the third nobody but Spotify had the last track.
    assert shown.table("Rank in Pop") == [[f"{day} Mar 2025", "1st"] for day in (1, 2, 3, 5)]
    shown.back.click()
    shown.open(bodies.isrc(3)).loaded(LONG)
    assert shown.table("Rank in Pop") == [
        ["1 Mar 2025", "3rd"],
        ["2 Mar 2025", "3rd"],
        ["3 Mar 2025", "not on the chart"],
        ["5 Mar 2025", "3rd"],
    ]
    assert shown.title.inner_text() == LONG

    shown.back.click()
    shown.open(bodies.isrc(2)).loaded(RIGHT_TO_LEFT)
    assert shown.title.inner_text() == RIGHT_TO_LEFT
    expect(shown.title).to_have_css("direction", "rtl")
    back, title = shown.back.bounding_box(), shown.title.bounding_box()
    assert back
    assert title
    assert back["x"] < title["x"]


# In the narrowest window with the longer words, as in test_screenshots; what a desk or a low window draws
# otherwise is the same there for charts.
@pytest.mark.parametrize(
    "size",
    [size if size == "narrow-german" else pytest.param(size, marks=pytest.mark.long) for size in SIZES],
)
def test_it_is_accessible_in_light_and_dark_and_fits(
    visit: Visit, chart_days: TuttiServer, pictures: Pictures, size: str
):
    shown = ChartTrackPage(visit("/", base_url=chart_days.base_url, **SIZES[size]))
    found = []
    for number in (1, 2, 3):
        shown.open(bodies.isrc(number)).loaded(TRACKS[number - 1][0])
        openers = shown.panel.locator("summary").all()
        assert openers
        for opener in openers:
            opener.click()
        found += pictures.problems(shown.visitor, f"chart-track-{number}", size)
        assert shown.panel.evaluate("panel => panel.scrollWidth - panel.clientWidth") <= 0
        if size not in {"phone", "desktop"}:
            assert shown.page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
        shown.page.keyboard.press("Escape")
        expect(shown.panel).to_have_count(0)
    assert found == []
