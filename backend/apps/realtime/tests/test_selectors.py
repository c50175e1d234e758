"""Where a stream stands, what somebody missed, and the whole state."""

import json

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from apps.realtime import selectors
from apps.realtime.frames import Frame, Position
from apps.realtime.models import Event
from apps.realtime.selectors import (
    MAX_KEPT_STATES,
    Top,
    events_after,
    missed_since,
    next_events,
    state_of,
    stream_id_of,
    tops_of,
)
from apps.realtime.services import begin_new_epochs, close_stream
from apps.realtime.tests.boards import KIND, Card, append, open_board, texts_of


@pytest.fixture
def five(board):
    """A board with five events."""
    append(board.pk, *"abcde")
    board.refresh_from_db()
    return board


def seqs(frames: list[Frame] | None) -> list[int] | None:
    return None if frames is None else [frame.seq for frame in frames]


def trim_to(stream_id: int, first: int) -> None:
    Event.objects.filter(stream_id=stream_id, seq__lt=first).delete()


def test_a_stream_is_found_by_kind_and_name(board):
    assert stream_id_of(kind=KIND, name="main") == board.pk
    assert stream_id_of(kind=KIND, name="other") is None
    assert stream_id_of(kind="another", name="main") is None


def test_tops_are_those_of_the_streams_that_are_there(five):
    other = open_board("other")
    assert tops_of([five.pk, other.pk, 0]) == {
        five.pk: Top(five.pk, five.epoch, 5),
        other.pk: Top(other.pk, other.epoch, 0),
    }


# --- missed_since ------------------------------------------------------------------------------------


@given(since=st.integers(0, 5), until=st.none() | st.integers(0, 8))
def test_what_was_missed_is_everything_after_and_nothing_else(five, since: int, until: int | None):
    missed = missed_since(five.pk, Position(five.epoch, since), limit=100, until=until)
    assert missed is not None
    assert missed.frames is not None
    assert [frame.seq for frame in missed.frames] == list(
        range(since + 1, min(5, until or 0) + 1 if until is not None else 6)
    )
    assert missed.top == Top(five.pk, five.epoch, 5)


def test_what_was_missed_are_the_stored_frames_and_a_reader_may_go_on_from_each(five):
    missed = missed_since(five.pk, Position(five.epoch, 3), limit=100)
    assert missed is not None
    assert [frame.text for frame in missed.frames or []] == texts_of(five.pk)[3:]
    assert [frame.resume_from for frame in missed.frames or []] == [(five.epoch, 4), (five.epoch, 5)]


@pytest.mark.parametrize(
    ("epoch", "since"), [("another", 3), ("another", 5), (None, 6), (None, 2**53)], ids=str
)
def test_another_epoch_or_the_future_can_t_be_told(five, epoch: str | None, since: int):
    missed = missed_since(five.pk, Position(epoch or five.epoch, since), limit=100)
    assert missed is not None
    assert missed.frames is None


def test_resume_from_trimmed_log_gives_snapshot(five):
    trim_to(five.pk, 3)
    for since, expected in ((0, None), (1, None), (2, [3, 4, 5]), (5, [])):
        missed = missed_since(five.pk, Position(five.epoch, since), limit=100)
        assert missed is not None
        assert seqs(missed.frames) == expected


def test_a_log_with_a_hole_is_not_told_in_parts(five):
    Event.objects.filter(stream_id=five.pk, seq=4).delete()
    missed = missed_since(five.pk, Position(five.epoch, 2), limit=100)
    assert missed is not None
    assert missed.frames is None


def test_more_than_the_limit_is_not_told_in_parts(five):
    for limit, is_told in ((5, True), (4, False)):
        missed = missed_since(five.pk, Position(five.epoch, 0), limit=limit)
        assert missed is not None
        assert (missed.frames is not None) is is_told
    missed = missed_since(five.pk, Position(five.epoch, 0), limit=2, until=2)
    assert missed is not None
    assert len(missed.frames or []) == 2


def test_a_stream_that_has_ended_has_nothing_to_tell(five):
    close_stream(five.pk)
    assert missed_since(five.pk, Position(five.epoch, 0), limit=100) is None
    assert next_events(five.pk, since=0, limit=100) is None
    assert state_of(five.pk) is None


# --- next_events -------------------------------------------------------------------------------------


def test_the_next_part_of_the_log_is_as_long_as_the_limit(five):
    missed = next_events(five.pk, since=1, limit=2)
    assert missed is not None
    assert [frame.seq for frame in missed.frames or []] == [2, 3]
    assert missed.top.seq == 5


def test_at_the_top_the_next_part_is_empty(five):
    missed = next_events(five.pk, since=5, limit=2)
    assert missed is not None
    assert missed.frames == []


@pytest.mark.parametrize("first", [4, 6])
def test_what_is_no_longer_there_is_not_left_out_in_silence(five, first: int):
    trim_to(five.pk, first)
    missed = next_events(five.pk, since=2, limit=100)
    assert missed is not None
    assert missed.frames is None


def test_a_hole_in_the_middle_of_the_next_part_is_not_passed_over(five):
    Event.objects.filter(stream_id=five.pk, seq=3).delete()
    missed = next_events(five.pk, since=1, limit=100)
    assert missed is not None
    assert [frame.seq for frame in missed.frames or []] in ([], [2])


def test_events_after_stop_where_they_shall(five):
    frames = events_after(five.pk, 1, epoch="e", limit=10, until=3)
    assert [(frame.seq, frame.resume_from, frame.is_event) for frame in frames] == [
        (2, ("e", 2), True),
        (3, ("e", 3), True),
    ]


# --- state_of ----------------------------------------------------------------------------------------


def test_the_state_is_whole_and_made_of_one_moment(five):
    Card(board=five.pk, text="Halo").save()
    state = state_of(five.pk)
    assert state is not None
    assert state.top == Top(five.pk, five.epoch, 5)
    assert (state.items, state.digest) == (["Halo"], "Halo")
    assert json.loads(state.frame.text) == {
        "type": "board.snapshot",
        "payload": {"epoch": five.epoch, "seq": 5, "items": ["Halo"]},
    }
    assert (state.frame.seq, state.frame.is_event) == (5, False)
    assert state.frame.resume_from == (five.epoch, 5)


def test_a_state_is_made_once_for_each_seq(five, monkeypatch):
    first = state_of(five.pk)
    assert state_of(five.pk) is first
    append(five.pk, "f")
    second = state_of(five.pk)
    assert second is not first
    begin_new_epochs()
    assert state_of(five.pk) is not second


def test_only_the_newest_states_are_kept(five):
    states = {five.pk: state_of(five.pk)}
    for number in range(MAX_KEPT_STATES):
        board = open_board(str(number))
        states[board.pk] = state_of(board.pk)
    assert state_of(five.pk) is not states[five.pk]
    assert state_of(max(states)) is states[max(states)]


def test_an_older_moment_s_state_is_never_given_for_a_newer(five):
    old = state_of(five.pk)
    assert old is not None
    append(five.pk, "f")
    selectors._states.keep(old)
    new = state_of(five.pk)
    assert new is not None
    assert new.top.seq == 6


def test_reads_need_no_transaction_and_leave_none_open(stored_board):
    append(stored_board.pk, "a")
    state_of(stored_board.pk)
    missed_since(stored_board.pk, Position(stored_board.epoch, 0), limit=5)
    next_events(stored_board.pk, since=0, limit=5)
    assert not connection.in_atomic_block
    append(stored_board.pk, "b")
