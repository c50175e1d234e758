"""Streams that the current transaction has locked: each is read once, and its next numbers follow from that.

What is known of a lock lives among the transaction's own callbacks (`on_commit`). Django drops those with the
transaction, and those made behind a savepoint when it is rolled back: what was appended there, and locks that
the database gives back then, are forgotten at the same moment.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from apps.realtime.models import Stream
from apps.realtime.publishing import Hint, publish
from core.errors import NotFound
from core.statements import Rows, columns, fetch_one, for_update, run_later


@dataclass(frozen=True)
class _Lock:
    """A stream as it was when its row was locked."""

    stream: Stream
    epoch: str
    seq: int

    def __call__(self) -> None:
        """The commit itself gives the row back."""


@dataclass(frozen=True)
class PendingHint:
    """What the transaction did to a stream; it is published after the commit."""

    hint: Hint

    def __post_init__(self) -> None:
        object.__setattr__(self, "__qualname__", "publish")  # what Django's log of a failure asks for

    def __call__(self) -> None:
        publish(self.hint)


_streams = Rows(Stream)
_SELECT = f"SELECT {columns(Stream, 'stream')} FROM realtime_stream AS stream WHERE"  # noqa: S608
_SELECT_BY_ID = f"{_SELECT} stream.id = %s"
_SELECT_NAMED = f"{_SELECT} stream.kind = %s AND stream.name = %s"


def lock_stream(stream_id: int) -> Stream:
    """Takes the stream's row for the rest of the transaction; every write of a stream begins with this.

    Raises NotFound when the stream has ended. On SQLite the transaction itself is the lock.
    """
    _check_transaction()
    held = next((lock for lock in _locks() if lock.stream.pk == stream_id), None)
    stream = _current_state(held) if held else None
    if stream is None:
        stream = _locked(stream_id)
    if stream is None:
        raise NotFound("This was deleted.")
    return stream


def lock_stream_named(*, kind: str, name: str) -> Callable[[], Stream | None]:
    """The same by its name, with the next statement (`run_later`).

    After that, what this returns returns the stream; None when there is no such stream.
    """
    _check_transaction()
    for lock in _locks():
        if (lock.stream.kind, lock.stream.name) == (kind, name) and (stream := _current_state(lock)):
            return lambda: stream
    found: list[Stream | None] = []
    run_later(
        _SELECT_NAMED + for_update(), [kind, name], lambda cursor: found.append(_taken(cursor.fetchone()))
    )
    return lambda: found[0]


def lock_streams(stream_ids: list[int]) -> None:
    """Takes several streams, in order of id, so that two writers can't wait for each other."""
    list(Stream.objects.select_for_update().filter(pk__in=stream_ids).order_by("pk"))


def read_again(stream: Stream) -> Stream:
    """The row of a locked stream as the database has it, after something else than an append wrote it."""
    found = _locked(stream.pk)
    if found is None:
        raise NotFound("This was deleted.")
    return found


def _check_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("A stream is locked within a transaction, or the lock would be gone at once.")


def _locked(stream_id: int) -> Stream | None:
    return _taken(fetch_one(_SELECT_BY_ID + for_update(), [stream_id]))


def _taken(row: Sequence[Any] | None) -> Stream | None:
    if row is None:
        return None
    stream = _streams.from_row(row)
    transaction.on_commit(_Lock(stream, stream.epoch, stream.seq), robust=True)
    return stream


def _locks() -> list[_Lock]:
    """The newest first."""
    return [entry for entry in _newest_first() if isinstance(entry, _Lock)]


def _newest_first() -> Iterator[object]:
    """What is called when this transaction is committed."""
    return (callback[1] for callback in reversed(connection.run_on_commit))


def _current_state(lock: _Lock) -> Stream | None:
    """The locked stream with what this transaction has done to it so far; None when it has ended it."""
    stream, behind = lock.stream, Hint(lock.stream.pk, lock.epoch, lock.seq, None)
    for entry in _newest_first():
        if entry is lock:
            break
        if isinstance(entry, PendingHint) and entry.hint.stream_id == stream.pk:
            behind = entry.hint
            break
    stream.epoch, stream.seq = behind.epoch, behind.seq
    return stream if stream.epoch else None
