"""Where a stream stands, what somebody missed, and the whole state."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.realtime.frames import Frame, Position
from apps.realtime.models import Event
from apps.realtime.selectors import MAX_KEPT_STATES, Top, forget_states, missed_since, next_events, state_of
from apps.realtime.services import begin_new_epochs, close_stream
from apps.realtime.tests.boards import append, open_board, texts_of


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
    assert [frame.text for frame in missed.frames] == texts_of(five.pk)[since:][: len(missed.frames)]
    assert [frame.resume_from for frame in missed.frames] == [
        (five.epoch, frame.seq) for frame in missed.frames
    ]


def test_a_log_with_a_hole_is_not_told_in_parts(five):
    trim_to(five.pk, 3)
    for since, expected in ((0, None), (1, None), (2, [3, 4, 5]), (5, [])):
        missed = missed_since(five.pk, Position(five.epoch, since), limit=100)
        assert missed is not None
        assert seqs(missed.frames) == expected
    Event.objects.filter(stream_id=five.pk, seq=4).delete()
    missed = missed_since(five.pk, Position(five.epoch, 2), limit=100)
    assert missed is not None
    assert missed.frames is None, "a hole was passed over"


def test_a_stream_that_has_ended_has_nothing_to_tell(five):
    close_stream(five.pk)
    assert missed_since(five.pk, Position(five.epoch, 0), limit=100) is None
    assert next_events(five.pk, since=0, limit=100) is None
    assert state_of(five.pk) is None


# --- next_events -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("since", "expected"), [(1, [2, 3]), (4, [5]), (5, [])])
def test_the_next_part_of_the_log_is_as_long_as_the_limit(five, since: int, expected: list[int]):
    missed = next_events(five.pk, since=since, limit=2)
    assert missed is not None
    assert (seqs(missed.frames), missed.top.seq) == (expected, 5)


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


# --- state_of ----------------------------------------------------------------------------------------


def test_a_state_is_made_once_for_each_seq_and_epoch(five):
    first = state_of(five.pk)
    assert state_of(five.pk) is first
    append(five.pk, "f")
    second = state_of(five.pk)
    assert second is not None
    assert (second is first, second.top.seq) == (False, 6)
    begin_new_epochs()
    third = state_of(five.pk)
    assert third is not second
    forget_states()
    assert state_of(five.pk) is not third


def test_only_the_newest_states_are_kept(five):
    states = {five.pk: state_of(five.pk)}
    for number in range(MAX_KEPT_STATES):
        board = open_board(str(number))
        states[board.pk] = state_of(board.pk)
    assert state_of(five.pk) is not states[five.pk]
    assert state_of(max(states)) is states[max(states)]
