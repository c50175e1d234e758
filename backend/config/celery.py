"""The Celery app of the server mode: notifies workers of due runs, and triggers the scheduler.

`celery --app config worker` and `celery --app config beat` are Celery's own, with Redis in between. Tasks
return immediately: the project's own threads run jobs, as in the server (`server.embedded_worker`).
"""

import atexit
import logging
import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.jobs import scheduler
from apps.jobs.models import Role
from apps.jobs.services import WorkerNotifier, notify_workers, set_worker_notifier
from apps.jobs.worker import HeartbeatThread, ProcessHeartbeat, Worker, WorkerThreads
from core.database import live_deadline_seconds, released_connection, response_deadline

logger = logging.getLogger(__name__)

# The time for jobs to finish when a Celery worker is stopped.
STOP_SECONDS = 8.0


def broker_address(redis_url: str) -> str:
    """The URL in Celery's format, which has `redis+socket://` for a socket file."""
    scheme, _, rest = redis_url.partition("://")
    return f"redis+socket://{rest}".replace("?db=", "?virtual_host=") if scheme == "unix" else redis_url


if not settings.REDIS_URLS:
    raise ImproperlyConfigured("Celery needs REDIS_URL; without it, the server runs jobs itself.")

# Without Celery's Django integration: it would check the project again, and close our connections.
app = Celery("tutti", fixups=set())
app.set_default()
app.conf.update(
    # The first of several hosts, as for rate limits.
    broker_url=broker_address(settings.REDIS_URLS[0]),
    # Blocking reads of up to 10 seconds cost an idle worker little.
    broker_transport_options={"polling_interval": 10, "socket_timeout": 15, "socket_keepalive": True},
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # Results, retries and leases are in the table: a message is only a notification.
    task_ignore_result=True,
    task_default_queue="jobs",
    worker_pool="threads",
    worker_concurrency=1,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    # Affects only late acknowledged tasks, which are not used; without it Celery logs warnings.
    worker_cancel_long_running_tasks_on_connection_loss=True,
    # Nothing is stored between starts: the table has the state of schedules.
    beat_scheduler="celery.beat:Scheduler",
    beat_schedule={
        "tick": {
            "task": "jobs.tick",
            "schedule": scheduler.POLL_SECONDS,
            "options": {"expires": scheduler.POLL_SECONDS},  # or they accumulate without a worker
        }
    },
)

worker = Worker()
worker_threads = WorkerThreads(worker)


@app.task(name="jobs.work")  # type: ignore[untyped-decorator]  # Celery has no types
def work() -> None:
    """Wakes the worker's threads: a run is due."""
    worker_threads.notify(0.0)


@app.task(name="jobs.tick")  # type: ignore[untyped-decorator]
def tick() -> None:
    """Beat's only entry: requests scheduled runs, and looks for due runs without a notification."""
    scheduler.tick_safely()


def notify_celery(after_seconds: float) -> None:
    work.apply_async(countdown=after_seconds or None)


@signals.setup_logging.connect  # type: ignore[untyped-decorator]
def leave_logging_alone(**_: Any) -> None:
    """Keeps Django's logging configuration: a connected receiver disables Celery's."""


# --- A worker ----------------------------------------------------------------------------------------

_heartbeat = ProcessHeartbeat(Role.WORKER)
_heartbeat_thread = HeartbeatThread(_heartbeat, is_alive=lambda: worker_threads.are_alive, also=worker.renew)


@signals.worker_ready.connect  # type: ignore[untyped-decorator]
def start_worker(**_: Any) -> None:
    set_worker_notifier(WorkerNotifier(notify_celery))
    worker_threads.start()
    _heartbeat_thread.start()
    notify_workers()  # of runs that have waited for a worker


@signals.worker_shutting_down.connect  # type: ignore[untyped-decorator]
def stop_taking(**_: Any) -> None:
    worker.stop_taking()


@signals.worker_shutdown.connect  # type: ignore[untyped-decorator]
def stop_worker(**_: Any) -> None:
    _heartbeat_thread.stop()
    worker.stop(within_seconds=STOP_SECONDS)
    _heartbeat.end()


# --- Beat --------------------------------------------------------------------------------------------

_beat_heartbeat = ProcessHeartbeat(Role.BEAT)


@signals.beat_init.connect  # type: ignore[untyped-decorator]
def start_beat(**_: Any) -> None:
    """Beat is alive as long as its messages reach the broker."""
    record_beat_heartbeat()
    signals.after_task_publish.connect(record_beat_heartbeat)
    atexit.register(stop_beat)


def record_beat_heartbeat(**_: Any) -> None:
    try:
        with released_connection(), response_deadline(live_deadline_seconds()):
            _beat_heartbeat.beat()
    except Exception as error:  # beat survives all errors of the database
        logger.warning("Process heartbeat failed: %r", error)


def stop_beat() -> None:
    try:
        with released_connection():
            _beat_heartbeat.end()
    except Exception as error:
        logger.warning("Could not record the end of the scheduler: %r", error)
