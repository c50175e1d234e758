"""What stages announce: kept with the change, delivered to consumers after it, and again when that failed.

A consumer may get an event twice and must not mind. What has to be true at once is not left to them: caches
are dropped, and the stream of charts gets its events, in the transaction of the change.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import F
from django.dispatch import Signal
from django.utils import timezone

from apps.charts.models import Delivery, PipelineEvent
from apps.charts.pipeline.stage_run import Tally
from apps.counts.selectors import warm_counted

logger = logging.getLogger(__name__)
# Held in memory at once.
BATCH = 500


class Kind(StrEnum):
    EXTRACTED = "extracted"
    # {"service", "genre", "date"}
    SOURCE_FAILED = "source_failed"
    QUARANTINED = "quarantined"
    TRANSFORMED = "transformed"
    AGGREGATED = "aggregated"
    # {"isrcs": […], "date"}
    COUNTED = "counted"
    # {"genre", "date", "is_sample"}
    PUBLISHED = "published"
    # {"genre"}: its charts were samples, and are gone.
    WITHDRAWN = "withdrawn"


# `sender` is the Kind, `subject` the payload; sent within the announcing transaction.
announced = Signal()


@dataclass(frozen=True, slots=True)
class Told:
    """An event as consumers get it."""

    number: int
    kind: Kind
    payload: Mapping[str, object]
    created_at: datetime


Consume = Callable[[Told], None]


@dataclass(frozen=True, slots=True)
class Consumer:
    name: str
    kinds: Collection[Kind]
    consume: Consume


def _warm(told: Told) -> None:
    isrcs = told.payload["isrcs"]
    if isinstance(isrcs, list):
        warm_counted(isrcs)


# By the name that their deliveries are kept under.
consumers = {"warming": Consumer("warming", {Kind.COUNTED}, _warm)}


def announce(kind: Kind, payload: Mapping[str, object]) -> None:
    """Writes the event down, and who is to hear it, in the transaction of the reported change."""
    event = PipelineEvent.objects.create(kind=kind, payload=dict(payload), created_at=timezone.now())
    wanted = [one for one in consumers.values() if kind in one.kinds]
    Delivery.objects.bulk_create([Delivery(event=event, consumer=one.name) for one in wanted])
    announced.send(sender=kind, subject=event.payload)


def deliver() -> Tally:
    """Tells what has not been heard yet, each to each in a transaction of its own; a failure is kept."""
    tally, last = Tally(), 0
    while batch := list(_waiting(after=last)):
        for delivery in batch:
            last = delivery.pk
            tally.rows_in += 1
            _deliver(delivery, tally)
    return tally


def replay(*, since: datetime | None = None) -> Tally:
    """Tells again what failed, and with `since` everything of then and later, also what was heard."""
    if since is not None:
        again = Delivery.objects.filter(event__created_at__gte=since, consumer__in=consumers)
        again.update(done_at=None)
        _add_missing(since)
    return deliver()


def _add_missing(since: datetime) -> None:
    """For consumers that were not there yet."""
    for consumer in consumers.values():
        events = PipelineEvent.objects.filter(created_at__gte=since, kind__in=consumer.kinds)
        unheard = events.exclude(deliveries__consumer=consumer.name)
        Delivery.objects.bulk_create(
            [Delivery(event=event, consumer=consumer.name) for event in unheard],
            batch_size=BATCH,
            ignore_conflicts=True,
        )


def _waiting(*, after: int) -> list[Delivery]:
    waiting = Delivery.objects.filter(done_at__isnull=True, consumer__in=consumers, pk__gt=after)
    return list(waiting.select_related("event").order_by("pk")[:BATCH])


def _deliver(delivery: Delivery, tally: Tally) -> None:
    event, consumer = delivery.event, consumers[delivery.consumer]
    told = Told(event.pk, Kind(event.kind), event.payload, event.created_at)
    mine = Delivery.objects.filter(pk=delivery.pk)
    try:
        with transaction.atomic():
            consumer.consume(told)
            mine.update(done_at=timezone.now(), attempts=F("attempts") + 1, failure="")
        tally.rows_out += 1
    except Exception as error:  # whatever a consumer raises is kept, and it hears the event again
        logger.exception("A consumer of charts failed: %s", consumer.name)
        mine.update(attempts=F("attempts") + 1, failure=f"{type(error).__name__}: {error}"[:200])
        tally.fail(f"{consumer.name}: event {event.pk}: {type(error).__name__}")
