"""How a process shows that it sees to jobs: by a row that it touches again and again."""

import logging
import os
import secrets
from collections.abc import Callable
from datetime import datetime
from socket import gethostname
from threading import Event, Thread

from django.utils import timezone

from apps.jobs.models import JobProcess, Role
from apps.jobs.selectors import BELIEVED_FOR, PULSE_SECONDS
from core.connections import live_deadline_seconds, released_connection, response_deadline

logger = logging.getLogger(__name__)

MAX_HOST_CHARACTERS = 60
# Tells this process from others that had its number.
_OWN_TOKEN = secrets.token_hex(3)


def own_name(role: Role) -> str:
    """Such as worker@host:123:9f3c2a; the same each time in one process."""
    return f"{role}@{own_host()}:{os.getpid()}:{_OWN_TOKEN}"


def own_host() -> str:
    return gethostname()[:MAX_HOST_CHARACTERS]


def is_seen_here(role: str) -> bool:
    """Whether some process of this machine, or container, fills the role."""
    own = JobProcess.objects.filter(name__startswith=f"{role}@{own_host()}:")
    return own.filter(seen_at__gt=timezone.now() - BELIEVED_FOR).exists()


class Pulse:
    """One role of this process. Whatever fills it beats through the same object."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.name = own_name(role)
        # What beats once more, at the last moment, is not heard.
        self._has_ended = False

    def beat(self, *, now: datetime | None = None) -> None:
        if self._has_ended:
            return
        now = now or timezone.now()
        if not JobProcess.objects.filter(name=self.name).update(seen_at=now):
            JobProcess.objects.create(name=self.name, role=self.role, started_at=now, seen_at=now)

    def end(self) -> None:
        """The process leaves in order: nobody believes in it any longer."""
        self._has_ended = True
        JobProcess.objects.filter(name=self.name).delete()


class PulseThread:
    """Beats for as long as `is_alive`, and does what has to be done as often, from a thread of its own."""

    def __init__(
        self, pulse: Pulse, *, is_alive: Callable[[], bool], also: Callable[[], None] | None = None
    ) -> None:
        self._pulse = pulse
        self._is_alive = is_alive
        self._also = also
        self._stopping = Event()

    def start(self) -> None:
        Thread(target=self._run, name=f"jobs-pulse-{self._pulse.role}", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def _run(self) -> None:
        while True:
            try:
                with released_connection(), response_deadline(live_deadline_seconds()):
                    self._beat_once()
            except Exception as error:  # it must outlive whatever the database does
                logger.warning("Process heartbeat failed: %r", error)
            if self._stopping.wait(PULSE_SECONDS):
                return

    def _beat_once(self) -> None:
        if self._is_alive():
            self._pulse.beat()
        if self._also:
            self._also()
