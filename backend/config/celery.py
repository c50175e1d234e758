"""The Celery app: it carries the word that something is due from whoever asked to a worker.

`celery --app config worker` and `celery --app config beat` run it in processes of their own, with Redis in
between; `config.own_jobs` runs both within the server.
"""

import os
from functools import partial
from typing import Any

from celery import Celery, signals
from celery.beat import Service
from celery.worker import WorkController

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from django.conf import settings

from apps.jobs.beat import TableScheduler
from apps.jobs.messages import tell_workers
from apps.jobs.models import Role
from apps.jobs.pulse import Pulse, PulseThread
from apps.jobs.work import Workbench

# Jobs of one process that run at once. One of them may take minutes; a process runs only one such.
THREADS = 2
# How long a worker of its own lets jobs end by themselves when it is told to stop.
STOP_SECONDS = 8.0

WITHIN_PROCESS = {"broker_url": "memory://localhost", "broker_transport": "apps.jobs.transport:Transport"}

# Without Celery's way with Django: it would check the project anew, and close connections that we look after.
app = Celery("tutti", fixups=set())
app.set_default()
app.conf.update(
    # The table has results, retries and leases: a message only says that there is something to do.
    task_ignore_result=True,
    task_default_queue="jobs",
    worker_prefetch_multiplier=0,
    worker_concurrency=THREADS,
    worker_pool="apps.jobs.job_threads:JobThreads",
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    beat_scheduler="apps.jobs.beat:TableScheduler",
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # Of late acknowledged tasks alone, which there are none of; without it Celery warns each time.
    worker_cancel_long_running_tasks_on_connection_loss=True,
)


def broker_address(redis_url: str) -> str:
    """As Celery writes it: a socket file is `redis+socket://` there."""
    scheme, _, rest = redis_url.partition("://")
    return f"redis+socket://{rest}".replace("?db=", "?virtual_host=") if scheme == "unix" else redis_url


if settings.REDIS_URLS:
    app.conf.update(
        # Of several hosts the first, as for the limits.
        broker_url=broker_address(settings.REDIS_URLS[0]),
        # A wait at Redis takes up to 10 seconds, which costs an idle worker little.
        broker_transport_options={"polling_interval": 10, "socket_timeout": 15, "socket_keepalive": True},
    )
else:
    app.conf.update(WITHIN_PROCESS)

WORKBENCH = Workbench()


@app.task(name="jobs.work", ignore_result=True)  # type: ignore[untyped-decorator]  # Celery has no types
def work() -> None:
    """Something is due: runs it, and all else that is."""
    WORKBENCH.work()


def send_word(after_seconds: float) -> None:
    """To as many workers' threads as one process has: each runs what is due until nothing is."""
    for _ in range(THREADS):
        work.apply_async(countdown=after_seconds or None)


@signals.setup_logging.connect  # type: ignore[untyped-decorator]
def leave_logging_alone(**_: Any) -> None:
    """Django's settings say how; Celery asks whether anybody else does."""


# --- Within the server -------------------------------------------------------------------------------

# All of Celery is loaded with this module: threads that load parts of it at once wait for each other in vain.


def worker_of_server() -> Any:
    """Its `start` returns when it has ended."""
    quiet = {"without_heartbeat": True, "without_mingle": True, "without_gossip": True}
    # Its own loop: the other one replaces locks of the whole process.
    return WorkController(app=app, use_eventloop=False, loglevel="WARNING", **quiet)


def beat_of_server(pulse: Pulse) -> Any:
    return Service(app, scheduler_cls=partial(TableScheduler, pulse=pulse))


# --- A worker in a process of its own ----------------------------------------------------------------

_pulse = Pulse(Role.WORKER)
_pulse_thread = PulseThread(_pulse, is_alive=lambda: True, also=WORKBENCH.renew)


@signals.worker_ready.connect  # type: ignore[untyped-decorator]
def begin_pulse(**_: Any) -> None:
    _pulse_thread.start()
    tell_workers()  # of what has waited for one


@signals.worker_shutting_down.connect  # type: ignore[untyped-decorator]
def stop_taking(**_: Any) -> None:
    WORKBENCH.stop_taking()


@signals.worker_shutdown.connect  # type: ignore[untyped-decorator]
def end_pulse(**_: Any) -> None:
    _pulse_thread.stop()
    WORKBENCH.stop(within_seconds=STOP_SECONDS)
    _pulse.end()
