"""Every write to the log: appending, trimming, beginning a new epoch."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.realtime.frames import EventFrame, event_text
from apps.realtime.kinds import kind_named
from apps.realtime.locks import PendingHint, lock_stream, lock_streams, read_again
from apps.realtime.models import Event, Stream, new_epoch
from apps.realtime.publishing import Hint
from apps.realtime.trimming import newest_before, oldest_kept, trim_behind
from core.instants import milliseconds_text
from core.portions import delete_in_portions
from core.request_context import request_context
from core.statements import insert, update

__all__ = ["lock_stream", "lock_streams"]

# A visit is written down when the last one that was is so long ago: seldom, however many come.
VISIT_COUNTS_FOR = timedelta(days=1)
VISITS_AT_ONCE = 200
# `trim` deletes in such portions, so that writers get their turn in between.
TRIM_BATCH = 2000


def open_stream(*, kind: str, name: str) -> Stream:
    """A new stream with an epoch of its own, empty."""
    return Stream.objects.create(kind=kind, name=name)


def close_stream(stream_id: int) -> None:
    """Ends a stream with its log; its listeners hear of it after the commit. A new one may have its name."""
    Stream.objects.filter(pk=stream_id).delete()
    _publish_on_commit(Hint(stream_id, epoch="", seq=0, frame=None))


def is_visit_due(stream: Stream) -> bool:
    """Whether the next visit is to be written down."""
    return stream.visited_at < timezone.now() - VISIT_COUNTS_FOR


def note_visits(stream_ids: Collection[int]) -> None:
    """Someone visited each of these. Writes at most once a day for each."""
    now = timezone.now()
    for start in range(0, len(stream_ids), VISITS_AT_ONCE):
        some = list(stream_ids)[start : start + VISITS_AT_ONCE]
        unnoted = Stream.objects.filter(pk__in=some, visited_at__lt=now - VISIT_COUNTS_FOR)
        if found := list(unnoted.values_list("pk", flat=True)):
            Stream.objects.filter(pk__in=found).update(visited_at=now)


def append_event(*, stream_id: int, event_type: str, payload: Any) -> int:
    """Appends one event in the caller's transaction and returns its seq.

    Rolled back, it never happened: the numbers stay without a gap. After the commit a hint is published.
    """
    now = timezone.now()
    stream = _advanced(lock_stream(stream_id), now)
    op_id = request_context().op_id
    frame = event_text(
        label=kind_named(stream.kind).label,
        name=stream.name,
        frame=EventFrame(
            type=event_type,
            payload=payload,
            epoch=stream.epoch,
            seq=stream.seq,
            ts=milliseconds_text(now),
            op_id=op_id,
        ),
    )
    written = {"stream": stream.pk, "seq": stream.seq, "type": event_type, "frame": frame, "op_id": op_id}
    insert(Event, {**written, "created_at": now})
    trim_behind(stream, now)
    _publish_on_commit(Hint(stream_id=stream.pk, epoch=stream.epoch, seq=stream.seq, frame=frame))
    return stream.seq


def _advanced(stream: Stream, now: datetime) -> Stream:
    """The stream at its next number. Nobody can take the same one: only the number before it is replaced."""
    for known in (stream, None):
        stream = known or read_again(stream)
        values: dict[str, Any] = {"seq": stream.seq + 1}
        if is_visit_due(stream):
            values["visited_at"] = stream.visited_at = now
        if update(Stream, stream.pk, values, seq=stream.seq):
            stream.seq += 1
            return stream
    raise RuntimeError("A stream was written although this transaction holds its lock.")


def _publish_on_commit(hint: Hint) -> None:
    """One hint for each append. A failure to publish is logged; the write has succeeded."""
    transaction.on_commit(PendingHint(hint), robust=True)


def trim_log(*, now: datetime | None = None) -> int:
    """Drops every event that is too many or too old, in portions; returns how many went."""
    cutoff = oldest_kept(now or timezone.now())
    gone = 0
    for stream_id, top in Stream.objects.values_list("pk", "seq"):
        events = Event.objects.filter(stream_id=stream_id)
        last_seq = max(top - settings.EVENT_LOG_KEEP_EVENTS, newest_before(events, cutoff))
        gone += _delete_up_to(stream_id, last_seq)
    return gone


def _delete_up_to(stream_id: int, last_seq: int) -> int:
    events = Event.objects.filter(stream_id=stream_id, seq__lte=last_seq)
    return delete_in_portions(events, order="seq", at_once=TRIM_BATCH)


def drop_events(*, stream_id: int, until: int) -> None:
    """Drops the log up to and with `until`: who resumes from before that gets a snapshot. Under the lock."""
    Event.objects.filter(stream_id=stream_id, seq__lte=until).delete()


def drop_events_up_to_now(*, stream_id: int) -> None:
    """The same for all that there is now, in portions: others write in between."""
    top = Stream.objects.filter(pk=stream_id).values_list("seq", flat=True).first()
    _delete_up_to(stream_id, top or 0)


def begin_new_epoch(*, stream_id: int) -> None:
    """The same for the whole log, and for what processes remember of it; listeners are told by a snapshot.

    Raises NotFound when the stream has ended.
    """
    stream = lock_stream(stream_id)
    stream.epoch = new_epoch()
    stream.save(update_fields=["epoch"])
    Event.objects.filter(stream=stream).delete()
    _publish_on_commit(Hint(stream_id=stream.pk, epoch=stream.epoch, seq=stream.seq, frame=None))


def begin_new_epochs() -> int:
    """Gives every stream a new incarnation: what clients have seen no longer counts, they take a snapshot.

    The numbers go on, since the order by votes remembers moments by them; the log of the old epoch goes.
    """
    streams = list(Stream.objects.order_by("pk").values_list("pk", flat=True))
    for stream_id in streams:
        with transaction.atomic():
            begin_new_epoch(stream_id=stream_id)
    return len(streams)
