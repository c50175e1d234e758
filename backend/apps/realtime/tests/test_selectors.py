"""The position of a stream, missed events, and the whole state; each read once for many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.realtime import connection as module
from apps.realtime.messages import EncodedMessage, Position
from apps.realtime.models import Event
from apps.realtime.selectors import (
    MAX_CACHED,
    MAX_CACHED_STATES,
    MAX_CHARACTERS,
    MissedEvents,
    ReplayCache,
    StreamHead,
    clear_cached_states,
    missed_since,
    next_events,
    state_of,
)
from apps.realtime.services import begin_new_epochs, close_stream
from apps.realtime.tests.boards import append, open_board, texts_of
from apps.realtime.tests.readers import Reader, at
from apps.realtime.tests.recording_listener import in_database


@pytest.fixture
def five(board):
    """A board with five events."""
    append(board.pk, *"abcde")
    board.refresh_from_db()
    return board


def seqs(messages: list[EncodedMessage] | None) -> list[int] | None:
    return None if messages is None else [message.seq for message in messages]


def trim_to(stream_id: int, first: int) -> None:
    Event.objects.filter(stream_id=stream_id, seq__lt=first).delete()


@given(since=st.integers(0, 5), until=st.none() | st.integers(0, 8))
def test_missed_events_are_exactly_those_after_since(five, since: int, until: int | None):
    missed = missed_since(five.pk, Position(five.epoch, since), limit=100, until=until)
    assert missed is not None
    assert missed.messages is not None
    assert [message.seq for message in missed.messages] == list(
        range(since + 1, min(5, until or 0) + 1 if until is not None else 6)
    )
    assert missed.top == StreamHead(five.pk, five.epoch, 5)
    assert [message.text for message in missed.messages] == texts_of(five.pk)[since:][: len(missed.messages)]
    assert [message.resume_from for message in missed.messages] == [
        (five.epoch, message.seq) for message in missed.messages
    ]


def test_a_log_with_a_gap_returns_no_partial_events(five):
    trim_to(five.pk, 3)
    for since, expected in ((0, None), (1, None), (2, [3, 4, 5]), (5, [])):
        missed = missed_since(five.pk, Position(five.epoch, since), limit=100)
        assert missed is not None
        assert seqs(missed.messages) == expected
    Event.objects.filter(stream_id=five.pk, seq=4).delete()
    missed = missed_since(five.pk, Position(five.epoch, 2), limit=100)
    assert missed is not None
    assert missed.messages is None, "a hole was passed over"


def test_a_deleted_stream_has_no_events(five):
    close_stream(five.pk)
    assert missed_since(five.pk, Position(five.epoch, 0), limit=100) is None
    assert next_events(five.pk, since=0, limit=100) is None
    assert state_of(five.pk) is None


@pytest.mark.parametrize(("since", "expected"), [(1, [2, 3]), (4, [5]), (5, [])])
def test_the_next_part_of_the_log_is_as_long_as_the_limit(five, since: int, expected: list[int]):
    missed = next_events(five.pk, since=since, limit=2)
    assert missed is not None
    assert (seqs(missed.messages), missed.top.seq) == (expected, 5)


@pytest.mark.parametrize("first", [4, 6])
def test_trimmed_events_are_not_skipped_silently(five, first: int):
    trim_to(five.pk, first)
    missed = next_events(five.pk, since=2, limit=100)
    assert missed is not None
    assert missed.messages is None


def test_a_gap_within_the_next_part_is_detected(five):
    Event.objects.filter(stream_id=five.pk, seq=3).delete()
    missed = next_events(five.pk, since=1, limit=100)
    assert missed is not None
    assert [message.seq for message in missed.messages or []] in ([], [2])


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
    clear_cached_states()
    assert state_of(five.pk) is not third


def test_only_the_newest_states_are_kept(five):
    states = {five.pk: state_of(five.pk)}
    for number in range(MAX_CACHED_STATES):
        board = open_board(str(number))
        states[board.pk] = state_of(board.pk)
    assert state_of(five.pk) is not states[five.pk]
    assert state_of(max(states)) is states[max(states)]


# --- What one reader had missed is not read again for the next who missed the same -------------------


FROM = Position("e", 1)


def missed(*texts: str, top: int = 9) -> MissedEvents:
    return MissedEvents(
        StreamHead(1, "e", top), [EncodedMessage(seq, text) for seq, text in enumerate(texts, start=2)]
    )


@pytest.fixture
def reads(monkeypatch) -> list[Position]:
    """The positions from which the log was read."""
    asked: list[Position] = []

    def noting(stream_id, position, **how):
        asked.append(position)
        return missed_since(stream_id, position, **how)

    monkeypatch.setattr(module, "missed_since", noting)
    return asked


async def test_a_client_that_missed_the_same_events_gets_the_cached_ones(stored_board, hub, reads):
    await in_database(append, stored_board.pk, *"abc")
    readers = [Reader(hub) for _ in range(5)]
    for reader in readers:
        await reader.open(await at(stored_board, 1))
        await reader.until_sent("connection.established", 2, 3, "resumed")
    assert len(reads) == 1
    other = Reader(hub)
    await other.open(await at(stored_board, 2))
    await other.until_sent("connection.established", 3, "resumed")
    assert len(reads) == 2


async def test_a_client_that_comes_after_another_event_gets_that_too(stored_board, hub, reads):
    await in_database(append, stored_board.pk, "a")
    ada, bo = Reader(hub), Reader(hub)
    await ada.open(await at(stored_board, 0))
    await in_database(append, stored_board.pk, "b")
    await ada.until_sent("connection.established", 1, "resumed", 2)
    await bo.open(await at(stored_board, 0))
    await bo.until_sent("connection.established", 1, 2, "resumed")
    assert len(reads) == 2


async def test_events_of_another_epoch_are_not_returned(stored_board, hub):
    await in_database(append, stored_board.pk, "a")
    ada, bo = Reader(hub), Reader(hub)
    position = await at(stored_board, 0)
    await ada.open(position)
    await in_database(begin_new_epochs)
    await ada.until(lambda: ada.sent[-1] == "board.snapshot")
    await bo.open(position)
    assert bo.payload("resumed")["recovered"] is False


def test_the_cache_has_few_entries_and_none_that_is_large_or_incomplete():
    replays = ReplayCache()
    for until in range(2, 3 + MAX_CACHED):
        replays.store(FROM, until=until, missed=missed("a"))
    assert [until for until in range(2, 3 + MAX_CACHED) if replays.get(FROM, until=until)] == [
        *range(3, 3 + MAX_CACHED)
    ]
    large = missed("x" * MAX_CHARACTERS, "y", top=99)
    for found in (large, MissedEvents(StreamHead(1, "e", 99), None), missed("a", top=98)):
        replays.store(FROM, until=99, missed=found)
        assert replays.get(FROM, until=99) is None
