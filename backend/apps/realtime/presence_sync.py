"""Presence on the event loop: writes rows, records visits, sends changes to sockets that follow people."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from django.utils.crypto import salted_hmac

from apps.realtime.database_reads import run_in_reader
from apps.realtime.messages import PeopleChanged, Present, message_text
from apps.realtime.models import KINDS, kind_named
from apps.realtime.presence import Person, PresenceTracker, Row, delete_presence, present_keys, write_presence
from apps.realtime.services import note_visits

# --- Writers -----------------------------------------------------------------------------------------


logger = logging.getLogger(__name__)

# Many people enter at the same time, and each may open several sockets.
SETTLE_SECONDS = 0.1
RETRY_SECONDS = 5.0


class PresenceWriter:
    """Writes this process's part of presence. Its task runs only while a known person is present."""

    def __init__(
        self, *, clock: Callable[[], float] = time.time, on_written: Callable[[], None] = lambda: None
    ) -> None:
        self._clock = clock
        self._on_written = on_written
        self._tracker = PresenceTracker()
        # People whose rows are to be deleted.
        self._replaced: set[Person] = set()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def enter(self, person: Person) -> None:
        """Records an opened socket of the person."""
        self._tracker.enter(person)
        self._changed.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def leave(self, person: Person) -> None:
        """Records a closed socket of the person."""
        self._tracker.leave(person, self._clock())

    def replace(self, before: Person, person: Person) -> None:
        """Assigns a socket to another person. Without other sockets, the one before leaves immediately."""
        self.enter(person)
        if before != person and self._tracker.remove(before):
            self._replaced.add(before)
        elif before == person:
            self.leave(person)

    @contextmanager
    def stay(self, stream_id: int, key: str) -> Iterator[None]:
        """The person is present while the block runs."""
        person = Person(stream_id, key)
        self.enter(person)
        try:
            yield
        finally:
            self.leave(person)

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while self._tracker:
            await asyncio.sleep(SETTLE_SECONDS)
            self._changed.clear()
            try:
                await self._write_due()
            except Exception as error:  # without updates the rows expire, as they should
                logger.warning("Could not store presence: %r", error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            await self._wait_until_due()

    async def _write_due(self) -> None:
        now = self._clock()
        wanted, replaced = self._tracker.due(now), set(self._replaced)
        if not wanted and not replaced:
            return
        rows = await run_in_reader(lambda: self._written(wanted, replaced, now))
        self._replaced -= replaced
        for person, row in rows.items():
            self._tracker.note(person, row)
        self._on_written()

    @staticmethod
    def _written(wanted: Mapping[Person, float], replaced: set[Person], now: float) -> dict[Person, Row]:
        delete_presence(replaced)
        return write_presence(wanted, now=now)

    async def _wait_until_due(self) -> None:
        """Waits until a row is due, or a person enters, who may be new."""
        due_at = self._tracker.next_due_at()
        if due_at is None:
            return
        try:
            async with asyncio.timeout(max(0.0, due_at - self._clock())):
                await self._changed.wait()
        except TimeoutError:
            pass


# --- Visits ------------------------------------------------------------------------------------------


# Visits within this time are written together.
VISITS_SETTLE_SECONDS = 1.0
# A stream with listeners is being visited, too. Visits are stored by day, so an hour is often enough.
LOOK_EVERY_SECONDS = 3600.0


class VisitWriter:
    """Visits of one process. Its task runs only while there are listeners, or just after a visit."""

    def __init__(
        self, listened_to: Callable[[], Collection[int]], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._listened_to = listened_to
        self._clock = clock
        self._due: set[int] = set()
        # Streams whose visits were written within this hour, or are about to be.
        self._known: set[int] = set()
        self._known_until = 0.0
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def note(self, stream_id: int) -> None:
        """Records a visit."""
        if self._clock() >= self._known_until:
            self._known.clear()
            self._known_until = self._clock() + LOOK_EVERY_SECONDS
        if stream_id in self._known:
            return
        self._known.add(stream_id)
        self._due.add(stream_id)
        self._changed.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while self._due or self._listened_to():
            await asyncio.sleep(VISITS_SETTLE_SECONDS)
            self._changed.clear()
            visited, self._due = {*self._due, *self._listened_to()}, set()
            try:
                await run_in_reader(note_visits, visited)
            except Exception as error:  # the next look is soon enough
                logger.warning("Could not store visits: %r", error)
            try:
                async with asyncio.timeout(LOOK_EVERY_SECONDS):
                    await self._changed.wait()
            except TimeoutError:
                pass


# --- Broadcasts --------------------------------------------------------------------------------------


# The interval of reading the rows, for changes of other processes and for people whose minute has ended.
POLL_SECONDS = 5.0
# Changes are sent no more often than this, since many people enter at the same time.
PAUSE_SECONDS = 2.0
BROADCAST_SETTLE_SECONDS = 0.2
# At most this many people are named; their total number is always sent.
MAX_NAMED = 100


class Receiver(Protocol):
    """A connection that sends text after its earlier messages."""

    def put(self, text: str) -> None: ...


@dataclass(slots=True)
class _Follower:
    kind: str
    stream_id: int
    key: str
    people_sent: PeopleChanged | None = None


class PresenceBroadcaster:
    """Sends presence to the followers in this process. Its task runs only while there are any."""

    def __init__(self) -> None:
        self._followers: dict[Receiver, _Follower] = {}
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def follow(self, receiver: Receiver, kind: str, person: Person) -> bool:
        """Sends the people present, soon and after each change. False if the kind names no people."""
        if kind_named(kind).names_of is None:
            return False
        self._followers[receiver] = _Follower(kind, person.stream_id, person.key)
        self.refresh_soon()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return True

    def change_key(self, receiver: Receiver, key: str) -> None:
        if follower := self._followers.get(receiver):
            follower.key = key
            self.refresh_soon()

    def leave(self, receiver: Receiver) -> None:
        self._followers.pop(receiver, None)

    def refresh_soon(self) -> None:
        self._changed.set()

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        await asyncio.sleep(BROADCAST_SETTLE_SECONDS)
        while self._followers:
            self._changed.clear()
            try:
                self._send(await run_in_reader(_people_of_streams, self._requested_people()))
            except Exception as error:  # the next read may succeed
                logger.warning("Could not read presence: %r", error)
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await asyncio.sleep(PAUSE_SECONDS)
                    await self._changed.wait()
            except TimeoutError:
                pass

    def _requested_people(self) -> dict[int, tuple[str, list[str]]]:
        """By stream: its kind, and the keys of its followers, who are present even without a row yet."""
        asked: dict[int, tuple[str, list[str]]] = {}
        for one in self._followers.values():
            asked.setdefault(one.stream_id, (one.kind, []))[1].append(one.key)
        return asked

    def _send(self, people: Mapping[int, Sequence[Present]]) -> None:
        for receiver, one in list(self._followers.items()):
            if one.stream_id not in people:
                continue  # it began to follow after the rows were read
            there = people[one.stream_id]
            people_sent = PeopleChanged(
                active=len(there), people=there[:MAX_NAMED], me=_person_id(one.stream_id, one.key)
            )
            if people_sent != one.people_sent:
                one.people_sent = people_sent
                receiver.put(message_text(people_sent))


def _people_of_streams(asked: Mapping[int, tuple[str, Sequence[str]]]) -> dict[int, list[Present]]:
    rows = present_keys(list(asked))
    people = {}
    for stream_id, (kind, present) in asked.items():
        names_of = KINDS[kind].names_of
        keys = list(dict.fromkeys([*rows.get(stream_id, ()), *present]))
        names = names_of(keys) if names_of else {}
        people[stream_id] = [Present(_person_id(stream_id, key), names[key]) for key in keys if key in names]
    return people


def _person_id(stream_id: int, key: str) -> str:
    """An id that reveals neither the person nor that the same person is in another room."""
    return salted_hmac("person", f"{stream_id}\n{key}", algorithm="sha256").hexdigest()[:16]
