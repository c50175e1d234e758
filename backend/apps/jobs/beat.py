"""Celery's beat, with our own table in place of its file: each turn once, however many beats there are."""

import logging
from typing import Any

from celery.beat import Scheduler

from apps.jobs.models import Role
from apps.jobs.pulse import Pulse
from apps.jobs.turns import LOOK_SECONDS, take_turn
from core.connections import live_deadline_seconds, released_connection, response_deadline

logger = logging.getLogger(__name__)


class TableScheduler(Scheduler):  # type: ignore[misc]  # it has no types
    """Its entries are in `apps.jobs.schedules`, its memory is `ScheduledTurn`."""

    def __init__(self, *args: Any, pulse: Pulse | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._pulse = pulse or Pulse(Role.BEAT)

    def setup_schedule(self) -> None:
        """There is no file to read."""

    def tick(self, *_: Any, **__: Any) -> float:
        """Seconds until it is to be called again."""
        try:
            with released_connection(), response_deadline(live_deadline_seconds()):
                self._pulse.beat()
                return take_turn()
        except Exception as error:  # it must outlive whatever the database does
            logger.warning("Could not check schedules: %r", error)
            return LOOK_SECONDS

    def close(self) -> None:
        """The end of a beat of its own; one within a server ends with that."""
        try:
            with released_connection():
                self._pulse.end()
        except Exception as error:
            logger.warning("Could not record the end of the scheduler: %r", error)
