"""Servers with jobs of the tests' own, and what becomes of these."""

import signal
import sys
from pathlib import Path
from typing import Any

import httpx

from tests.preloaded import start_program
from tests.processes import BACKEND, PlainDaphne, TuttiServer
from tests.services import PATIENCE_SECONDS, wait_for

PROGRAM = Path(__file__).with_name("server_with_jobs.py")
JOBS = "/api/tests/jobs/"


class JobsServer(TuttiServer):
    """A server, as `start-daphne.sh` runs it."""

    def _command(self) -> list[str]:
        return [sys.executable, str(PROGRAM), *self._arguments]

    def request(self, kind: str, key: str = "", **arguments: Any) -> str:
        """The id of the job."""
        with self.client() as http:
            response = http.post(JOBS, json={"kind": f"tests.{kind}", "key": key, "arguments": arguments})
        assert response.status_code == 200, response.text
        job_id: str = response.json()["job_id"]
        return job_id

    def status(self, job_id: str) -> dict[str, Any]:
        response = httpx.get(f"{self.base_url}{JOBS}", params={"id": job_id}, timeout=30)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    def ended(self, job_id: str) -> dict[str, Any]:
        """Waits until it has."""
        return wait_for(lambda: self.status(job_id), lambda job: job["finished_at"] is not None)

    def checks(self) -> dict[str, str]:
        response = httpx.get(f"{self.base_url}/api/health/ready", timeout=30)
        assert response.status_code == 200
        checks: dict[str, str] = response.json()["checks"]
        return checks


class PlainJobsServer(PlainDaphne, JobsServer):
    """Plain `daphne` with the tests' jobs: it can be asked for them, and runs none."""

    def _command(self) -> list[str]:
        # A program that runs Daphne by its command line, after the jobs were declared.
        run = "import sys, runpy; sys.path.insert(0, {folder!r}); import server_with_jobs; {daphne}"
        bind = ["daphne", "-b", "127.0.0.1", "-p", self.environment["PORT"], "config.asgi:application"]
        daphne = f"sys.argv = {bind!r}; runpy.run_module('daphne', run_name='__main__')"
        return [sys.executable, "-c", run.format(folder=str(PROGRAM.parent), daphne=daphne)]


class CeleryProcess:
    """`celery worker` or `celery beat` beside a server, with the tests' jobs."""

    def __init__(self, role: str, server: TuttiServer, log: Path) -> None:
        command = [sys.executable, str(PROGRAM), role]
        with log.open("ab") as output:
            self._process = start_program(
                command, cwd=BACKEND, env=server.environment, stdout=output, stderr=output
            )

    def __enter__(self) -> "CeleryProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE_SECONDS)

    def stop(self) -> int:
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(PATIENCE_SECONDS)


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def wait_for_lines(file: Path, expected: list[str]) -> None:
    wait_for(lambda: lines(file), lambda seen: seen == expected)
