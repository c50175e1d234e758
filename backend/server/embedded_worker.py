"""The embedded job worker and scheduler: threads of the server process, without Celery."""

import logging
from threading import Event, Thread

from django.db import connection

from apps.jobs.models import Role
from apps.jobs.scheduler import tick_safely
from apps.jobs.services import notify_workers, set_worker_notifier
from apps.jobs.worker import HeartbeatThread, ProcessHeartbeat, Worker, WorkerThreads

logger = logging.getLogger(__name__)

# The time for jobs to finish when the server stops, and then for the rest.
STOP_SECONDS, LAST_SECONDS = 1.0, 1.0


class EmbeddedWorker:
    """Worker and scheduler for the lifetime of the server."""

    def __init__(self) -> None:
        self._stopping = Event()
        self._worker = Worker()
        self._threads = WorkerThreads(self._worker)
        self._worker_heartbeat, self._scheduler_heartbeat = self._heartbeats = (
            ProcessHeartbeat(Role.WORKER),
            ProcessHeartbeat(Role.BEAT),
        )
        self._heartbeat_thread = HeartbeatThread(
            self._worker_heartbeat, is_alive=lambda: self._threads.are_alive, also=self._worker.renew
        )

    def announce(self) -> None:
        """Records heartbeats before the server is ready, so that its first health check reports a worker."""
        for heartbeat in self._heartbeats:
            heartbeat.beat()
        connection.close()

    def start(self) -> None:
        """Returns immediately."""
        set_worker_notifier(self._threads)
        self._threads.start()
        notify_workers()  # of open runs of the previous process
        Thread(target=self._schedule, name="jobs-scheduler", daemon=True).start()
        self._heartbeat_thread.start()

    def begin_stop(self) -> None:
        """Starts no more runs. Returns immediately."""
        self._stopping.set()
        self._heartbeat_thread.stop()
        self._worker.stop_taking()

    def finish(self) -> None:
        """Releases unfinished runs. Does not wait for an unavailable database."""
        last = Thread(target=self._finish, name="jobs-end", daemon=True)
        last.start()
        last.join(STOP_SECONDS + LAST_SECONDS)

    def _finish(self) -> None:
        try:
            self._worker.stop(within_seconds=STOP_SECONDS)
            for heartbeat in self._heartbeats:
                heartbeat.end()
        except Exception as error:  # leases run out, and heartbeats expire
            logger.warning("Could not record the end of the worker: %r", error)
        finally:
            connection.close()

    def _schedule(self) -> None:
        while not self._stopping.wait(tick_safely(self._scheduler_heartbeat.beat)):
            pass
