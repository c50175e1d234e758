"""The transactional outbox of the pipeline's events: stored with the change, delivered to consumers after it.

Failed deliveries are repeated, so a consumer may receive an event twice. Changes that must be visible
immediately do not use it: caches are invalidated, and the stream of charts receives its events, in the
transaction of the change.
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

from apps.charts.pipeline.stage_run import StageStats
from apps.charts.pipeline_models import OutboxDelivery, OutboxEvent
from apps.counts.selectors import warm_counted

logger = logging.getLogger(__name__)
# The number of deliveries in memory at a time.
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
    # {"genre"}: its charts were samples, and have been deleted.
    WITHDRAWN = "withdrawn"


# `sender` is the Kind, `subject` the payload; sent in the transaction of the change.
event_emitted = Signal()


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """An event as consumers receive it."""

    number: int
    kind: Kind
    payload: Mapping[str, object]
    created_at: datetime


Consume = Callable[[OutboxMessage], None]


@dataclass(frozen=True, slots=True)
class Consumer:
    name: str
    kinds: Collection[Kind]
    consume: Consume


def _warm(message: OutboxMessage) -> None:
    isrcs = message.payload["isrcs"]
    if isinstance(isrcs, list):
        warm_counted(isrcs)


# By the name that is stored with their deliveries.
consumers = {"warming": Consumer("warming", {Kind.COUNTED}, _warm)}


def emit_event(kind: Kind, payload: Mapping[str, object]) -> None:
    """Stores the event and its deliveries, in the transaction of the change."""
    event = OutboxEvent.objects.create(kind=kind, payload=dict(payload), created_at=timezone.now())
    wanted = [one for one in consumers.values() if kind in one.kinds]
    OutboxDelivery.objects.bulk_create([OutboxDelivery(event=event, consumer=one.name) for one in wanted])
    event_emitted.send(sender=kind, subject=event.payload)


def deliver() -> StageStats:
    """Delivers all pending events, each delivery in its own transaction; failures are stored."""
    tally, last = StageStats(), 0
    while batch := list(_waiting(after=last)):
        for delivery in batch:
            last = delivery.pk
            tally.rows_in += 1
            _deliver(delivery, tally)
    return tally


def replay(*, since: datetime | None = None) -> StageStats:
    """Repeats failed deliveries; with `since`, all deliveries of events since then."""
    if since is not None:
        again = OutboxDelivery.objects.filter(event__created_at__gte=since, consumer__in=consumers)
        again.update(done_at=None)
        _add_missing(since)
    return deliver()


def _add_missing(since: datetime) -> None:
    """Adds deliveries for consumers that did not exist when the event was emitted."""
    for consumer in consumers.values():
        events = OutboxEvent.objects.filter(created_at__gte=since, kind__in=consumer.kinds)
        missing = events.exclude(deliveries__consumer=consumer.name)
        OutboxDelivery.objects.bulk_create(
            [OutboxDelivery(event=event, consumer=consumer.name) for event in missing],
            batch_size=BATCH,
            ignore_conflicts=True,
        )


def _waiting(*, after: int) -> list[OutboxDelivery]:
    waiting = OutboxDelivery.objects.filter(done_at__isnull=True, consumer__in=consumers, pk__gt=after)
    return list(waiting.select_related("event").order_by("pk")[:BATCH])


def _deliver(delivery: OutboxDelivery, tally: StageStats) -> None:
    event, consumer = delivery.event, consumers[delivery.consumer]
    message = OutboxMessage(event.pk, Kind(event.kind), event.payload, event.created_at)
    mine = OutboxDelivery.objects.filter(pk=delivery.pk)
    try:
        with transaction.atomic():
            consumer.consume(message)
            mine.update(done_at=timezone.now(), attempts=F("attempts") + 1, failure="")
        tally.rows_out += 1
    except Exception as error:  # any error of a consumer is stored, and the delivery is repeated
        logger.exception("A consumer of charts failed: %s", consumer.name)
        mine.update(attempts=F("attempts") + 1, failure=f"{type(error).__name__}: {error}"[:200])
        tally.fail(f"{consumer.name}: event {event.pk}: {type(error).__name__}")
