"""The pipeline of charts killed, doubled, replayed, and left by its database: the next run completes it."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.tests.providers.fake_service import FakeService
from tests.conftest import PreparedData, Size
from tests.faults.charts import (
    PATIENCE_SECONDS,
    Pipeline,
    held_back,
    settings_for,
    usual_answers,
)
from tests.faults.conftest import prepared_in
from tests.processes import TuttiServer
from tests.services import Postgres

OK, FAILED, PARTLY, RUNNING = 0, 1, 3, 4
Charts = tuple[object, object, object]


@pytest.fixture
def services() -> Iterator[FakeService]:
    with FakeService(usual_answers()) as started:
        yield started


@pytest.fixture
def pipeline(size: Size, prepared_data: PreparedData, services: FakeService) -> Iterator[Pipeline]:
    server = TuttiServer(**prepared_data.options(size), environment=settings_for(services.url))
    yield Pipeline(server.environment)
    server.delete_data()


@pytest.fixture(scope="module")
def undisturbed(prepared_data: PreparedData) -> Iterator[Charts]:
    """The results of an undisturbed run: the same in both sizes."""
    with FakeService(usual_answers()) as services:
        server = TuttiServer(**prepared_data.options("embedded"), environment=settings_for(services.url))
        undisturbed = Pipeline(server.environment)
        assert undisturbed.etl("run").returncode == OK
        yield charts_of(undisturbed.results())
        server.delete_data()


def charts_of(reported: dict[str, Any]) -> Charts:
    return reported["lists"], reported["charts"], reported["unpublished"]


def test_a_killed_run_is_completed_by_the_next_and_further_runs_change_nothing(
    pipeline: Pipeline, undisturbed: Charts, services: FakeService
):
    """Killed within a stage, and behind two; not run beside itself, and run and replayed once it is done."""
    held = held_back(services)
    run = pipeline.begun("manage.py", "etl", "run")
    assert held.reached.wait(PATIENCE_SECONDS)
    run.kill()
    held.opened.set()
    for stage in ("extracted", "aggregated"):
        pipeline.begun_with_gate(stage).kill()

    last = pipeline.begun_with_gate("published")
    beside = pipeline.etl("run")
    code, said = last.ended()

    assert beside.returncode == RUNNING
    assert "Another run of the pipeline is active." in beside.stderr
    assert code == OK, said
    reported = pipeline.results()
    assert charts_of(reported) == undisturbed
    assert reported["runs"].count("interrupted") == 1, "the other two died between two stages"

    assert pipeline.etl("run").returncode == OK, "the lock went with its process"
    for _ in range(2):
        assert pipeline.etl("replay", "--since", "2000-01-01").returncode == OK

    assert {**pipeline.results(), "runs": []} == {**reported, "runs": []}


@pytest.fixture
def on_own_postgres(
    own_postgres: Postgres, prepared_data: PreparedData, services: FakeService
) -> Iterator[Pipeline]:
    settings = settings_for(services.url) | {"ETL_TIMEOUT_SECONDS": "60"}
    server = TuttiServer(database_url=prepared_in(own_postgres, prepared_data), environment=settings)
    yield Pipeline(server.environment)
    server.delete_data()


def test_a_database_that_fails_or_restarts_during_a_stage_loses_nothing(
    on_own_postgres: Pipeline, own_postgres: Postgres, services: FakeService
):
    held = held_back(services)
    run = on_own_postgres.begun("manage.py", "etl", "run")
    assert held.reached.wait(PATIENCE_SECONDS)
    own_postgres.kill()
    held.opened.set()
    code, said = run.ended()
    assert code == FAILED, said
    assert "The database cannot be used" in said, said
    own_postgres.start()

    held = held_back(services)
    run = on_own_postgres.begun("manage.py", "etl", "run")
    assert held.reached.wait(PATIENCE_SECONDS)
    own_postgres.kill()
    own_postgres.start()
    held.opened.set()
    code, said = run.ended()
    assert code in {OK, FAILED, PARTLY}, said

    ended = on_own_postgres.etl("run")

    assert ended.returncode == OK, ended.stderr
    reported = on_own_postgres.results()
    assert (len(reported["lists"]), reported["unpublished"]) == (12, 0)
    assert {len(chart) for chart in reported["charts"].values()} == {7}
    assert "interrupted" in reported["runs"]
