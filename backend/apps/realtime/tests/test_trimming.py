"""The log keeps so many events for so many days, and never has a hole."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command

from apps.realtime import services
from apps.realtime.services import TRIM_PER_APPEND, trim_log
from apps.realtime.tests.boards import append, fill, open_board, seqs_of

NOW = datetime(2025, 12, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates


def test_an_append_keeps_the_newest_events(board, settings):
    other = open_board("other")
    append(other.pk, *range(8))
    settings.EVENT_LOG_KEEP_EVENTS = 5
    for number in range(12):
        append(board.pk, number)
    assert seqs_of(board.pk) == [8, 9, 10, 11, 12]
    assert len(seqs_of(other.pk)) == 8, "another stream's events stay"


@pytest.mark.parametrize("is_old", [False, True])
def test_no_append_pays_for_more_than_its_part(board, settings, is_old: bool):
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


def test_an_append_drops_what_is_too_old(board, settings, travel):
    settings.EVENT_LOG_KEEP_DAYS = 7
    append(board.pk, "a", "b")
    travel.shift(timedelta(days=7))
    append(board.pk, "c")
    assert seqs_of(board.pk) == [1, 2, 3]
    travel.shift(timedelta(seconds=1))
    append(board.pk, "d")
    assert seqs_of(board.pk) == [3, 4]


@pytest.mark.parametrize("is_trimmed_by_append", [True, False])
def test_a_clock_that_was_set_back_makes_no_hole(board, settings, travel, is_trimmed_by_append: bool):
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


# --- trim --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("portion", [1, 3, 1000])
def test_trim_drops_what_is_too_many_of_each_stream(board, settings, monkeypatch, portion: int):
    monkeypatch.setattr(services, "TRIM_BATCH", portion)
    other = open_board("other")
    append(board.pk, *range(10))
    append(other.pk, *range(3))
    settings.EVENT_LOG_KEEP_EVENTS = 4
    assert trim_log() == 6
    assert (seqs_of(board.pk), seqs_of(other.pk)) == ([7, 8, 9, 10], [1, 2, 3])
    assert trim_log() == 0


def test_trim_drops_what_is_too_old(board, settings, travel):
    settings.EVENT_LOG_KEEP_DAYS = 7
    append(board.pk, "a", "b")
    travel.shift(timedelta(days=4))
    append(board.pk, "c")
    assert trim_log(now=NOW + timedelta(days=7)) == 0
    assert trim_log(now=NOW + timedelta(days=7, seconds=1)) == 2
    assert seqs_of(board.pk) == [3]


def test_the_command_tells_only_what_it_did(board, settings, capsys):
    append(board.pk, *range(10))
    call_command("trim")
    assert capsys.readouterr().out == ""
    settings.EVENT_LOG_KEEP_EVENTS = 4
    call_command("trim")
    assert capsys.readouterr().out == "Trimmed 6 events.\n"
    call_command("trim", verbosity=2)
    assert capsys.readouterr().out == "Trimmed 0 events.\n"
