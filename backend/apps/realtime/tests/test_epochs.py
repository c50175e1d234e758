"""A stream's incarnations: opened, ended, begun anew, and noticed to have fallen behind."""

import json
import os
import stat

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from apps.realtime.high_marks import Mark, marks_file, record_hints, recorded_marks, streams_fallen_behind
from apps.realtime.models import Event, Stream
from apps.realtime.publishing import Hint
from apps.realtime.selectors import tops_of
from apps.realtime.services import begin_new_epochs, close_stream, open_stream
from apps.realtime.tests.boards import append, open_board, seqs_of
from core.tests.undoing import undone


def epoch_of(stream: Stream) -> str:
    return Stream.objects.get(pk=stream.pk).epoch


def test_two_streams_of_one_kind_and_name_can_t_be(board):
    with pytest.raises(IntegrityError), transaction.atomic():
        open_board()
    open_stream(kind="another", name="main")


def test_a_stream_that_ends_takes_its_log_with_it_and_its_listeners_are_told(stored_board, hints):
    append(stored_board.pk, "a")
    hints.clear()
    with undone():
        close_stream(stored_board.pk)
    assert Stream.objects.get(pk=stored_board.pk).seq == 1
    with transaction.atomic():
        close_stream(stored_board.pk)
        assert hints == []
    assert not Stream.objects.filter(pk=stored_board.pk).exists()
    assert not Event.objects.exists()
    assert hints == [Hint(stored_board.pk, "", 0, None)]
    again = open_board()
    assert again.pk != stored_board.pk
    assert again.epoch != stored_board.epoch


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


# --- High marks --------------------------------------------------------------------------------------


def test_marks_rise_within_an_epoch_and_outlive_no_later_one():
    record_hints([Hint(1, "e", 4, None), Hint(2, "f", 9, None), Hint(1, "e", 3, None), Hint(4, "", 0, None)])
    assert recorded_marks() == {"1": Mark("e", 4), "2": Mark("f", 9)}
    record_hints([Hint(1, "e", 3, None), Hint(2, "g", 1, None), Hint(3, "h", 2, None)])
    marks = {"1": Mark("e", 4), "2": Mark("g", 1, ("f",)), "3": Mark("h", 2)}
    assert recorded_marks() == marks
    record_hints([Hint(2, "f", 12, None)])
    assert recorded_marks() == marks
    assert [file.name for file in marks_file().parent.iterdir()] == ["high_marks.json"]


def test_the_mark_of_a_stream_goes_with_it(board):
    gone = open_board("gone")
    record_hints([Hint(board.pk, board.epoch, 0, None), Hint(gone.pk, gone.epoch, 2, None)])
    record_hints([Hint(gone.pk, "", 0, None)])
    assert recorded_marks() == {str(board.pk): Mark(board.epoch, 0)}

    record_hints([Hint(gone.pk, gone.epoch, 2, None)])  # as of one that ended while nobody recorded it
    close_stream(gone.pk)
    call_command("check_epochs")
    assert str(gone.pk) not in recorded_marks()


def test_marks_are_their_owner_s_alone():
    umask = os.umask(0o022)
    try:
        record_hints([Hint(1, "e", 4, None)])
    finally:
        os.umask(umask)
    assert stat.S_IMODE(marks_file().stat().st_mode) == 0o600


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
    """Also when the same backup is restored once more: its epoch had ended."""
    as_it_was, elsewhere, twice, _fresh = map(open_board, ("as it was", "elsewhere", "twice", "fresh"))
    append(board.pk, "a", "b")
    append(as_it_was.pk, "a")
    told = [
        *[(board.pk, board.epoch, 3), (as_it_was.pk, as_it_was.epoch, 1), (999, "x", 5)],
        *[(elsewhere.pk, "an epoch of another machine", 100)],
        *[(twice.pk, twice.epoch, 9), (twice.pk, "a newer one", 1)],
    ]
    record_hints([Hint(stream_id, epoch, seq, None) for stream_id, epoch, seq in told])
    assert sorted(streams_fallen_behind()) == [board.pk, twice.pk]


def test_the_start_begins_new_epochs_only_when_it_has_to(board, capsys):
    call_command("check_epochs")
    assert epoch_of(board) == board.epoch
    marks_file().write_text(json.dumps({str(board.pk): [board.epoch, 7, []]}))
    call_command("check_epochs")
    assert "1 streams fell behind" in capsys.readouterr().out
    assert epoch_of(board) != board.epoch
    call_command("check_epochs")
    assert capsys.readouterr().out == ""
