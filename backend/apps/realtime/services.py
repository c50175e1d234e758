"""Every write to the log: appending, trimming, beginning a new epoch."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.realtime.locks import PendingHint, lock_stream, lock_streams, read_again
from apps.realtime.messages import EventMessage, event_text
from apps.realtime.models import Event, Stream, kind_named, new_epoch
from apps.realtime.publishing import Hint
from core.database import delete_in_batches
from core.json_codec import milliseconds_text
from core.request_context import request_context
from core.statements import insert_later, update, update_later

# --- When an append trims, and how far ---------------------------------------------------------------


# An append deletes at most so many old events, so that no writer pays for another's leftovers.
TRIM_PER_APPEND = 200
# A long log may hold so many events more than are kept: they go together, not each with the next one.
MAX_SURPLUS = 100
# A log that has nothing left that is too old is looked at for that again after this.
PAUSE = timedelta(minutes=1)
# Streams whose oldest event this process knows.
MAX_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class _Oldest:
    """An event that was the oldest of its stream when it was read; meanwhile it may have gone."""

    seq: int
    created_at: datetime
    # For a while from then on it may be too old without being dropped.
    checked_at: datetime | None = None

    def exceeds_max_events(self, top: int) -> bool:
        return self.seq <= top - settings.EVENT_LOG_KEEP_EVENTS - _surplus()

    def exceeds_retention(self, now: datetime) -> bool:
        rests = self.checked_at is not None and self.checked_at <= now < self.checked_at + PAUSE
        return self.created_at < retention_start(now) and not rests


class _OldestCache:
    """By stream and epoch: a database that is another has other epochs. Only to spare looks: no truth."""

    def __init__(self) -> None:
        self._oldest: dict[tuple[int, str], _Oldest] = {}
        self._lock = Lock()

    def clear(self) -> None:
        with self._lock:
            self._oldest.clear()

    def get(self, stream: Stream) -> _Oldest | None:
        return self._oldest.get((stream.pk, stream.epoch))

    def put(self, stream: Stream, oldest: _Oldest | None) -> None:
        key = (stream.pk, stream.epoch)
        with self._lock:
            self._oldest.pop(key, None)
            if oldest is not None:
                self._oldest[key] = oldest
            if len(self._oldest) > MAX_KNOWN:
                del self._oldest[next(iter(self._oldest))]


_known = _OldestCache()


def trim_behind(stream: Stream, now: datetime) -> None:
    """Drops a few events that are too many or too old. The log is longest right after an append."""
    known = _known.get(stream)
    if known is not None and not (known.exceeds_max_events(stream.seq) or known.exceeds_retention(now)):
        return
    oldest = _read_oldest(stream)
    if oldest is None:
        return
    _known.put(stream, oldest)
    last_seq = stream.seq - settings.EVENT_LOG_KEEP_EVENTS
    within_reach = Event.objects.filter(stream=stream, seq__lt=oldest.seq + TRIM_PER_APPEND)
    if is_old := oldest.created_at < retention_start(now):
        last_seq = max(last_seq, newest_before(within_reach, retention_start(now)))
    if oldest.seq <= last_seq:
        gone, _ = within_reach.filter(seq__lte=last_seq).delete()
        left = _read_oldest(stream)
        is_done = gone < TRIM_PER_APPEND
        if left and is_old and is_done:
            left = _Oldest(left.seq, left.created_at, checked_at=now)
        # Should the deletion be rolled back, an older one is there again, and goes with the next trim.
        _known.put(stream, left)


def clear_oldest() -> None:
    """For a database that was written past the services, as by a test."""
    _known.clear()


def newest_before(events: QuerySet[Event], cutoff: datetime) -> int:
    """The number of the newest event that is older; 0 without one.

    Clocks may be set back, so what is old is cut off by number: never a hole in the middle.
    """
    numbers = events.filter(created_at__lt=cutoff).order_by("-seq").values_list("seq", flat=True)
    return numbers.first() or 0


def retention_start(now: datetime) -> datetime:
    return now - timedelta(days=settings.EVENT_LOG_KEEP_DAYS)


def _surplus() -> int:
    return min(MAX_SURPLUS, int(settings.EVENT_LOG_KEEP_EVENTS) // 100)


def _read_oldest(stream: Stream) -> _Oldest | None:
    row = Event.objects.filter(stream=stream).order_by("seq").values_list("seq", "created_at").first()
    return _Oldest(*row) if row else None


# --- Streams and events ------------------------------------------------------------------------------


__all__ = ["lock_stream", "lock_streams"]

# A visit is written down when the last one that was is so long ago: seldom, however many come.
VISIT_INTERVAL = timedelta(days=1)
VISITS_PER_WRITE = 200
# `trim` deletes in such portions, so that writers get their turn in between.
TRIM_BATCH = 2000


def open_stream(*, kind: str, name: str) -> Stream:
    """A new stream with an epoch of its own, empty."""
    return Stream.objects.create(kind=kind, name=name)


def close_stream(stream_id: int) -> None:
    """Ends a stream with its log; its listeners hear of it after the commit. A new one may have its name."""
    Stream.objects.filter(pk=stream_id).delete()
    _publish_on_commit(Hint(stream_id, epoch="", seq=0, message=None))


def is_visit_due(stream: Stream) -> bool:
    """Whether the next visit is to be written down."""
    return stream.visited_at < timezone.now() - VISIT_INTERVAL


def note_visits(stream_ids: Collection[int]) -> None:
    """Someone visited each of these. Writes at most once a day for each."""
    now = timezone.now()
    for start in range(0, len(stream_ids), VISITS_PER_WRITE):
        some = list(stream_ids)[start : start + VISITS_PER_WRITE]
        unnoted = Stream.objects.filter(pk__in=some, visited_at__lt=now - VISIT_INTERVAL)
        if found := list(unnoted.values_list("pk", flat=True)):
            Stream.objects.filter(pk__in=found).update(visited_at=now)


def append_event(*, stream_id: int, event_type: str, payload: Any, is_current: bool = False) -> int:
    """Appends one event in the caller's transaction and returns its seq.

    Rolled back, it never happened: the numbers stay without a gap. After the commit a hint is published.
    `is_current`: the caller holds the stream's lock, and nothing but appends has written the stream since.
    """
    now = timezone.now()
    stream = _advanced(lock_stream(stream_id), now, is_current=is_current)
    op_id = request_context().op_id
    message = event_text(
        label=kind_named(stream.kind).label,
        name=stream.name,
        message=EventMessage(
            type=event_type,
            payload=payload,
            epoch=stream.epoch,
            seq=stream.seq,
            ts=milliseconds_text(now),
            op_id=op_id,
        ),
    )
    written = {"stream": stream.pk, "seq": stream.seq, "type": event_type, "message": message, "op_id": op_id}
    insert_later(Event, {**written, "created_at": now})
    trim_behind(stream, now)
    _publish_on_commit(Hint(stream_id=stream.pk, epoch=stream.epoch, seq=stream.seq, message=message))
    return stream.seq


def _advanced(stream: Stream, now: datetime, *, is_current: bool) -> Stream:
    """The stream at its next number. No other writer can take it: only the number before it is replaced."""
    for known in (stream, None):
        stream = known or read_again(stream)
        values: dict[str, Any] = {"seq": stream.seq + 1}
        if is_visit_due(stream):
            values["visited_at"] = stream.visited_at = now
        write = update_later if is_current else update
        if write(Stream, stream.pk, values, seq=stream.seq):
            stream.seq += 1
            return stream
    raise RuntimeError("A stream was written although this transaction holds its lock.")


def _publish_on_commit(hint: Hint) -> None:
    """One hint for each append. A failure to publish is logged; the write has succeeded."""
    transaction.on_commit(PendingHint(hint), robust=True)


def trim_log(*, now: datetime | None = None) -> int:
    """Drops every event that is too many or too old, in portions; returns how many went."""
    cutoff = retention_start(now or timezone.now())
    gone = 0
    for stream_id, top in Stream.objects.values_list("pk", "seq"):
        events = Event.objects.filter(stream_id=stream_id)
        last_seq = max(top - settings.EVENT_LOG_KEEP_EVENTS, newest_before(events, cutoff))
        gone += _delete_up_to(stream_id, last_seq)
    return gone


def _delete_up_to(stream_id: int, last_seq: int) -> int:
    events = Event.objects.filter(stream_id=stream_id, seq__lte=last_seq)
    return delete_in_batches(events, order="seq", at_once=TRIM_BATCH)


def drop_events(*, stream_id: int, until: int) -> None:
    """Drops the log up to and with `until`: who resumes from before that gets a snapshot. Under the lock."""
    Event.objects.filter(stream_id=stream_id, seq__lte=until).delete()


def drop_all_events(*, stream_id: int) -> None:
    """The same for all that there is now, in portions: others write in between."""
    top = Stream.objects.filter(pk=stream_id).values_list("seq", flat=True).first()
    _delete_up_to(stream_id, top or 0)


def begin_new_epoch(*, stream_id: int) -> None:
    """The same for the whole log, and for what processes have cached of it; listeners get a snapshot.

    Raises NotFound when the stream has ended.
    """
    stream = lock_stream(stream_id)
    stream.epoch = new_epoch()
    stream.save(update_fields=["epoch"])
    Event.objects.filter(stream=stream).delete()
    _publish_on_commit(Hint(stream_id=stream.pk, epoch=stream.epoch, seq=stream.seq, message=None))


def begin_new_epochs() -> int:
    """Gives every stream a new incarnation: what clients have seen no longer counts, they take a snapshot.

    The numbers continue, since the order by votes refers to moments by them; the log of the old epoch goes.
    """
    streams = list(Stream.objects.order_by("pk").values_list("pk", flat=True))
    for stream_id in streams:
        with transaction.atomic():
            begin_new_epoch(stream_id=stream_id)
    return len(streams)
