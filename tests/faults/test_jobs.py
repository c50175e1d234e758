"""Jobs in real processes: run at once, taken up after a kill, and not waited for when nobody is there."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ReadyMadeData, Size
from tests.faults.jobs import (
    CeleryProcess,
    JobsServer,
    PlainJobsServer,
    lines,
    wait_for,
    wait_for_lines,
)
from tests.live.conftest import shared_with

# Beat leaves a run alone for so long: one that ends sooner was begun by a word.
AT_ONCE_SECONDS = 3.0
STOP_SECONDS = 6.0
Start = Callable[..., JobsServer]


@pytest.fixture
def start(size: Size, ready_made_data: ReadyMadeData) -> Iterator[Start]:
    with ExitStack() as running:

        def start_one(kind: type[JobsServer] = JobsServer, **options: Any) -> JobsServer:
            data = {} if "data_folder" in options else ready_made_data.options(size)
            return running.enter_context(kind(**data, **options))

        yield start_one


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    return tmp_path / "gate"


def test_a_job_is_run_at_once_and_again_after_a_failure_a_kill_and_a_stop(
    start: Start, tmp_path: Path
) -> None:
    server = start()
    done = tmp_path / "done"
    server.ended(server.request("quick", "first", file=str(done)))  # Celery is loaded now
    took = []
    for number in range(3):
        asked_at = time.monotonic()
        told = server.ended(server.request("quick", f"user:{number}", file=str(done)))
        took.append(time.monotonic() - asked_at)
        assert (told["status"], told["attempts"]) == ("succeeded", 1)
    assert min(took) < AT_ONCE_SECONDS, took
    assert server.checks()["jobs"] == "ok"

    failing = tmp_path / "failing"
    told = server.ended(server.request("failing", file=str(failing)))
    assert (told["status"], told["attempts"]) == ("failed", 2)
    assert told["error"] == {"code": "INTERNAL_ERROR"}
    assert lines(failing) == ["begun", "begun"]

    killed, gate = tmp_path / "killed", tmp_path / "gate"
    job_id = server.request("slow", file=str(killed), gate=str(gate))
    wait_for_lines(killed, ["begun"])
    server.kill()
    server.start()
    assert server.status(job_id)["status"] == "running"
    wait_for_lines(killed, ["begun", "begun"])
    gate.touch()
    told = server.ended(job_id)
    assert (told["status"], told["attempts"]) == ("succeeded", 2)
    assert lines(killed) == ["begun", "begun", "done"]

    stopped, gate = tmp_path / "stopped", tmp_path / "another gate"
    job_id = server.request("slow", "stopped", file=str(stopped), gate=str(gate))
    wait_for_lines(stopped, ["begun"])
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < STOP_SECONDS
    assert "jobs were broken off" in server.log
    server.start()
    gate.touch()
    told = server.ended(job_id)
    assert (told["status"], told["attempts"]) == ("succeeded", 1)


def test_two_processes_share_jobs_and_the_other_one_goes_on(start: Start, file: Path, gate: Path) -> None:
    """Also on one SQLite file: what another process asked for is found in the table."""
    one = start()
    other = start(**shared_with(one))
    job_id = one.request("slow", file=str(file), gate=str(gate))
    wait_for_lines(file, ["begun"])
    gate.touch()
    assert one.ended(job_id)["attempts"] == 1
    gate.unlink()

    job_id = one.request("slow", "again", file=str(file), gate=str(gate))
    wait_for(lambda: lines(file).count("begun"), lambda number: number == 2)
    one.kill()
    other.kill()
    other.start()
    gate.touch()
    assert other.ended(job_id)["status"] == "succeeded"


@pytest.mark.parametrize("size", ["embedded"], indirect=True)
def test_plain_daphne_serves_and_says_that_nobody_runs_jobs(start: Start, file: Path) -> None:
    server = start(PlainJobsServer)
    checks = server.checks()
    assert (checks["database"], checks["channel_layer"], checks["jobs"]) == ("ok", "ok", "unavailable")
    job_id = server.request("quick", file=str(file))
    assert server.status(job_id)["status"] == "queued"
    told = server.ended(job_id)

    assert (told["status"], told["error"]) == ("failed", {"code": "WORKER_AWAY"})
    assert lines(file) == []


@pytest.mark.parametrize("size", ["server"], indirect=True)
def test_celerys_own_processes_do_it_for_a_server_that_does_not(
    start: Start, file: Path, gate: Path, tmp_path: Path
) -> None:
    server = start(environment={"JOBS_IN_SERVER": "false"})
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
