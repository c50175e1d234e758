"""The stream of charts: a publication is its event, once, in its transaction; events fold to the state."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.charts.announcing import Kind, announce, replay
from apps.charts.live_stream import digest_of, ensure_chart_stream, newest_editions
from apps.charts.models import Edition, RawEdition, Status
from apps.charts.pipeline import Plan, run_pipeline
from apps.charts.progress import Silence
from apps.charts.publishing import publish
from apps.charts.recordings import Recordings
from apps.charts.samples import Samples
from apps.charts.samples_kept import forget_samples
from apps.charts.supplies import EVERYTHING
from apps.charts.tests.bodies import Folder
from apps.charts.tests.conftest import Run
from apps.charts.tests.folded_charts import State, fold, state_of_items
from apps.realtime import broadcasting
from apps.realtime.models import Event, Stream
from apps.realtime.selectors import State as Snapshot
from apps.realtime.selectors import state_of
from core.rendering import json_text
from core.tests.undoing import undone

Step = tuple[str, str, int]
DAYS = ("2025-03-01", "2025-03-02", "2025-03-03")


def frames(since: int = 0) -> list[dict[str, Any]]:
    told = Event.objects.filter(stream=ensure_chart_stream(), seq__gt=since).order_by("seq")
    return [json.loads(event.frame) for event in told]


def told(since: int = 0) -> list[tuple[str, Mapping[str, Any]]]:
    return [(frame["type"], frame["payload"]) for frame in frames(since)]


def snapshot() -> Snapshot:
    state = state_of(ensure_chart_stream())
    assert state is not None
    return state


def fetched() -> State:
    return state_of_items(json.loads(json_text(snapshot().items)))


def list_everywhere(folder: Folder, day: str, *numbers: int, genre: str = "pop") -> None:
    for service in ("spotify", "apple_music", "soundcloud"):
        folder.list(service, day, *numbers, genre=genre)


def edition(day: str, *, genre: str = "pop", is_sample: bool = False) -> dict[str, Any]:
    return {"genre": genre, "date": day, "is_sample": is_sample}


# --- What is told ------------------------------------------------------------------------------------


def test_a_new_edition_is_told_with_its_day(run: Run, folder: Folder):
    list_everywhere(folder, DAYS[0], 1, 2, 3)
    run()

    (frame,) = frames()
    assert (frame["type"], frame["payload"]) == ("chart.published", edition(DAYS[0]))
    assert (frame["stream"], frame["seq"]) == ("charts", 1)
    assert frame.keys() == {"type", "payload", "stream", "epoch", "seq", "ts", "op_id"}


def test_a_run_that_finds_nothing_new_tells_nothing(run: Run, folder: Folder):
    list_everywhere(folder, DAYS[0], 1, 2)
    run()
    run()

    assert told() == [("chart.published", edition(DAYS[0]))]


def test_replaying_everything_twice_tells_nothing_more(run: Run, folder: Folder):
    list_everywhere(folder, DAYS[0], 1, 2)
    run()
    before, seq = told(), snapshot().top.seq

    for _ in range(2):
        replay(since=timezone.now() - timedelta(days=1))

    assert (told(), snapshot().top.seq) == (before, seq)


def test_a_source_that_fails_is_told_once(run: Run, folder: Folder):
    folder.list("spotify", DAYS[0], 1, 2)
    folder.list("soundcloud", DAYS[0], 1, 2)
    folder.put("apple_music", "pop", DAYS[0], b"oops")
    run()
    run()

    assert told() == [
        ("source.failed", {"service": "apple_music", "genre": "pop"}),
        ("chart.published", edition(DAYS[0])),
    ]


def test_an_edition_that_is_different_now_is_told_again(run: Run, folder: Folder):
    list_everywhere(folder, DAYS[0], 1, 2, 3)
    run()
    list_everywhere(folder, DAYS[0], 3, 2, 1)
    run()

    assert told() == [("chart.published", edition(DAYS[0]))] * 2


def test_an_edition_that_cannot_be_told_is_not_published_and_both_happen_later(
    run: Run, folder: Folder, monkeypatch: pytest.MonkeyPatch
):
    list_everywhere(folder, DAYS[0], 1, 2)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no room on the disk")

    with monkeypatch.context() as patch:
        patch.setattr(broadcasting, "append_event", fail)
        run()
    assert not Edition.objects.filter(published_at__isnull=False).exists()
    assert (told(), fetched()) == ([], {})

    run()

    assert told()[-1] == ("chart.published", edition(DAYS[0]))
    assert fetched() == {"pop": edition(DAYS[0])}


@pytest.mark.django_db
def test_samples_that_go_are_told_by_genre(folder: Folder):
    run_pipeline(Plan(supply=Samples()))
    shown = fetched()
    assert set(shown) == {"pop", "dance", "rap", "country"}
    assert all(one["is_sample"] for one in shown.values())
    seq = snapshot().top.seq
    list_everywhere(folder, DAYS[0], 1, 2)

    run_pipeline(Plan(supply=Recordings(folder.path)))

    genres = ["country", "dance", "pop", "rap"]
    assert told(seq) == [
        *(("chart.withdrawn", {"genre": genre}) for genre in genres),
        ("chart.published", edition(DAYS[0])),
    ]
    assert fold(shown, frames(seq)) == fetched() == {"pop": edition(DAYS[0])}


# --- The state ---------------------------------------------------------------------------------------


def test_the_snapshot_has_the_newest_edition_of_each_genre(run: Run, folder: Folder):
    for day in DAYS:
        list_everywhere(folder, day, 1, 2)
    list_everywhere(folder, DAYS[0], 1, 2, genre="rap")
    run()

    assert fetched() == {"pop": edition(DAYS[2]), "rap": edition(DAYS[0], genre="rap")}
    assert list(fetched()) == ["pop", "rap"]
    assert snapshot().top.seq == 4


def test_the_digest_is_of_genre_day_and_whether_it_is_a_sample(run: Run, folder: Folder):
    list_everywhere(folder, DAYS[0], 1, 2)
    assert digest_of([]) == "e3b0c44298fc1c14"
    run()

    assert snapshot().digest == sha256(b"pop:2025-03-01:0").hexdigest()[:16]
    assert digest_of(newest_editions(0)) == snapshot().digest


@pytest.mark.django_db
def test_there_is_one_stream_however_often_it_is_asked_for():
    assert ensure_chart_stream() == ensure_chart_stream()
    assert Stream.objects.filter(kind="charts").count() == 1


# --- Any history -------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["publish", "sample", "fail", "undone"]),
        st.sampled_from(["pop", "rap"]),
        st.integers(1, 6),
    ),
    max_size=12,
)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, cut=st.integers(0, 12))
def test_folding_the_events_after_any_moment_gives_the_state(steps: Sequence[Step], cut: int):
    """Whatever is published, in whatever order, and from wherever a reader goes on."""
    with undone():
        first = snapshot().top.seq
        states = {first: fetched()}
        for step in steps:
            take(step)
            states[snapshot().top.seq] = fetched()

        seqs = [frame["seq"] for frame in frames(first)]
        assert seqs == list(range(first + 1, snapshot().top.seq + 1))
        since = sorted(states)[cut % len(states)]
        assert fold(states[since], frames(since)) == fetched()


def take(step: Step) -> None:
    what, genre, day = step
    if what == "fail":
        announce(Kind.SOURCE_FAILED, {"service": "spotify", "genre": genre, "date": DAYS[0]})
    elif what == "undone":
        with undone():
            publish_one(genre, day, is_sample=False)
    else:
        publish_one(genre, day, is_sample=what == "sample")


def publish_one(genre: str, day: int, *, is_sample: bool) -> None:
    """As a run does; samples are out of the question once there is something real."""
    if is_sample and RawEdition.objects.filter(is_sample=False).exists():
        return
    if not is_sample:
        forget_samples()
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
    tally = publish(scope=EVERYTHING, now=now, progress=Silence())
    assert (tally.rows_out, tally.rows_failed) == (1, 0)
