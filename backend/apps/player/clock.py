"""The clock of players: wakes when a track ends, in every process; one of them starts the next track.

It sleeps until the next end of a track that plays in any room. Ends that other processes have set are found
by a look at the table every 5 seconds, so that one of them takes over from a process that was killed.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from apps.player.models import Player, Reason, Speaker, State
from apps.player.rules import on_wake_change
from apps.player.services import (
    go_on_after_arrival,
    look_after,
    note_beat,
    purge_expired_speakers,
)
from apps.realtime.database_reads import run_in_reader
from apps.realtime.models import Presence
from core.errors import NotFound
from core.server_clock import measure_clock, server_now
from core.statements import fetch_one

logger = logging.getLogger(__name__)

# Between two looks at the table, while anything plays or a speaker is connected, and otherwise.
LOOK_SECONDS, IDLE_SECONDS = 5.0, 30.0
RETRY_SECONDS = 1.0
# This many rooms are processed between two polls.
ROOMS_PER_QUERY = 100


@dataclass(frozen=True, slots=True)
class ClockPoll:
    """The result of a poll."""

    next_at: datetime | None
    is_active: bool
    has_speakers: bool
    has_failed: bool = False

    def seconds(self, now: datetime) -> float:
        """Until the next look."""
        longest = LOOK_SECONDS if self.is_active else IDLE_SECONDS
        if self.next_at is not None:
            longest = min(longest, (self.next_at - now).total_seconds())
        return max(RETRY_SECONDS if self.has_failed else 0.0, longest)


_SUMMARY = (
    f"SELECT EXISTS (SELECT 1 FROM {Player._meta.db_table} WHERE state = 'playing'),"  # noqa: S608
    f" EXISTS (SELECT 1 FROM {Player._meta.db_table} WHERE reason = 'room_empty'),"
    f" EXISTS (SELECT 1 FROM {Speaker._meta.db_table})"
)


def look() -> ClockPoll:
    """Does all that is due in any room, and returns when to look again. Safe in any number of processes."""
    measure_clock()
    row = fetch_one(_SUMMARY, [])
    assert row is not None  # noqa: S101 - it has no condition
    has_playing, has_waiting, has_speakers = map(bool, row)
    if not (has_playing or has_waiting or has_speakers):
        return ClockPoll(next_at=None, is_active=False, has_speakers=False)
    now = server_now()
    has_failed = False
    if has_speakers:
        has_failed |= _for_each(_rooms_with_expired_speakers(now), purge_expired_speakers)
    if has_playing:
        note_beat()
        has_failed |= _for_each(_due_rooms(now), look_after)
    if has_waiting:
        has_failed |= _for_each(_entered_rooms(now), go_on_after_arrival)
    next_at = Player.objects.aggregate(at=Min("wake_at"))["at"]
    return ClockPoll(next_at, is_active=True, has_speakers=has_speakers, has_failed=has_failed)


def _due_rooms(now: datetime) -> list[str]:
    due = Player.objects.filter(wake_at__lte=now).order_by("wake_at")
    return list(due.values_list("room__slug", flat=True)[:ROOMS_PER_QUERY])


def _rooms_with_expired_speakers(now: datetime) -> list[str]:
    expired = Speaker.objects.filter(expires_at__lte=now).order_by("room__slug")
    return list(expired.values_list("room__slug", flat=True).distinct()[:ROOMS_PER_QUERY])


def _entered_rooms(now: datetime) -> list[str]:
    """Rooms whose players wait for people, and in which people are present."""
    present = Presence.objects.filter(until__gt=now).values("stream_id")
    waiting = Player.objects.filter(state=State.PAUSED, reason=Reason.ROOM_EMPTY, room__stream_id__in=present)
    return list(waiting.values_list("room__slug", flat=True)[:ROOMS_PER_QUERY])


def _for_each(slugs: list[str], act: Callable[..., None]) -> bool:
    """Whether one of them failed; that one must not delay the others."""
    has_failed = False
    for slug in slugs:
        try:
            act(slug=slug)
        except NotFound:
            continue  # the room was deleted since
        except Exception as error:  # after any failure of the database, the next poll may succeed
            has_failed = True
            logger.warning("Could not look after the player of %s: %r", slug, error)
    return has_failed


class PlayerClock:
    """Looks when a track ends, on the event loop of a server process."""

    def __init__(self, on_look: Callable[[ClockPoll], None]) -> None:
        self._on_look = on_look
        self._next_at: datetime | None = None
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._end_listening: Callable[[], None] | None = None

    def start(self) -> None:
        loop = asyncio.get_running_loop()

        def wake(wake_at: datetime) -> None:
            try:
                loop.call_soon_threadsafe(self._note, wake_at)
            except RuntimeError:
                logger.debug("The event loop is closed; other processes look.")

        self._end_listening = on_wake_change(wake)
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        if self._end_listening is not None:
            self._end_listening()
            self._end_listening = None
        if self._task is not None:
            self._task.cancel()

    def look_now(self) -> None:
        self._changed.set()

    def _note(self, wake_at: datetime) -> None:
        if self._next_at is None or wake_at < self._next_at:
            self._changed.set()

    async def _run(self) -> None:
        while True:
            self._changed.clear()
            seconds = RETRY_SECONDS
            try:
                outlook = await run_in_reader(look)
                now = server_now()
                seconds = outlook.seconds(now)
                self._next_at = now + timedelta(seconds=seconds)
                self._on_look(outlook)
            except Exception as error:  # the clock must continue after any failure of the database
                self._next_at = None
                logger.warning("Could not look after the players: %r", error)
                await asyncio.sleep(RETRY_SECONDS)
            try:
                async with asyncio.timeout(max(0.0, seconds)):
                    await self._changed.wait()
            except TimeoutError:
                pass
