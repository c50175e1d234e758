"""Jobs in real processes: run at once, resumed after a kill, and not waited for without a worker."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PreparedData, Size
from tests.faults.jobs import (
    CeleryProcess,
    JobsServer,
    PlainJobsServer,
    lines,
    wait_for_lines,
)
from tests.live.conftest import shared_with
from tests.services import wait_for

# Beat leaves a run alone for so long: one that ends sooner was begun by a word.
AT_ONCE_SECONDS = 3.0
STOP_SECONDS = 6.0
Start = Callable[..., JobsServer]


@pytest.fixture
def start(size: Size, prepared_data: PreparedData) -> Iterator[Start]:
    with ExitStack() as running:

        def start_one(kind: type[JobsServer] = JobsServer, **options: Any) -> JobsServer:
            data = {} if "data_folder" in options else prepared_data.options(size)
            return running.enter_context(kind(**data, **options))

        yield start_one


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    return tmp_path / "gate"


def test_two_processes_run_jobs_concurrently_and_again_after_a_failure_a_kill_and_a_stop(
    start: Start, file: Path, gate: Path, tmp_path: Path
) -> None:
    """Also on one SQLite file: what another process asked for is found in the table."""
    one = start()
    other = start(**shared_with(one))
    done, failing = tmp_path / "done", tmp_path / "failing"
    one.ended(one.request("quick", "first", file=str(done)))  # Celery is loaded now
    failed = one.request("failing", file=str(failing))
    took = []
    for number in range(3):
        asked_at = time.monotonic()
        reported = one.ended(one.request("quick", f"user:{number}", file=str(done)))
        took.append(time.monotonic() - asked_at)
        assert (reported["status"], reported["attempts"]) == ("succeeded", 1)
    assert min(took) < AT_ONCE_SECONDS, took
    assert one.checks()["jobs"] == "ok"

    reported = one.ended(failed)
    assert (reported["status"], reported["attempts"]) == ("failed", 2)
    assert reported["error"] == {"code": "INTERNAL_ERROR"}
    assert lines(failing) == ["begun", "begun"]

    job_id = one.request("slow", file=str(file), gate=str(gate))
    wait_for_lines(file, ["begun"])
    one.kill()
    other.kill()
    other.start()
    assert other.status(job_id)["status"] == "running"
    wait_for_lines(file, ["begun", "begun"])
    gate.touch()
    reported = other.ended(job_id)
    assert (reported["status"], reported["attempts"]) == ("succeeded", 2)
    assert lines(file) == ["begun", "begun", "done"]

    stopped, gate = tmp_path / "stopped", tmp_path / "another gate"
    job_id = other.request("slow", "stopped", file=str(stopped), gate=str(gate))
    wait_for_lines(stopped, ["begun"])
    began = time.monotonic()
    assert other.stop() == 0
    assert time.monotonic() - began < STOP_SECONDS
    assert "jobs were interrupted" in other.log
    other.start()
    gate.touch()
    reported = other.ended(job_id)
    assert (reported["status"], reported["attempts"]) == ("succeeded", 1)


@pytest.mark.parametrize("size", ["embedded"], indirect=True)
def test_plain_daphne_serves_and_reports_that_no_process_runs_jobs(start: Start, file: Path) -> None:
    server = start(PlainJobsServer, environment={"JOBS_PATIENCE_SECONDS": "3"})
    checks = server.checks()
    assert (checks["database"], checks["channel_layer"], checks["jobs"]) == ("ok", "ok", "unavailable")
    job_id = server.request("quick", file=str(file))
    assert server.status(job_id)["status"] == "queued"
    reported = server.ended(job_id)

    assert (reported["status"], reported["error"]) == ("failed", {"code": "WORKER_AWAY"})
    assert lines(file) == []


@pytest.mark.parametrize("size", ["server"], indirect=True)
def test_celery_processes_run_the_jobs_of_a_server_without_a_worker(
    start: Start, file: Path, gate: Path, tmp_path: Path
) -> None:
    server = start(environment={"EMBEDDED_JOB_WORKER": "false"})
    assert server.checks()["jobs"] == "unavailable"
    with (
        CeleryProcess("worker", server, tmp_path / "worker.log") as worker,
        CeleryProcess("beat", server, tmp_path / "beat.log") as beat,
    ):
        wait_for(server.checks, lambda checks: checks["jobs"] == "ok")
        assert server.ended(server.request("quick", file=str(file)))["status"] == "succeeded"

        job_id = server.request("slow", file=str(file), gate=str(gate))
        wait_for_lines(file, ["done", "begun"])
        worker.kill()
        wait_for(server.checks, lambda checks: checks["jobs"] == "unavailable")
        with CeleryProcess("worker", server, tmp_path / "second.log") as second:
            wait_for_lines(file, ["done", "begun", "begun"])
            gate.touch()
            assert server.ended(job_id)["attempts"] == 2
            assert second.stop() == 0
        assert beat.stop() == 0
    assert server.checks()["jobs"] == "unavailable"
