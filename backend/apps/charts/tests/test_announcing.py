"""Events between stages: told once each, kept when a consumer fails, told again without harm."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.charts.announcing import Kind, Told, announce, deliver, register_consumer, replay
from apps.charts.models import Delivery, PipelineEvent
from apps.charts.tests.bodies import Folder
from apps.charts.tests.conftest import Run

pytestmark = pytest.mark.django_db
CHART = {"genre": "pop", "date": "2025-03-01", "is_sample": False}


class Listener:
    """Hears, or fails as long as it is told to."""

    def __init__(self) -> None:
        self.heard: list[Told] = []
        self.is_deaf = False

    def __call__(self, told: Told) -> None:
        if self.is_deaf:
            raise RuntimeError("deaf")
        self.heard.append(told)


@pytest.fixture
def listener() -> Listener:
    listener = Listener()
    register_consumer("listener", [Kind.PUBLISHED, Kind.SOURCE_FAILED], listener)
    return listener


def test_what_is_announced_is_heard_once(listener: Listener):
    announce(Kind.PUBLISHED, CHART)
    announce(Kind.AGGREGATED, {"genre": "pop"})

    deliver()
    deliver()

    assert [(told.kind, told.payload) for told in listener.heard] == [(Kind.PUBLISHED, CHART)]


def test_a_consumer_that_fails_hears_it_with_the_next_replay(listener: Listener):
    listener.is_deaf = True
    announce(Kind.PUBLISHED, CHART)
    assert deliver().rows_failed == 1
    kept = Delivery.objects.get()
    assert (kept.done_at, kept.attempts, kept.failure) == (None, 1, "RuntimeError: deaf")
    listener.is_deaf = False

    assert replay().rows_out == 1

    assert len(listener.heard) == 1
    assert Delivery.objects.get().done_at is not None


def test_one_deaf_consumer_keeps_nothing_from_the_others(listener: Listener):
    def deaf(_told: Told) -> None:
        raise RuntimeError

    register_consumer("another", [Kind.PUBLISHED], deaf)
    announce(Kind.PUBLISHED, CHART)

    tally = deliver()

    assert (tally.rows_out, tally.rows_failed, len(listener.heard)) == (1, 1, 1)


def test_replaying_twice_is_as_replaying_once(listener: Listener):
    listener.is_deaf = True
    announce(Kind.PUBLISHED, CHART)
    deliver()
    listener.is_deaf = False

    replay()
    replay()

    assert len(listener.heard) == 1


def test_since_then_everything_is_told_again_also_to_who_came_later(listener: Listener):
    announce(Kind.PUBLISHED, {**CHART, "date": "2025-03-01"})
    deliver()
    PipelineEvent.objects.update(created_at=timezone.now() - timedelta(days=2))
    announce(Kind.PUBLISHED, {**CHART, "date": "2025-03-02"})
    deliver()
    late = Listener()
    register_consumer("late", [Kind.PUBLISHED], late)

    replay(since=timezone.now() - timedelta(days=1))

    assert [str(told.payload["date"])[-1] for told in listener.heard] == ["1", "2", "2"]
    assert [str(told.payload["date"])[-1] for told in late.heard] == ["2"]


def test_a_run_tells_what_was_published_and_who_failed(listener: Listener, run: Run, folder: Folder):
    for service in ("spotify", "soundcloud"):
        folder.list(service, "2025-03-01", 1, 2)
    folder.put("apple_music", "pop", "2025-03-01", b"oops")

    run()
    run()

    told = [(one.kind, one.payload) for one in listener.heard]
    assert told == [
        (Kind.SOURCE_FAILED, {"service": "apple_music", "genre": "pop", "date": "2025-03-01"}),
        (Kind.PUBLISHED, {"genre": "pop", "date": "2025-03-01", "is_sample": False}),
    ]
