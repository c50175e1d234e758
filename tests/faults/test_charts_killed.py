"""The pipeline of charts killed, doubled, replayed, and left by its database: the next run completes it."""

from collections.abc import Iterator

import pytest

from core.tests.providers.stand_in import StandIn
from tests.conftest import ReadyMadeData, Size
from tests.faults.charts import (
    PATIENCE_SECONDS,
    Pipeline,
    held_back,
    settings_for,
    usual_answers,
)
from tests.faults.conftest import copied_into
from tests.processes import TuttiServer
from tests.services import Postgres

OK, FAILED, PARTLY, RUNNING, STOPPED = 0, 1, 3, 4, 130
Charts = tuple[object, object, object]


@pytest.fixture
def services() -> Iterator[StandIn]:
    with StandIn(usual_answers()) as started:
        yield started


@pytest.fixture
def pipeline(size: Size, ready_made_data: ReadyMadeData, services: StandIn) -> Iterator[Pipeline]:
    server = TuttiServer(**ready_made_data.options(size), environment=settings_for(services.url))
    yield Pipeline(server.environment)
    server.throw_away()


@pytest.fixture(scope="module")
def undisturbed(size: Size, ready_made_data: ReadyMadeData) -> Iterator[Charts]:
    """What a run makes that nobody disturbs."""
    with StandIn(usual_answers()) as services:
        server = TuttiServer(**ready_made_data.options(size), environment=settings_for(services.url))
        undisturbed = Pipeline(server.environment)
        assert undisturbed.etl("run").returncode == OK
        yield charts_of(undisturbed)
        server.throw_away()


def charts_of(pipeline: Pipeline) -> Charts:
    told = pipeline.told()
    return told["lists"], told["charts"], told["unpublished"]


def test_however_often_it_is_killed_the_next_run_completes_it(
    pipeline: Pipeline, undisturbed: Charts, services: StandIn
):
    """Within a stage, and behind each of three."""
    held = held_back(services)
    run = pipeline.begun("manage.py", "etl", "run")
    assert held.reached.wait(PATIENCE_SECONDS)
    run.kill()
    held.opened.set()
    stages = ("extracted", "aggregated", "published")
    for stage in stages:
        pipeline.begun_with_gate(stage).kill()

    ended = pipeline.etl("run")

    assert ended.returncode == OK, ended.stderr
    assert charts_of(pipeline) == undisturbed
    assert 1 <= pipeline.told()["runs"].count("interrupted") <= 1 + len(stages)


def test_stopped_by_hand_it_says_so_and_the_next_run_does_the_rest(pipeline: Pipeline, services: StandIn):
    held = held_back(services)
    run = pipeline.begun("-m", "config.command_line", "etl", "run")
    assert held.reached.wait(PATIENCE_SECONDS)

    run.interrupt()
    held.opened.set()
    code, said = run.ended()

    assert code == STOPPED, said
    assert "Interrupted. The next run does what is left." in said
    assert "Traceback" not in said
    assert pipeline.etl("run").returncode == OK
    assert pipeline.told()["runs"].count("interrupted") == 1


def test_two_runs_never_overlap_and_a_second_and_replaying_twice_change_nothing(pipeline: Pipeline):
    first = pipeline.begun_with_gate("extracted")

    second = pipeline.etl("run")

    assert second.returncode == RUNNING
    assert "goes on" in second.stderr
    code, said = first.ended()
    assert code == OK, said
    before = pipeline.told()

    assert pipeline.etl("run").returncode == OK, "the lock went with its process"
    for _ in range(2):
        assert pipeline.etl("replay", "--since", "2000-01-01").returncode == OK

    assert {**pipeline.told(), "runs": []} == {**before, "runs": []}


@pytest.fixture
def on_own_postgres(
    own_postgres: Postgres, ready_made_data: ReadyMadeData, services: StandIn
) -> Iterator[Pipeline]:
    settings = settings_for(services.url) | {"ETL_TIMEOUT_SECONDS": "60"}
    server = TuttiServer(database_url=copied_into(own_postgres, ready_made_data), environment=settings)
    yield Pipeline(server.environment)
    server.throw_away()


def test_the_database_goes_away_within_a_stage_and_then_is_restarted_within_one(
    on_own_postgres: Pipeline, own_postgres: Postgres, services: StandIn
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
    told = on_own_postgres.told()
    assert (len(told["lists"]), told["unpublished"]) == (12, 0)
    assert {len(chart) for chart in told["charts"].values()} == {7}
    assert "interrupted" in told["runs"]
