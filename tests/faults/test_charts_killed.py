"""The pipeline of charts killed, doubled, replayed, and left by its database: the next run completes it."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from core.tests.providers.stand_in import StandIn
from tests.conftest import ReadyMadeData, Size
from tests.faults.charts import (
    PATIENCE_SECONDS,
    PROGRAMS,
    SOUNDCLOUD,
    Gate,
    Pipeline,
    settings_for,
    usual_answers,
)
from tests.processes import TuttiServer, prepare
from tests.services import Postgres

OK, FAILED, PARTLY, RUNNING, STOPPED = 0, 1, 3, 4, 130
NewPipeline = Callable[[], Pipeline]


@pytest.fixture
def services() -> Iterator[StandIn]:
    with StandIn(usual_answers()) as started:
        yield started


@pytest.fixture
def new_pipeline(size: Size, ready_made_data: ReadyMadeData, services: StandIn) -> Iterator[NewPipeline]:
    with ExitStack() as made:

        def make() -> Pipeline:
            server = TuttiServer(**ready_made_data.options(size), environment=settings_for(services.url))
            made.callback(server.throw_away)
            return Pipeline(server.environment)

        yield make


@pytest.fixture
def gate(tmp_path: Path) -> dict[str, str]:
    return {"GATE_REACHED": str(tmp_path / "reached"), "GATE_OPEN": str(tmp_path / "open")}


def wait_for_file(file: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not Path(file).exists():
        assert time.monotonic() < deadline, f"{file} did not come"
        time.sleep(0.02)


def charts_of(pipeline: Pipeline) -> tuple[object, object, object]:
    told = pipeline.told()
    return told["lists"], told["charts"], told["unpublished"]


@pytest.mark.parametrize("after", ["extracted", "aggregated", "published"])
def test_killed_between_two_stages_the_next_run_completes_it(
    new_pipeline: NewPipeline, gate: dict[str, str], after: str
):
    killed, undisturbed = new_pipeline(), new_pipeline()
    assert undisturbed.etl("run").returncode == OK
    run = killed.begun(str(PROGRAMS / "etl_with_a_gate.py"), after, "run", **gate)
    wait_for_file(gate["GATE_REACHED"])
    run.kill()
    run.communicate()

    ended = killed.etl("run")

    assert ended.returncode == OK, ended.stderr
    assert charts_of(killed) == charts_of(undisturbed)


def test_killed_within_a_stage_the_next_run_completes_it_and_says_that_it_was(
    new_pipeline: NewPipeline, services: StandIn
):
    killed, undisturbed = new_pipeline(), new_pipeline()
    assert undisturbed.etl("run").returncode == OK
    held = Gate(services._usual[SOUNDCLOUD])
    services.then(SOUNDCLOUD, held)
    run = killed.begun("manage.py", "etl", "run")
    assert held.reached.wait(PATIENCE_SECONDS)
    run.kill()
    run.communicate()
    held.opened.set()

    assert killed.etl("run").returncode == OK

    assert charts_of(killed) == charts_of(undisturbed)
    assert killed.told()["runs"].count("interrupted") == 1


def test_stopped_by_hand_it_says_so_and_the_next_run_does_the_rest(
    new_pipeline: NewPipeline, services: StandIn
):
    pipeline = new_pipeline()
    held = Gate(services._usual[SOUNDCLOUD])
    services.then(SOUNDCLOUD, held)
    # What a shell runs in the background would have it ignored.
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    run = pipeline.begun("-m", "config.command_line", "etl", "run")
    signal.signal(signal.SIGINT, usual)
    assert held.reached.wait(PATIENCE_SECONDS)

    run.send_signal(signal.SIGINT)
    held.opened.set()
    said, _ = run.communicate(timeout=PATIENCE_SECONDS)

    assert run.returncode == STOPPED, said
    assert "Stopped. The next run does what this one left." in said
    assert "Traceback" not in said
    assert pipeline.etl("run").returncode == OK
    assert pipeline.told()["runs"].count("interrupted") == 1


def test_two_runs_never_overlap(new_pipeline: NewPipeline, gate: dict[str, str]):
    pipeline = new_pipeline()
    first = pipeline.begun(str(PROGRAMS / "etl_with_a_gate.py"), "extracted", "run", **gate)
    wait_for_file(gate["GATE_REACHED"])

    second = pipeline.etl("run")

    assert second.returncode == RUNNING
    assert "goes on" in second.stderr
    Path(gate["GATE_OPEN"]).touch()
    said, _ = first.communicate(timeout=PATIENCE_SECONDS)
    assert first.returncode == OK, said
    assert pipeline.etl("run").returncode == OK, "the lock went with its process"


def test_a_second_run_and_replaying_twice_change_nothing(new_pipeline: NewPipeline):
    pipeline = new_pipeline()
    assert pipeline.etl("run").returncode == OK
    before = pipeline.told()

    assert pipeline.etl("run").returncode == OK
    for _ in range(2):
        assert pipeline.etl("replay", "--since", "2000-01-01").returncode == OK

    after = pipeline.told()
    assert {**after, "runs": []} == {**before, "runs": []}


@pytest.fixture
def on_own_postgres(own_postgres: Postgres, services: StandIn) -> Iterator[Pipeline]:
    server = TuttiServer(database_url=own_postgres.create_database(), environment=settings_for(services.url))
    prepare(server.environment)
    yield Pipeline(server.environment)
    server.throw_away()


def test_the_database_is_restarted_within_a_stage(
    on_own_postgres: Pipeline, own_postgres: Postgres, services: StandIn
):
    held = Gate(services._usual[SOUNDCLOUD])
    services.then(SOUNDCLOUD, held)
    run = on_own_postgres.begun("manage.py", "etl", "run", ETL_TIMEOUT_SECONDS="60")
    assert held.reached.wait(PATIENCE_SECONDS)
    own_postgres.kill()
    own_postgres.start()
    held.opened.set()
    said, _ = run.communicate(timeout=PATIENCE_SECONDS)
    assert run.returncode in {OK, FAILED, PARTLY}, said

    ended = on_own_postgres.etl("run")

    assert ended.returncode == OK, ended.stderr
    lists, charts, unpublished = charts_of(on_own_postgres)
    assert (len(lists), unpublished) == (12, 0)  # type: ignore[arg-type]
    assert {len(chart) for chart in charts.values()} == {7}  # type: ignore[attr-defined]


def test_the_database_goes_away_within_a_stage_and_comes_back_later(
    on_own_postgres: Pipeline, own_postgres: Postgres, services: StandIn
):
    held = Gate(services._usual[SOUNDCLOUD])
    services.then(SOUNDCLOUD, held)
    run = on_own_postgres.begun("manage.py", "etl", "run", ETL_TIMEOUT_SECONDS="60")
    assert held.reached.wait(PATIENCE_SECONDS)
    own_postgres.kill()
    held.opened.set()
    said, _ = run.communicate(timeout=PATIENCE_SECONDS)
    assert run.returncode == FAILED, said
    assert "The database cannot be used" in said, said
    own_postgres.start()

    assert on_own_postgres.etl("run").returncode == OK

    told = on_own_postgres.told()
    assert {len(chart) for chart in told["charts"].values()} == {7}
    assert "interrupted" in told["runs"]
