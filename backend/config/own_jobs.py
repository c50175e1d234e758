"""The server's own worker and beat: threads beside the one that serves, for who runs nothing else."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from django.db import connection

from apps.jobs.messages import Messenger, tell_workers, tell_workers_by
from apps.jobs.models import Role
from apps.jobs.pulse import Pulse, PulseThread
from apps.jobs.work import Workbench

logger = logging.getLogger(__name__)

# A worker or a beat that ended by itself begins anew after so long.
AGAIN_SECONDS = 5.0
# How long jobs get to end by themselves when the server stops, and then all the rest.
STOP_SECONDS, LAST_SECONDS = 1.0, 1.0


class OwnJobs:
    """Lives as long as the server. Celery is loaded in its threads, so the start need not wait for it."""

    def __init__(self) -> None:
        self._stopping = Event()
        self._workbench: Workbench | None = None
        self._is_working = False
        self._worker_pulse, self._beat_pulse = self._pulses = Pulse(Role.WORKER), Pulse(Role.BEAT)
        self._pulse_thread = PulseThread(
            self._worker_pulse, is_alive=lambda: self._is_working, also=self._renew_leases
        )

    def announce(self) -> None:
        """Before the server is ready: from its first moment on it says that jobs are seen to."""
        for pulse in self._pulses:
            pulse.beat()
        connection.close()

    def start(self) -> None:
        """Returns at once."""
        for name, run in {"jobs-worker": self._run_worker, "jobs-beat": self._run_beat}.items():
            Thread(target=self._keep_running, args=[name, run], name=name, daemon=True).start()
        self._pulse_thread.start()

    def begin_stop(self) -> None:
        """Nothing new is begun. Returns at once."""
        self._stopping.set()
        self._pulse_thread.stop()
        if self._workbench:
            self._workbench.stop_taking()

    def finish(self) -> None:
        """Gives back what has not ended. A database that is away is not waited for."""
        last = Thread(target=self._finish, name="jobs-end", daemon=True)
        last.start()
        last.join(STOP_SECONDS + LAST_SECONDS)

    def _finish(self) -> None:
        try:
            if self._workbench:
                self._workbench.stop(within_seconds=STOP_SECONDS)
            for pulse in self._pulses:
                pulse.end()
        except Exception as error:  # leases run out, and pulses are forgotten
            logger.warning("Could not record the end of the worker: %r", error)
        finally:
            connection.close()

    def _keep_running(self, name: str, run: Callable[[], None]) -> None:
        while True:
            try:
                run()
            except BaseException as error:  # Celery ends with SystemExit, too
                logger.error("%s exited; restarting.", name, exc_info=error)
            if self._stopping.wait(AGAIN_SECONDS):
                return

    def _run_worker(self) -> None:
        from config.celery import WORKBENCH, send_word, worker_of_server

        self._workbench = WORKBENCH
        if self._stopping.is_set():
            return
        tell_workers_by(Messenger(send_word))
        worker = worker_of_server()
        tell_workers()  # of what the last process has left
        self._is_working = True
        try:
            worker.start()
        finally:
            self._is_working = False

    def _run_beat(self) -> None:
        from config.celery import beat_of_server

        beat_of_server(self._beat_pulse).start()

    def _renew_leases(self) -> None:
        if self._workbench:
            self._workbench.renew()
