"""The stream of charts: a publication is its event, once, in its transaction; events fold to the state."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.charts.connectors.base import EVERYTHING, RecordedResponses
from apps.charts.connectors.samples import SampleConnector
from apps.charts.models import Edition, RawEdition, Status
from apps.charts.pipeline.aggregate import publish
from apps.charts.pipeline.extract import delete_samples
from apps.charts.pipeline.outbox import Kind, emit_event
from apps.charts.pipeline.runner import Plan, run_pipeline
from apps.charts.pipeline.stage_run import NullProgress
from apps.charts.signals import ensure_chart_stream
from apps.charts.tests.bodies import Folder
from apps.charts.tests.conftest import Run
from apps.charts.tests.folded_charts import State, fold, state_of_items
from apps.realtime import decorators
from apps.realtime.models import Event
from apps.realtime.selectors import State as Snapshot
from apps.realtime.selectors import state_of
from core.json_codec import json_text
from core.tests.rollback import rolled_back

Step = tuple[str, str, int]
DAY = "2025-03-01"


def messages(since: int = 0) -> list[dict[str, Any]]:
    sent = Event.objects.filter(stream=ensure_chart_stream(), seq__gt=since).order_by("seq")
    return [json.loads(event.message) for event in sent]


def sent(since: int = 0) -> list[tuple[str, Mapping[str, Any]]]:
    return [(message["type"], message["payload"]) for message in messages(since)]


def snapshot() -> Snapshot:
    state = state_of(ensure_chart_stream())
    assert state is not None
    return state


def fetched() -> State:
    return state_of_items(json.loads(json_text(snapshot().items)))


def list_everywhere(folder: Folder, day: str, *numbers: int) -> None:
    for service in ("spotify", "apple_music", "soundcloud"):
        folder.list(service, day, *numbers)


def edition(day: str) -> dict[str, Any]:
    return {"genre": "pop", "date": day, "is_sample": False}


def test_a_changed_chart_is_sent_again(run: Run, folder: Folder):
    for numbers in ((1, 2, 3), (3, 2, 1)):
        list_everywhere(folder, DAY, *numbers)
        run()
        run()

    assert sent() == [("chart.published", edition(DAY))] * 2
    assert fetched() == {"pop": edition(DAY)}


def test_a_chart_whose_event_fails_is_published_later_with_it(
    run: Run, folder: Folder, monkeypatch: pytest.MonkeyPatch
):
    list_everywhere(folder, DAY, 1, 2)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no room on the disk")

    with monkeypatch.context() as patch:
        patch.setattr(decorators, "append_event", fail)
        run()
    assert not Edition.objects.filter(published_at__isnull=False).exists()
    assert (sent(), fetched()) == ([], {})

    run()

    assert sent()[-1] == ("chart.published", edition(DAY))
    assert fetched() == {"pop": edition(DAY)}


@pytest.mark.django_db
@pytest.mark.usefixtures("few_counts")
def test_deleted_samples_are_sent_by_genre(folder: Folder):
    run_pipeline(Plan(connector=SampleConnector()))
    shown = fetched()
    assert set(shown) == {"pop", "dance", "rap", "country"}
    assert all(one["is_sample"] for one in shown.values())
    seq = snapshot().top.seq
    list_everywhere(folder, DAY, 1, 2)

    run_pipeline(Plan(connector=RecordedResponses(folder.path)))

    genres = ["country", "dance", "pop", "rap"]
    assert sent(seq) == [
        *(("chart.withdrawn", {"genre": genre}) for genre in genres),
        ("chart.published", edition(DAY)),
    ]
    assert fold(shown, messages(seq)) == fetched() == {"pop": edition(DAY)}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["publish", "sample", "fail", "rolled_back"]),
        st.sampled_from(["pop", "rap"]),
        st.integers(1, 6),
    ),
    max_size=12,
)


@pytest.mark.django_db
@given(steps=STEPS, cut=st.integers(0, 12))
def test_folding_events_after_any_seq_gives_the_state(steps: Sequence[Step], cut: int):
    """For anything published in any order, from any point at which a reader resumes."""
    with rolled_back():
        first = snapshot().top.seq
        states = {first: fetched()}
        for step in steps:
            take(step)
            states[snapshot().top.seq] = fetched()

        seqs = [message["seq"] for message in messages(first)]
        assert seqs == list(range(first + 1, snapshot().top.seq + 1))
        since = sorted(states)[cut % len(states)]
        assert fold(states[since], messages(since)) == fetched()


def take(step: Step) -> None:
    what, genre, day = step
    if what == "fail":
        emit_event(Kind.SOURCE_FAILED, {"service": "spotify", "genre": genre, "date": DAY})
    elif what == "rolled_back":
        with rolled_back():
            publish_one(genre, day, is_sample=False)
    else:
        publish_one(genre, day, is_sample=what == "sample")


def publish_one(genre: str, day: int, *, is_sample: bool) -> None:
    """As a run does; samples are out of the question once there is something real."""
    if is_sample and RawEdition.objects.filter(is_sample=False).exists():
        return
    if not is_sample:
        delete_samples()
    issued_on, now = date(2025, 3, day), timezone.now()
    RawEdition.objects.get_or_create(
        genre=genre,
        service="spotify",
        issued_on=issued_on,
        defaults={"status": Status.OK, "tried_at": now, "is_sample": is_sample},
    )
    Edition.objects.update_or_create(
        genre=genre,
        issued_on=issued_on,
        defaults={"is_sample": is_sample, "is_due": False, "is_to_publish": True},
    )
    tally = publish(scope=EVERYTHING, now=now, progress=NullProgress())
    assert (tally.rows_out, tally.rows_failed) == (1, 0)
