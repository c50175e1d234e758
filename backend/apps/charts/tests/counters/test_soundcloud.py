"""SoundCloud's lists contain how often their tracks were played; a failed one is reported as failed."""

from datetime import date

from apps.charts.connectors.base import Scope
from apps.charts.genres import MusicService
from apps.charts.payloads import ChartCount
from apps.charts.pipeline.list_checks import COPY
from apps.charts.selectors.charts import chart_of, edition_on
from apps.charts.services import save_match
from apps.charts.tests.bodies import Folder, chosen, isrc, soundcloud
from apps.charts.tests.conftest import Run
from apps.charts.tests.counters.conftest import stored
from apps.counts.models import HistoricalViewCount

FIRST, SECOND, THIRD = "2025-03-01", "2025-03-02", "2025-03-03"


def test_counts_of_a_failed_list_are_failed_and_never_zero_until_it_is_fetched(run: Run, folder: Folder):
    folder.put("soundcloud", "pop", FIRST, soundcloud(chosen(1, 2)))
    folder.put("soundcloud", "pop", SECOND, b'{"message": "no"}')
    folder.put("soundcloud", "pop", THIRD, soundcloud(chosen(1, 2), plays=3000))
    run()
    assert stored("soundcloud")["soundcloud", isrc(1), SECOND] == ("failed", None)
    third = HistoricalViewCount.objects.get(isrc=isrc(1), recorded_date=THIRD)
    assert (third.delta_count, third.delta_days) == (2000, 2)
    folder.put("soundcloud", "pop", SECOND, soundcloud(chosen(1, 3), plays=1500))

    run()

    assert stored("soundcloud")["soundcloud", isrc(1), SECOND] == ("ok", 1500)


def test_a_copy_of_the_previous_list_is_stale_and_no_growth(run: Run, folder: Folder):
    numbers = range(1, 11)
    for day in (FIRST, SECOND, THIRD):
        folder.list("spotify", day, *numbers)
        folder.put("soundcloud", "pop", day, soundcloud(chosen(*numbers), plays=1000))

    records = run()

    assert [stored("soundcloud")["soundcloud", isrc(1), day] for day in (FIRST, SECOND, THIRD)] == [
        ("ok", 1000),
        ("stale", None),
        ("stale", None),
    ]
    assert records[1].failures == [f"soundcloud pop of {day}: {COPY}" for day in (SECOND, THIRD)]
    chart = chart_of(edition_on("pop", None))
    source = next(one for one in chart.sources if one.service == "soundcloud")
    assert (str(chart.date), source.status) == (THIRD, "stale")
    entry = chart.tracks[0]
    assert (entry.plays.soundcloud, entry.change.day) == (1000, None)
    assert entry.counts["soundcloud"] == ChartCount("stale", date.fromisoformat(FIRST), [])
    folder.put("soundcloud", "pop", THIRD, soundcloud(chosen(*numbers), plays=1700, growth=9))
    run()
    assert stored("soundcloud")["soundcloud", isrc(1), THIRD] == ("ok", 1700)


def test_plays_of_a_line_are_counted_once_its_track_is_known(run: Run, folder: Folder):
    folder.list("spotify", FIRST, 1, 2)
    folder.put("soundcloud", "pop", FIRST, soundcloud([("What is this", "Whoever", None), *chosen(2)]))
    run()
    assert ("soundcloud", isrc(1), FIRST) not in stored()

    save_match(source="soundcloud", source_track_id="7000", isrc=isrc(1))
    run()

    assert stored()["soundcloud", isrc(1), FIRST] == ("ok", 1000)


def test_only_requested_services_are_counted(run: Run, folder: Folder):
    folder.list("spotify", FIRST, 1, 2)
    folder.list("soundcloud", FIRST, 1, 2)

    run(scope=Scope(services=[MusicService.SPOTIFY]))

    assert stored("soundcloud") == {}
