"""Spotify's counts, which come as dated tables or not at all."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import override_settings

from apps.charts.counters.csv_tables import read_counts, read_features
from apps.charts.parsers.base import SourceError
from apps.charts.pipeline import counts
from apps.charts.pipeline_models import StageRun
from apps.charts.tests.bodies import TRACKS, Folder, isrc
from apps.charts.tests.conftest import Run
from apps.charts.tests.counters.conftest import put_table, stored, table
from apps.counts.models import HistoricalViewCount, ViewCount
from apps.counts.services import record_counts

FIRST, SECOND, THIRD = "2025-03-01", "2025-03-02", "2025-03-03"
ONE, TWO, THREE = TRACKS[:3]


def fill(folder: Folder, *days: str) -> None:
    for day in days or (FIRST,):
        for service in ("spotify", "apple_music"):
            folder.list(service, day, 1, 2)


def counts_of(records: list[StageRun]) -> StageRun:
    return next(record for record in records if record.stage == "counts")


def test_a_table_has_counts_with_their_days(run: Run, folder: Folder):
    fill(folder)
    put_table(folder, table((FIRST, ONE, 1000), (SECOND, ONE, 1250), (FIRST, TWO, 70), (FIRST, THREE, 5)))

    run()

    assert stored("spotify") == {
        ("spotify", isrc(1), FIRST): ("ok", 1000),
        ("spotify", isrc(1), SECOND): ("ok", 1250),
        ("spotify", isrc(2), FIRST): ("ok", 70),
    }
    assert HistoricalViewCount.objects.get(isrc=isrc(1), recorded_date=SECOND).delta_count == 250
    assert ViewCount.objects.get(isrc=isrc(1)).view_count == 1250


@pytest.mark.parametrize(
    ("title", "artist", "count"),
    [
        ("Title 1", "Artist 1, Bo", None),
        ("Title 1 (w/ Bo)", "Artist 1", None),
        ("Title 1", "Artist 1 Featuring Bo", None),
        ("Title 1 (Another Line)", "Artist 1", 1000),
    ],
)
def test_a_row_with_a_guest_counts_no_track_without_the_guest(
    run: Run, folder: Folder, title: str, artist: str, count: int | None
):
    fill(folder)
    put_table(folder, table((FIRST, (title, artist, None), 1000)))

    run()

    status = "missing" if count is None else "ok"
    assert stored("spotify")["spotify", isrc(1), FIRST] == (status, count)


def test_an_unreadable_table_is_failed_and_retried(run: Run, folder: Folder):
    fill(folder)
    put_table(folder, "date,artist_title,streams_total\nyesterday,nobody,many")
    assert counts_of(run()).status == "partly"
    assert stored("spotify")["spotify", isrc(1), FIRST] == ("failed", None)
    put_table(folder, table((FIRST, ONE, 1000)))

    run()

    assert stored("spotify")["spotify", isrc(1), FIRST] == ("ok", 1000)


def test_an_unchanged_table_changes_nothing_and_a_correction_does(run: Run, folder: Folder):
    fill(folder)
    put_table(folder, table((FIRST, ONE, 1000), (SECOND, ONE, 1250)))
    run()
    before = list(HistoricalViewCount.objects.order_by("pk").values())

    record = counts_of(run())

    assert (record.rows_in, record.rows_out) == (0, 0)
    assert list(HistoricalViewCount.objects.order_by("pk").values()) == before

    for hours, total in ((1, 1100), (2, 900)):
        put_table(folder, table((FIRST, ONE, total), (SECOND, ONE, 1250)))
        with time_machine.travel(datetime.now(UTC) + timedelta(hours=hours)):
            run()

        assert stored("spotify")["spotify", isrc(1), FIRST] == ("ok", total)
        second = HistoricalViewCount.objects.get(isrc=isrc(1), recorded_date=SECOND)
        assert second.delta_count == 1250 - total


def test_a_track_that_fails_affects_no_other_and_is_counted_later(
    run: Run, folder: Folder, monkeypatch: pytest.MonkeyPatch
):
    fill(folder)
    put_table(folder, table((FIRST, ONE, 1000), (FIRST, TWO, 70)))
    real = record_counts

    def fails_at_the_first(figures):
        figures = list(figures)
        if figures[0].isrc == isrc(1):
            raise ValueError("broken")
        return real(figures)

    with monkeypatch.context() as patched:
        patched.setattr(counts, "record_counts", fails_at_the_first)
        record = counts_of(run())
    assert (record.rows_in, record.rows_out, record.rows_failed) == (2, 1, 1)
    assert [key[1] for key in stored("spotify")] == [isrc(2)]

    run()

    assert stored("spotify")["spotify", isrc(1), FIRST] == ("ok", 1000)


def test_of_several_markets_one_is_used(run: Run, folder: Folder):
    fill(folder)
    world, elsewhere = table((FIRST, ONE, 900), market="global"), table((FIRST, ONE, 1), market="th")
    put_table(folder, "\n".join([world, *elsewhere.splitlines()[1:]]))

    run()

    assert stored("spotify")["spotify", isrc(1), FIRST] == ("ok", 900)

    with override_settings(SPOTIFY_PLAY_COUNTS_MARKET="th"):
        assert read_counts((folder.path / "counts.csv").read_bytes(), market="th").rows[0].total == 1  # type: ignore[union-attr]
    with pytest.raises(SourceError, match="SPOTIFY_PLAY_COUNTS_MARKET"):
        read_counts(b"date,market,artist_title,streams_total\n2025-03-01,a,A - B,1\n2025-03-01,b,A - B,1")


def test_other_tables_are_ignored_and_invalid_ones_are_errors():
    assert read_counts(b"date,rank\n2025-03-01,1") is None
    assert read_features(b"date,rank\n2025-03-01,1") is None
    for body in (b"\x1f\x8bnonsense", b"\xff\xfe\x00", b"date,artist_title,streams_total\n"):
        with pytest.raises(SourceError):
            read_counts(body)


def test_a_gzipped_table_is_read_and_invalid_rows_are_left_out():
    text = table((FIRST, ONE, 1000)) + "\n2025-03-01,no dash,5\n2025-03-01,A - B,-5\n2025-13-01,A - B,5"

    read = read_counts(gzip.compress(text.encode()))

    assert read is not None
    assert (len(read.rows), read.unreadable) == (1, 3)


def test_audio_features_are_keyed_by_isrc_and_checked_for_their_ranges():
    head = (
        "isrc,danceability,energy,valence,tempo,acousticness,loudness,instrumentalness,speechiness,liveness"
    )
    good, odd = "ZZTST2500001,.5,.5,.5,120,.1,-6,0,.1,.1", "ZZTST2500002,nan,.5,.5,120,.1,-6,0,.1,.1"

    read = read_features("\n".join([head, good, odd, "no code,.5,.5,.5,120,.1,-6,0,.1,.1"]).encode())

    assert read is not None
    assert (list(read.features), read.unreadable) == (["ZZTST2500001"], 2)
