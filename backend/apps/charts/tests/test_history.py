"""Movers, peaks, days and re-entries, for any past day."""

from datetime import date

from apps.charts.payloads import ChartEntryPayload
from apps.charts.selectors.charts import Order, chart_of, edition_on
from apps.charts.selectors.tracks import chart_track, track_page
from apps.charts.tests.bodies import Folder, isrc
from apps.charts.tests.conftest import Run

DAYS = ("2025-03-01", "2025-03-02", "2025-03-03", "2025-03-04")


def fill(folder: Folder) -> None:
    lists = ((1, 2, 3), (2, 1), (3, 2, 1), (1, 2, 4, 3))
    for day, numbers in zip(DAYS, lists, strict=True):
        folder.list("spotify", day, *numbers)
        folder.list("soundcloud", day, *numbers)


def on(day: str, number: int) -> ChartEntryPayload:
    chart = chart_of(edition_on("pop", date.fromisoformat(day)))
    return next(track for track in chart.tracks if track.isrc == isrc(number))


def moved(day: str, number: int) -> tuple[str, int]:
    track = on(day, number)
    return track.movement.kind, track.movement.by


def test_movements_peaks_and_days_use_only_earlier_charts(run: Run, folder: Folder):
    fill(folder)
    run()

    assert [moved(day, 1) for day in DAYS] == [("new", 0), ("down", 1), ("down", 1), ("up", 2)]
    assert [moved(day, 2) for day in DAYS] == [("new", 0), ("up", 1), ("down", 1), ("same", 0)]
    assert moved(DAYS[2], 3) == ("re-entry", 0)
    assert moved(DAYS[3], 4) == ("new", 0)
    assert [(on(day, 2).peak, on(day, 2).days_on_chart) for day in DAYS] == [(2, 1), (1, 2), (1, 3), (1, 4)]
    assert on(DAYS[3], 3).days_on_chart == 3
    assert edition_on("pop", date(2026, 1, 1)).issued_on == date.fromisoformat(DAYS[3])

    page = track_page(chart_track(isrc(3)))
    assert [str(one.date) for one in page.ranks] == [DAYS[0], DAYS[2], DAYS[3]]
    assert [str(day) for day in page.chart_days["pop"]] == list(DAYS)
    assert [str(day) for day in track_page(chart_track(isrc(4))).chart_days["pop"]] == [DAYS[3]]

    for service in ("spotify", "soundcloud"):
        folder.list(service, "2025-02-28", 4)
    run()
    assert moved(DAYS[3], 4) == ("re-entry", 0), "a day that comes in late counts in all that follow"
    assert on(DAYS[3], 4).peak == 1


def test_the_number_of_queries_of_a_chart_is_constant(run: Run, folder: Folder, django_assert_num_queries):
    fill(folder)
    # Weeks later: within 14 days a list of four lines that has forty is not plausible.
    for service in ("spotify", "soundcloud"):
        folder.list(service, "2025-04-05", *range(1, 41))
    run()

    for day, length in (("2025-03-01", 3), ("2025-04-05", 40)):
        with django_assert_num_queries(7):
            chart = chart_of(edition_on("pop", date.fromisoformat(day)), order=Order.PLAYS)
        assert len(chart.tracks) == length


def test_a_failed_list_is_reported_only_with_the_newest_chart(run: Run, folder: Folder):
    fill(folder)
    run()
    # Too late for the lists of March to make a chart of that day.
    folder.put("spotify", "pop", "2025-06-05", b"oops")
    run()

    edition = edition_on("pop", None)
    assert str(edition.issued_on) == DAYS[3]
    page = {one.service: one for one in chart_of(edition, is_newest=True).sources}
    assert (page["spotify"].status, page["soundcloud"].status) == ("failed", "ok")
    assert page["spotify"].fetched_at is not None
    assert {one.service: one.status for one in chart_of(edition).sources}["spotify"] == "ok"
