"""Outbox events: delivered once each, stored while a consumer fails, delivered again without harm."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.charts.pipeline.outbox import Kind, OutboxMessage, deliver, emit_event, replay
from apps.charts.pipeline_models import OutboxDelivery, OutboxEvent
from apps.charts.tests.conftest import Register

pytestmark = pytest.mark.django_db
CHART = {"genre": "pop", "date": "2025-03-01", "is_sample": False}


class Listener:
    """Receives, or fails as long as it is configured to."""

    def __init__(self) -> None:
        self.heard: list[OutboxMessage] = []
        self.is_deaf = False

    def __call__(self, event: OutboxMessage) -> None:
        if self.is_deaf:
            raise RuntimeError("deaf")
        self.heard.append(event)


@pytest.fixture
def listener(register: Register) -> Listener:
    listener = Listener()
    register("listener", [Kind.PUBLISHED, Kind.SOURCE_FAILED], listener)
    return listener


def test_an_emitted_event_is_delivered_once(listener: Listener):
    emit_event(Kind.PUBLISHED, CHART)
    emit_event(Kind.AGGREGATED, {"genre": "pop"})

    deliver()
    deliver()

    assert [(event.kind, event.payload) for event in listener.heard] == [(Kind.PUBLISHED, CHART)]


def test_a_failing_consumer_affects_no_other_and_gets_the_event_by_a_replay(
    listener: Listener, register: Register
):
    other = Listener()
    register("other", [Kind.PUBLISHED], other)
    listener.is_deaf = True
    emit_event(Kind.PUBLISHED, CHART)
    tally = deliver()
    assert (tally.rows_out, tally.rows_failed, len(other.heard)) == (1, 1, 1)
    delivery = OutboxDelivery.objects.get(consumer="listener")
    assert (delivery.done_at, delivery.attempts, delivery.failure) == (None, 1, "RuntimeError: deaf")
    listener.is_deaf = False

    assert [replay().rows_out, replay().rows_out] == [1, 0]

    assert (len(listener.heard), len(other.heard)) == (1, 1)
    assert OutboxDelivery.objects.get(consumer="listener").done_at is not None


def test_all_events_since_then_are_delivered_again_also_to_new_consumers(
    listener: Listener, register: Register
):
    emit_event(Kind.PUBLISHED, {**CHART, "date": "2025-03-01"})
    deliver()
    OutboxEvent.objects.update(created_at=timezone.now() - timedelta(days=2))
    emit_event(Kind.PUBLISHED, {**CHART, "date": "2025-03-02"})
    deliver()
    late = Listener()
    register("late", [Kind.PUBLISHED], late)

    replay(since=timezone.now() - timedelta(days=1))

    assert [str(event.payload["date"])[-1] for event in listener.heard] == ["1", "2", "2"]
    assert [str(event.payload["date"])[-1] for event in late.heard] == ["2"]
