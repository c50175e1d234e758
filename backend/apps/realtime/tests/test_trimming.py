"""The log keeps so many events for so many days, and never has a hole."""

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction

from apps.realtime import services
from apps.realtime.models import Stream
from apps.realtime.publishing import Hint
from apps.realtime.selectors import tops_of
from apps.realtime.services import (
    TRIM_PER_APPEND,
    append_event,
    begin_new_epochs,
    close_stream,
    trim_log,
)
from apps.realtime.tests.boards import append, fill, open_board, seqs_of
from apps.realtime.watermarks import (
    Watermark,
    record_watermarks,
    recorded_watermarks,
    streams_behind_watermark,
    watermarks_file,
)

NOW = datetime(2025, 12, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates


@pytest.mark.parametrize("is_old", [False, True])
def test_no_append_deletes_more_than_its_share(board, settings, is_old: bool):
    fill(board.pk, 500, age=timedelta(days=30 * is_old))
    if not is_old:
        settings.EVENT_LOG_KEEP_EVENTS = 1
    append(board.pk, "a")
    kept = seqs_of(board.pk)
    assert 501 - len(kept) == TRIM_PER_APPEND
    assert kept == list(range(kept[0], 502))
    append(board.pk, "b")
    append(board.pk, "c")
    assert seqs_of(board.pk) == ([501, 502, 503] if is_old else [503])


def test_a_long_log_is_trimmed_in_portions_and_not_by_each_append(board, settings, django_assert_num_queries):
    other = open_board("other")
    append(other.pk, *range(8))
    settings.EVENT_LOG_KEEP_EVENTS = 300
    fill(board.pk, 300)
    lengths = []
    for number in range(9):
        append(board.pk, number)
        lengths.append(len(seqs_of(board.pk)))
    assert lengths == [300, 301, 302, 303, 300, 301, 302, 303, 300]
    with transaction.atomic(), django_assert_num_queries(2):  # the stream's number, the event
        append_event(stream_id=board.pk, event_type="card.added", payload="a")
    assert len(seqs_of(other.pk)) == 8, "another stream's events stay"


def test_an_append_deletes_expired_events(board, settings, travel):
    settings.EVENT_LOG_KEEP_DAYS = 7
    append(board.pk, "a", "b")
    travel.shift(timedelta(days=7))
    append(board.pk, "c")
    assert seqs_of(board.pk) == [1, 2, 3]
    travel.shift(timedelta(seconds=1))
    append(board.pk, "d")
    assert seqs_of(board.pk) == [3, 4]


@pytest.mark.parametrize("is_trimmed_by_append", [True, False])
def test_a_clock_set_back_causes_no_gap(board, settings, travel, is_trimmed_by_append: bool):
    settings.EVENT_LOG_KEEP_DAYS = 7
    for text, days in (("a", 0), ("b", 3), ("c", 0), ("d", 1)):
        travel.move_to(NOW + timedelta(days=days))
        append(board.pk, text)
    if is_trimmed_by_append:
        travel.move_to(NOW + timedelta(days=7, hours=1))
        append(board.pk, "e")
        assert seqs_of(board.pk) == [4, 5]
    else:
        trim_log(now=NOW + timedelta(days=7, hours=1))
        assert seqs_of(board.pk) == [4]


@pytest.mark.parametrize("portion", [1, 3, 1000])
def test_trim_deletes_events_beyond_the_number_and_age_of_each_stream(
    board, settings, monkeypatch, travel, portion: int
):
    monkeypatch.setattr(services, "TRIM_BATCH", portion)
    other = open_board("other")
    append(board.pk, *range(10))
    append(other.pk, *range(3))
    settings.EVENT_LOG_KEEP_EVENTS = 4
    assert trim_log() == 6
    assert (seqs_of(board.pk), seqs_of(other.pk)) == ([7, 8, 9, 10], [1, 2, 3])
    assert trim_log() == 0
    settings.EVENT_LOG_KEEP_DAYS = 7
    travel.shift(timedelta(days=4))
    append(other.pk, "c")
    assert trim_log(now=NOW + timedelta(days=7)) == 0
    assert trim_log(now=NOW + timedelta(days=7, seconds=1)) == 7
    assert (seqs_of(board.pk), seqs_of(other.pk)) == ([], [4])


# --- A stream's epochs: begun again, and noticed to have fallen behind --------------------------


def epoch_of(stream: Stream) -> str:
    return Stream.objects.get(pk=stream.pk).epoch


def test_a_new_epoch_keeps_the_number_and_drops_the_log(board, capsys):
    other = open_board("other")
    append(board.pk, "a", "b")
    assert begin_new_epochs() == Stream.objects.count() >= 2
    tops = tops_of([board.pk, other.pk])
    assert tops[board.pk].epoch != board.epoch
    assert tops[other.pk].epoch != other.epoch
    assert tops[board.pk].seq == 2
    assert seqs_of(board.pk) == []
    assert append(board.pk, "c") == [3]
    call_command("new_epoch")
    assert capsys.readouterr().out == f"Began new epochs of {Stream.objects.count()} streams.\n"
    assert epoch_of(board) != tops[board.pk].epoch


def test_watermarks_rise_within_an_epoch_and_are_replaced_in_a_later_one():
    record_watermarks(
        [Hint(1, "e", 4, None), Hint(2, "f", 9, None), Hint(1, "e", 3, None), Hint(4, "", 0, None)]
    )
    assert recorded_watermarks() == {"1": Watermark("e", 4), "2": Watermark("f", 9)}
    record_watermarks([Hint(1, "e", 3, None), Hint(2, "g", 1, None), Hint(3, "h", 2, None)])
    marks = {"1": Watermark("e", 4), "2": Watermark("g", 1, ("f",)), "3": Watermark("h", 2)}
    assert recorded_watermarks() == marks
    record_watermarks([Hint(2, "f", 12, None)])
    assert recorded_watermarks() == marks
    assert [file.name for file in watermarks_file().parent.iterdir()] == ["high_marks.json"]


def test_the_watermark_of_a_deleted_stream_is_deleted(board):
    gone = open_board("gone")
    record_watermarks([Hint(board.pk, board.epoch, 0, None), Hint(gone.pk, gone.epoch, 2, None)])
    record_watermarks([Hint(gone.pk, "", 0, None)])
    assert recorded_watermarks() == {str(board.pk): Watermark(board.epoch, 0)}

    record_watermarks([Hint(gone.pk, gone.epoch, 2, None)])  # as of one that ended without being recorded
    close_stream(gone.pk)
    call_command("new_epoch", if_restored=True)
    assert str(gone.pk) not in recorded_watermarks()


def test_watermarks_are_readable_by_their_owner_only_and_a_failed_write_is_no_error(
    settings, tmp_path, caplog
):
    umask = os.umask(0o022)
    try:
        record_watermarks([Hint(1, "e", 4, None)])
    finally:
        os.umask(umask)
    assert stat.S_IMODE(watermarks_file().stat().st_mode) == 0o600
    settings.DATA_DIR = tmp_path / "nowhere"
    record_watermarks([Hint(1, "e", 4, None)])
    assert "Could not write watermarks" in caplog.text


@pytest.mark.parametrize(
    "content", [None, "", "{", "[]", "5", '{"1": 5}', '{"1": ["e"]}', '{"1": ["e", "x"]}']
)
def test_a_file_with_another_format_is_ignored(content: str | None):
    if content is not None:
        watermarks_file().write_text(content)
    assert recorded_watermarks() == {}


def test_a_database_behind_its_watermarks_is_reported_once(board, capsys):
    """Also when the same backup is restored once more: its epoch had ended."""
    as_it_was, elsewhere, twice, _fresh = map(open_board, ("as it was", "elsewhere", "twice", "fresh"))
    append(board.pk, "a", "b")
    append(as_it_was.pk, "a")
    positions = [
        *[(board.pk, board.epoch, 3), (as_it_was.pk, as_it_was.epoch, 1), (999, "x", 5)],
        *[(elsewhere.pk, "an epoch of another machine", 100)],
        *[(twice.pk, twice.epoch, 9), (twice.pk, "a newer one", 1)],
    ]
    record_watermarks([Hint(stream_id, epoch, seq, None) for stream_id, epoch, seq in positions])
    assert sorted(streams_behind_watermark()) == [board.pk, twice.pk]
    for _ in range(2):
        call_command("new_epoch", if_restored=True)
    assert capsys.readouterr().out.count("2 streams fell behind") == 1
    assert epoch_of(board) != board.epoch
