"""When and how far the log is trimmed by those who append to it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from django.conf import settings
from django.db.models import QuerySet

from apps.realtime.models import Event, Stream

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
    rests_from: datetime | None = None

    def is_too_far(self, top: int) -> bool:
        return self.seq <= top - settings.EVENT_LOG_KEEP_EVENTS - _surplus()

    def is_too_old(self, now: datetime) -> bool:
        rests = self.rests_from is not None and self.rests_from <= now < self.rests_from + PAUSE
        return self.created_at < oldest_kept(now) and not rests


class _Known:
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


_known = _Known()


def trim_behind(stream: Stream, now: datetime) -> None:
    """Drops a few events that are too many or too old. The log is longest right after an append."""
    known = _known.get(stream)
    if known is not None and not (known.is_too_far(stream.seq) or known.is_too_old(now)):
        return
    oldest = _read_oldest(stream)
    if oldest is None:
        return
    _known.put(stream, oldest)
    last_seq = stream.seq - settings.EVENT_LOG_KEEP_EVENTS
    within_reach = Event.objects.filter(stream=stream, seq__lt=oldest.seq + TRIM_PER_APPEND)
    if is_old := oldest.created_at < oldest_kept(now):
        last_seq = max(last_seq, newest_before(within_reach, oldest_kept(now)))
    if oldest.seq <= last_seq:
        gone, _ = within_reach.filter(seq__lte=last_seq).delete()
        left = _read_oldest(stream)
        is_done = gone < TRIM_PER_APPEND
        if left and is_old and is_done:
            left = _Oldest(left.seq, left.created_at, rests_from=now)
        # Should the deletion be rolled back, an older one is there again, and goes with the next trim.
        _known.put(stream, left)


def forget_oldest() -> None:
    """For a database that was written past the services, as by a test."""
    _known.clear()


def newest_before(events: QuerySet[Event], cutoff: datetime) -> int:
    """The number of the newest event that is older; 0 without one.

    Clocks may be set back, so what is old is cut off by number: never a hole in the middle.
    """
    numbers = events.filter(created_at__lt=cutoff).order_by("-seq").values_list("seq", flat=True)
    return numbers.first() or 0


def oldest_kept(now: datetime) -> datetime:
    return now - timedelta(days=settings.EVENT_LOG_KEEP_DAYS)


def _surplus() -> int:
    return min(MAX_SURPLUS, int(settings.EVENT_LOG_KEEP_EVENTS) // 100)


def _read_oldest(stream: Stream) -> _Oldest | None:
    row = Event.objects.filter(stream=stream).order_by("seq").values_list("seq", "created_at").first()
    return _Oldest(*row) if row else None
