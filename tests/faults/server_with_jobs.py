"""The program of `JobsServer`: Tutti with jobs and an address of the tests' own, and short leases.

Started as `server` is, or with `worker` or `beat` as Celery's own processes are.
"""

# ruff: noqa: E402 - Django is set up between the imports

import os
import sys
from datetime import timedelta
from pathlib import Path
from threading import Event
from uuid import UUID

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
sys.path.insert(0, str(Path.cwd()))

import django

django.setup()

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from apps.jobs import leases, scheduler, selectors, services, worker
from apps.jobs import registry as failures
from apps.jobs.payloads import job_payload
from apps.jobs.registry import job, job_named
from apps.jobs.services import get_run
from config import urls

leases.LEASE = timedelta(seconds=3)
worker.HEARTBEAT_EVERY_SECONDS = 0.5
selectors.HEARTBEAT_TTL = timedelta(seconds=2)
scheduler.POLL_SECONDS = 1.0
failures.FIRST_SECONDS = 0.5
# Short only where no process runs jobs: on a busy machine a worker may not report for so long.
if patience := os.environ.get("JOBS_PATIENCE_SECONDS"):
    services.PATIENCE = timedelta(seconds=float(patience))


def note(file: str, word: str) -> None:
    """One line for each time, by any process."""
    with Path(file).open("a") as notes:
        notes.write(f"{word}\n")


@job("tests.quick")
def quick(*, file: str) -> dict[str, str]:
    note(file, "done")
    return {"file": file}


@job("tests.slow")
def slow(*, file: str, gate: str) -> None:
    """Ends when the file `gate` is there. Safe to be killed: what it leaves is a line."""
    note(file, "begun")
    while not Path(gate).exists():
        Event().wait(0.02)
    note(file, "done")


@job("tests.failing", max_attempts=2)
def failing(*, file: str) -> None:
    note(file, "begun")
    raise OSError("away")


@csrf_exempt
def jobs(request: HttpRequest) -> HttpResponse:
    """POST asks for a job, GET says how far it is."""
    if request.method == "POST":
        asked = msgspec.json.decode(request.body)
        run = job_named(asked["kind"]).request(asked["key"], **asked["arguments"]).run
    else:
        run = get_run(UUID(request.GET["id"]))
    return HttpResponse(msgspec.json.encode(job_payload(run)), content_type="application/json")


urls.urlpatterns.insert(0, path("api/tests/jobs/", jobs))

if __name__ == "__main__":
    if sys.argv[1:2] in (["worker"], ["beat"]):
        from config.celery import app

        app.start([*sys.argv[1:], "--loglevel", "WARNING"])
    else:
        from server.__main__ import main

        sys.exit(main())
