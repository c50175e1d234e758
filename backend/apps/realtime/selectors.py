"""Reads of streams: their head, a part of their log, their whole state."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple

from django.db import connection

from apps.realtime.messages import EncodedMessage, Position, SnapshotPayload, typed_text
from apps.realtime.models import Event, Stream, kind_named
from core.database import consistent_read
from core.metrics import STATE_HITS, STATE_MISSES


class StreamHead(NamedTuple):
    """The head of a stream: the number of its newest event."""

    stream_id: int
    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class State:
    """The whole state of a stream at one seq, with the texts made of it."""

    top: StreamHead
    items: Sequence[Any]
    digest: str
    payload: SnapshotPayload
    message: EncodedMessage


class MissedEvents(NamedTuple):
    """What a reader has missed. `messages` is None where the log no longer has all of it."""

    top: StreamHead
    messages: list[EncodedMessage] | None


# States of so many streams are kept, those that were made last.
MAX_CACHED_STATES = 64


class _States:
    """The newest state that this process has read of each stream; of use until something happens there."""

    def __init__(self) -> None:
        self._states: dict[int, State] = {}
        self._lock = Lock()

    def get(self, top: StreamHead) -> State | None:
        state = self._states.get(top.stream_id)
        return state if state is not None and state.top == top else None

    def store(self, state: State) -> None:
        with self._lock:
            self._states.pop(state.top.stream_id, None)
            self._states[state.top.stream_id] = state
            if len(self._states) > MAX_CACHED_STATES:
                del self._states[next(iter(self._states))]

    def clear(self) -> None:
        with self._lock:
            self._states.clear()


_states = _States()


def clear_cached_states() -> None:
    """For a database that is another from here on, as after a test that was rolled back."""
    _states.clear()


def stream_id_of(*, kind: str, name: str) -> int | None:
    return Stream.objects.filter(kind=kind, name=name).values_list("pk", flat=True).first()


def top_named(*, kind: str, name: str) -> StreamHead | None:
    """The head of the stream of this name; None when there is none (any more)."""
    row = Stream.objects.filter(kind=kind, name=name).values_list("pk", "epoch", "seq").first()
    return StreamHead(*row) if row else None


def tops_of(stream_ids: Sequence[int]) -> dict[int, StreamHead]:
    """Where these streams stand; one that has ended is not among them."""
    if not stream_ids:
        return {}
    # The poller asks this all the time, and compiling the query costs several times as much as its result.
    marks = ", ".join(["%s"] * len(stream_ids))
    query = f"SELECT id, epoch, seq FROM {Stream._meta.db_table} WHERE id IN ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, stream_ids)
        return {row[0]: StreamHead(*row) for row in cursor.fetchall()}


def state_of(stream_id: int) -> State | None:
    """The state as it is now; None when the stream has ended. Made once for each seq in a process."""
    with consistent_read():
        stream = Stream.objects.filter(pk=stream_id).first()
        if stream is None:
            return None
        top = StreamHead(stream.pk, stream.epoch, stream.seq)
        if held := _states.get(top):
            STATE_HITS.inc()
            return held
        STATE_MISSES.inc()
        state = _build_state(stream, top)
    _states.store(state)
    return state


def _build_state(stream: Stream, top: StreamHead) -> State:
    kind = kind_named(stream.kind)
    items = kind.read_items(stream.pk)
    payload = SnapshotPayload(epoch=top.epoch, seq=top.seq, items=items)
    text = typed_text(kind.snapshot_type, payload)
    message = EncodedMessage(seq=top.seq, text=text, is_event=False, resume_from=Position(top.epoch, top.seq))
    return State(top=top, items=items, digest=kind.digest_of(items), payload=payload, message=message)


def missed_since(
    stream_id: int, position: Position, *, limit: int, until: int | None = None
) -> MissedEvents | None:
    """The events after `position` (and up to `until`), if the log still has all of them and not over `limit`.

    None when the stream has ended.
    """
    with consistent_read():
        top = tops_of([stream_id]).get(stream_id)
        if top is None:
            return None
        last = top.seq if until is None else min(until, top.seq)
        if position.epoch != top.epoch or position.since > top.seq or last - position.since > limit:
            return MissedEvents(top, None)
        messages = events_after(stream_id, position.since, epoch=top.epoch, until=last, limit=limit)
    is_whole = len(messages) == max(0, last - position.since)
    return MissedEvents(top, messages if is_whole else None)


def events_after(
    stream_id: int, since: int, *, epoch: str, limit: int, until: int | None = None
) -> list[EncodedMessage]:
    """Up to `limit` events after `since`, in order."""
    events = Event.objects.filter(stream_id=stream_id, seq__gt=since).order_by("seq")
    if until is not None:
        events = events.filter(seq__lte=until)
    rows = events.values_list("seq", "message")[:limit]
    return [EncodedMessage(seq=seq, text=text, resume_from=Position(epoch, seq)) for seq, text in rows]


def next_events(stream_id: int, *, since: int, limit: int) -> MissedEvents | None:
    """The next part of the log, for a hub that goes on from `since`; None when the stream has ended.

    `messages` is None where the event after `since` is no longer there.
    """
    with consistent_read():
        top = tops_of([stream_id]).get(stream_id)
        if top is None:
            return None
        messages = events_after(stream_id, since, epoch=top.epoch, limit=limit)
    is_contiguous = not messages or messages[-1].seq == since + len(messages)
    is_whole = is_contiguous and (bool(messages) or top.seq <= since)
    return MissedEvents(top, messages if is_whole else None)


# --- What one reader had missed, cached for the next: after a restart, thousands have missed the same


# So many are kept, those that were read last, each of at most so many characters.
MAX_CACHED = 4
MAX_CHARACTERS = 1024 * 1024


class ReplayCache:
    """Parts of one stream's log between two events. They never change, so they may be kept for any time."""

    def __init__(self) -> None:
        self._cached: dict[tuple[Position, int], MissedEvents] = {}

    def get(self, position: Position, *, until: int) -> MissedEvents | None:
        return self._cached.get((position, until))

    def store(self, position: Position, *, until: int, missed: MissedEvents) -> None:
        """Only what is whole: the log may have more of it later."""
        if missed.messages is None or missed.top.seq < until:
            return
        if sum(len(message.text) for message in missed.messages) > MAX_CHARACTERS:
            return
        self._cached[position, until] = missed
        if len(self._cached) > MAX_CACHED:
            del self._cached[next(iter(self._cached))]
