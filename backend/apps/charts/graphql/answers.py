"""Answers that are remembered: finished bytes, in this process, for the moment that they tell of.

A moment is where the stream of charts and the list of dropped counts stand. Both are written in the
transaction of whatever changes, so a look at them tells whether an answer still holds: nothing must be told
to anybody, and nobody is ever given an older state than the database has.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from threading import Lock

from django.utils import timezone

from apps.charts.graphql import running
from apps.charts.graphql.running import Context, Question
from apps.charts.live_stream import CHART_STREAM, CHART_STREAM_KIND
from apps.charts.selectors import is_made_of_samples, newest_editions
from apps.charts.view_counts.flights import Flights
from apps.charts.view_counts.models import DroppedView
from apps.realtime.models import Stream
from core.metrics import CACHE_RESULTS
from core.rendering import json_bytes

# What no event tells of, such as a track's address at a service, is read anew after so long.
KEPT_SECONDS = 30 * 60
MAX_ANSWER_BYTES = 1024 * 1024
MAX_BYTES = 32 * 1024 * 1024
PATIENCE_SECONDS = 5.0

HIT, MISS = CACHE_RESULTS.labels("gql_answer", "hit"), CACHE_RESULTS.labels("gql_answer", "miss")
Moment = tuple[str, int, int, date, bool]
Key = tuple[Moment, bytes]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, and since when."""

    body: bytes
    at: float


class Answers:
    """Of a process; the ones that nobody has asked for the longest go first."""

    def __init__(self, *, max_bytes: int = MAX_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_bytes, self._clock = max_bytes, clock
        self._lock = Lock()
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._bytes = 0

    def get(self, key: Key) -> bytes | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            if self._clock() - kept.at > KEPT_SECONDS:
                self._drop(key)
                return None
            self._kept.move_to_end(key)
            return kept.body

    def put(self, key: Key, body: bytes) -> None:
        if len(body) > min(MAX_ANSWER_BYTES, self._max_bytes):
            return
        with self._lock:
            self._drop(key)
            self._kept[key] = Kept(body, self._clock())
            self._bytes += len(body)
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _drop(self, key: Key) -> None:
        kept = self._kept.pop(key, None)
        self._bytes -= len(kept.body) if kept else 0


answers = Answers()
_flights: Flights[bytes] = Flights()


def answered(question: Question, context: Context) -> bytes:
    """The answer as it is sent. A flood of one question is answered once."""
    if refusal := running.prepare(question, context):
        return json_bytes(refusal)
    moment = _moment()
    *_, context.is_sample = moment
    key = moment, _digest(question, context)
    known = answers.get(key)
    if known is not None:
        HIT.inc()
        return known
    MISS.inc()
    own, others = _flights.join([key])
    if own:
        try:
            body = _made(question, context, key)
            if context.is_read:
                own[key].end(body)
            return body
        finally:
            _flights.leave(own)
    ended = others[key].wait(PATIENCE_SECONDS)
    return ended[0] if ended else _made(question, context, key)


def _made(question: Question, context: Context, key: Key) -> bytes:
    told = running.answer(question, context)
    body = json_bytes(told)
    # What failed may go well the next time, and what does something does it each time.
    if context.is_read and "errors" not in told:
        answers.put(key, body)
    return body


def _moment() -> Moment:
    """In one query; with whether charts are made of samples then."""
    dropped = DroppedView.objects.order_by("-pk").values("pk")[:1]
    is_sample = newest_editions().values("is_sample")[:1]
    stream = Stream.objects.filter(kind=CHART_STREAM_KIND, name=CHART_STREAM)
    told = stream.annotate(dropped=dropped, is_sample=is_sample)
    epoch, seq, last, sample = told.values_list("epoch", "seq", "dropped", "is_sample").first() or (
        *("", 0, dropped.values_list("pk", flat=True).first()),
        is_made_of_samples(),
    )
    return epoch, seq, last or 0, timezone.now().date(), bool(sample)


def _digest(question: Question, context: Context) -> bytes:
    """Answers have URLs of this server, which may have several names."""
    told = [question.query, question.variables, question.operation_name, context.base_url]
    return sha256(json_bytes(told)).digest()
