"""A stream's incarnations: opened, ended, begun anew, and noticed to have fallen behind."""

import json

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from apps.realtime.high_marks import (
    Mark,
    marks_file,
    record_hints,
    recorded_marks,
    streams_fallen_behind,
)
from apps.realtime.models import Event, Stream
from apps.realtime.publishing import Hint
from apps.realtime.selectors import tops_of
from apps.realtime.services import begin_new_epochs, close_stream, open_stream
from apps.realtime.tests.boards import append, open_board, seqs_of
from core.tests.undoing import undone


def epoch_of(stream: Stream) -> str:
    return Stream.objects.get(pk=stream.pk).epoch


def test_a_new_stream_is_empty_and_of_its_own_epoch(board):
    other = open_board("other")
    assert (board.seq, other.seq) == (0, 0)
    assert len(board.epoch) == len(other.epoch) == 12
    assert board.epoch != other.epoch


def test_two_streams_of_one_kind_and_name_can_t_be(board):
    with pytest.raises(IntegrityError), transaction.atomic():
        open_board()
    open_stream(kind="another", name="main")


def test_a_stream_that_ends_takes_its_log_with_it_and_its_listeners_are_told(stored_board, hints):
    append(stored_board.pk, "a")
    hints.clear()
    with transaction.atomic():
        close_stream(stored_board.pk)
        assert hints == []
    assert not Stream.objects.filter(pk=stored_board.pk).exists()
    assert not Event.objects.exists()
    assert hints == [Hint(stored_board.pk, "", 0, None)]


def test_an_end_that_is_rolled_back_is_told_nobody(stored_board, hints):
    with undone():
        close_stream(stored_board.pk)
    assert (Stream.objects.get(pk=stored_board.pk), hints) == (stored_board, [])


def test_a_later_stream_of_the_same_name_is_another(board):
    close_stream(board.pk)
    again = open_board()
    assert again.pk != board.pk
    assert again.epoch != board.epoch


def test_a_new_epoch_keeps_the_number_and_drops_the_log(board):
    other = open_board("other")
    append(board.pk, "a", "b")
    assert begin_new_epochs() == Stream.objects.count() >= 2
    tops = tops_of([board.pk, other.pk])
    assert tops[board.pk].epoch != board.epoch
    assert tops[other.pk].epoch != other.epoch
    assert tops[board.pk].seq == 2
    assert seqs_of(board.pk) == []
    assert append(board.pk, "c") == [3]


def test_the_command_says_how_many(board, capsys):
    call_command("new_epoch")
    assert capsys.readouterr().out == f"Began new epochs of {Stream.objects.count()} streams.\n"
    assert epoch_of(board) != board.epoch


# --- High marks --------------------------------------------------------------------------------------


def test_the_highest_hint_of_each_stream_is_its_mark():
    record_hints([Hint(1, "e", 4, None), Hint(2, "f", 1, None), Hint(1, "e", 3, None), Hint(2, "g", 1, None)])
    assert recorded_marks() == {"1": Mark("e", 4), "2": Mark("g", 1, ("f",))}


def test_recorded_marks_only_rise_within_an_epoch():
    record_hints([Hint(1, "e", 4, None), Hint(2, "f", 9, None)])
    record_hints([Hint(1, "e", 3, None), Hint(2, "g", 1, None), Hint(3, "h", 2, None)])
    assert recorded_marks() == {"1": Mark("e", 4), "2": Mark("g", 1, ("f",)), "3": Mark("h", 2)}
    assert [file.name for file in marks_file().parent.iterdir()] == ["high_marks.json"]


def test_a_late_hint_of_an_epoch_that_has_ended_changes_nothing():
    record_hints([Hint(1, "e", 4, None), Hint(1, "f", 5, None)])
    record_hints([Hint(1, "e", 6, None)])
    assert recorded_marks() == {"1": Mark("f", 5, ("e",))}


def test_the_end_of_a_stream_is_no_mark():
    record_hints([Hint(1, "", 0, None)])
    assert recorded_marks() == {}


@pytest.mark.parametrize(
    "content", [None, "", "{", "[]", "5", '{"1": 5}', '{"1": ["e"]}', '{"1": ["e", "x"]}']
)
def test_a_file_that_is_not_ours_says_nothing(content: str | None):
    if content is not None:
        marks_file().write_text(content)
    assert recorded_marks() == {}


def test_marks_that_can_t_be_written_fail_nobody(settings, tmp_path, caplog):
    settings.DATA_DIR = tmp_path / "nowhere"
    record_hints([Hint(1, "e", 4, None)])
    assert "high marks can't be written" in caplog.text


def test_a_database_older_than_it_was_is_noticed(board):
    other, fresh = open_board("other"), open_board("fresh")
    append(board.pk, "a", "b")
    append(other.pk, "a")
    for stream in (board, other, fresh):
        stream.refresh_from_db()
    told = [(board.pk, board.epoch, 3), (other.pk, other.epoch, 1), (999, "x", 5)]
    record_hints([Hint(stream_id, epoch, seq, None) for stream_id, epoch, seq in told])
    assert streams_fallen_behind() == [board.pk]


def test_an_epoch_that_was_never_recorded_is_another_machine_s_doing(board):
    record_hints([Hint(board.pk, "an older one", 100, None)])
    assert streams_fallen_behind() == []


def test_an_epoch_that_had_ended_is_noticed(board):
    """As when the same backup is restored once more."""
    record_hints([Hint(board.pk, board.epoch, 9, None), Hint(board.pk, "a newer one", 1, None)])
    assert streams_fallen_behind() == [board.pk]


def test_the_start_begins_new_epochs_only_when_it_has_to(board, capsys):
    call_command("check_epochs")
    assert epoch_of(board) == board.epoch
    marks_file().write_text(json.dumps({str(board.pk): [board.epoch, 7, []]}))
    call_command("check_epochs")
    assert "1 streams fell behind" in capsys.readouterr().out
    assert epoch_of(board) != board.epoch
    call_command("check_epochs")
    assert capsys.readouterr().out == ""
