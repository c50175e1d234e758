"""Music services that fail during a run of the pipeline: only their lists are missing, until a later run.

`backend/apps/charts/tests/test_services.py` tries each way to misbehave within one process.
"""

import time
from collections.abc import Iterator

import pytest

from core.tests.providers.fake_service import FakeService, answers
from tests.conftest import PreparedData
from tests.faults.charts import (
    GENRES,
    PATIENCE_SECONDS,
    SOUNDCLOUD,
    Pipeline,
    held_back,
    settings_for,
    spotify_path,
    usual_answers,
)
from tests.processes import TuttiServer

PARTLY, OK, INTERRUPTED = 3, 0, 130
# How long a service may say nothing: far longer than the test waits for the end of the run.
SILENCE_SECONDS = PATIENCE_SECONDS * 5
# Promised of Ctrl-C; it takes a tenth of a second.
END_SECONDS = 2.0


@pytest.fixture
def services() -> Iterator[FakeService]:
    with FakeService(usual_answers()) as started:
        yield started


@pytest.fixture
def pipeline(prepared_data: PreparedData, services: FakeService) -> Iterator[Pipeline]:
    options = prepared_data.options("embedded")
    server = TuttiServer(**options, environment=settings_for(services.url))
    yield Pipeline(server.environment)
    server.delete_data()


def test_an_unavailable_service_is_failed_and_the_others_make_charts(
    pipeline: Pipeline, services: FakeService
):
    services.usual[SOUNDCLOUD] = answers({"message": "broken"}, status=500)

    ended = pipeline.etl("run")

    assert ended.returncode == PARTLY, ended.stderr
    assert "soundcloud pop" in ended.stderr
    reported = pipeline.results()
    assert {reported["lists"][f"soundcloud {genre}"][0] for genre in GENRES} == {"failed"}
    assert {len(chart) for chart in reported["charts"].values()} == {5}, "on the two that answered"


def test_the_next_run_fetches_failed_lists_and_waits_for_busy_services(
    pipeline: Pipeline, services: FakeService
):
    rap = spotify_path("rap")
    usual = services.usual[rap]
    services.usual[rap] = answers({"error": {"message": "broken"}}, status=500)
    assert pipeline.etl("run").returncode == PARTLY
    before = pipeline.results()
    services.usual[rap] = usual
    services.then(rap, answers({}, status=429, headers={"Retry-After": "1"}))
    asked = len(services.asked_for(rap))

    ended = pipeline.etl("run")

    assert ended.returncode == OK, ended.stderr
    assert len(services.asked_for(rap)) == asked + 2

    after = pipeline.results()
    assert (before["lists"]["spotify rap"][0], after["lists"]["spotify rap"]) == ("failed", ["ok", 8])
    assert (len(after["lists"]), {status for status, _ in after["lists"].values()}) == (12, {"ok"})
    assert len(before["charts"].pop("rap")) < 7
    assert {genre: len(chart) for genre, chart in after["charts"].items()} == dict.fromkeys(GENRES, 7)
    assert before["charts"].items() <= after["charts"].items()


def test_ctrl_c_does_not_wait_for_a_silent_service_and_the_next_run_completes_the_work(
    pipeline: Pipeline, services: FakeService
):
    gate = held_back(services)
    command = ("-m", "server.cli", "etl", "run")
    run = pipeline.begun(*command, ETL_TIMEOUT_SECONDS=str(int(SILENCE_SECONDS)))
    assert gate.reached.wait(PATIENCE_SECONDS)

    interrupted_at = time.monotonic()
    run.interrupt()
    code, said = run.ended()
    seconds = time.monotonic() - interrupted_at
    gate.opened.set()

    assert code == INTERRUPTED, said
    assert seconds < END_SECONDS
    assert "Interrupted. The next run continues from here." in said
    assert "Traceback" not in said
    assert "extract: interrupted" in pipeline.etl("status").stdout
    assert pipeline.etl("run").returncode == OK
    assert pipeline.results()["runs"].count("interrupted") == 1
