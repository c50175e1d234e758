"""Many people in one room at once, each doing random things; what they do follows from a seed."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.invariants.operations import Operation
from tests.invariants.rooms import Guest, RoomClient
from tests.processes import TuttiServer

Action = Callable[["Member"], Operation]


@dataclass(slots=True)
class SharedItemIds:
    """Which items people have heard of; it may be out of date, as for real people."""

    waiting: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def appeared(self, item_id: int) -> None:
        with self._lock:
            self.waiting.append(item_id)

    def disappeared(self, item_id: int) -> None:
        with self._lock:
            self.gone.append(item_id)
            if item_id in self.waiting:
                self.waiting.remove(item_id)

    def any_item(self, chance: random.Random) -> int:
        """Mostly one that waits, at times one that has gone or never was."""
        with self._lock:
            known = self.gone if self.gone and chance.random() < 0.1 else self.waiting
            return chance.choice(known) if known else 0

    def any_gone(self, chance: random.Random) -> int:
        with self._lock:
            return chance.choice(self.gone) if self.gone else 0


@dataclass(slots=True)
class Member:
    """One thread's person."""

    room: RoomClient
    tracks: Sequence[int]
    rumours: SharedItemIds
    chance: random.Random

    def act(self) -> None:
        actions, weights = zip(*ACTIONS, strict=True)
        operation = self.chance.choices(actions, weights)[0](self)
        assert operation.status < 500, operation
        if operation.kind in {"add", "restore"} and operation.is_accepted:
            self.rumours.appeared(operation.answer["id"])
        if operation.kind == "remove" and operation.is_accepted and operation.item_id:
            self.rumours.disappeared(operation.item_id)

    def item(self) -> int:
        return self.rumours.any_item(self.chance)

    def place(self) -> dict[str, Any]:
        return self.chance.choice(
            [
                {"after": self.item()},
                {"before": self.item()},
                {"position": float(self.chance.randint(-3, 30))},  # mostly held by another
                {"position": self.chance.uniform(-5, 40)},
                {"position": self.chance.choice([-1e15, 1e15, 0.0, -0.0, 5e-324])},
            ]
        )

    def add(self) -> Operation:
        place = self.place() if self.chance.random() < 0.5 else {}
        return self.room.add(self.chance.choice(self.tracks), **place)

    def vote(self) -> Operation:
        if self.chance.random() < 0.5:
            return self.room.vote(self.item(), step=self.chance.choice([-1, 1]))
        return self.room.vote(self.item(), value=self.chance.choice([-1, 0, 1]))

    def move(self) -> Operation:
        return self.room.move(self.item(), **self.place())

    def play(self) -> Operation:
        return self.room.play(self.item())

    def set_playing(self) -> Operation:
        return self.room.set_playing(self.item(), self.chance.choice([True, False]))

    def stop(self) -> Operation:
        return self.room.stop()

    def remove(self) -> Operation:
        return self.room.remove(self.item())

    def restore(self) -> Operation:
        return self.room.restore(self.rumours.any_gone(self.chance))

    def move_to_invalid_position(self) -> Operation:
        places = [{"position": float("nan")}, {"position": 1.1e15}, {"after": 1, "before": 1}]
        return self.room.move(self.item(), **self.chance.choice(places))


ACTIONS: list[tuple[Action, float]] = [
    (Member.add, 24),
    (Member.vote, 30),
    (Member.move, 20),
    (Member.play, 7),
    (Member.set_playing, 3),
    (Member.stop, 2),
    (Member.remove, 9),
    (Member.restore, 4),
    (Member.move_to_invalid_position, 2),
]


@dataclass(slots=True)
class Staff:
    """Corrects tracks of the library while they are queued, and deletes a few of them."""

    room: RoomClient
    tracks: Sequence[int]
    doomed: list[int]
    chance: random.Random

    def act(self) -> None:
        if self.doomed and self.chance.random() < 0.2:
            operation = self.room.drop_track(self.doomed.pop())
        else:
            operation = self.room.correct_track(self.chance.choice(self.tracks), title=self._title())
        assert operation.status < 500, operation

    def _title(self) -> str:
        return f"Tune in {self.chance.choice('CDEFGAB')} {self.chance.choice(['major', 'minor'])}"


@dataclass(slots=True)
class ConcurrentUsers:
    """Threads that act in one room, all beginning at the same moment."""

    server: TuttiServer
    room: RoomClient
    guests: Sequence[Guest]
    tracks: Sequence[int]
    seed: int
    threads: int
    actions_each: int
    staff_http: httpx.Client | None = None
    doomed: list[int] = field(default_factory=list)

    def run(self) -> list[Operation]:
        """Everything that was asked for, once all is answered."""
        rumours, begin = SharedItemIds(), threading.Barrier(self.threads + (self.staff_http is not None))
        with ThreadPoolExecutor(self.threads + 1) as pool:
            futures = [pool.submit(self._be_member, n, rumours, begin) for n in range(self.threads)]
            if self.staff_http is not None:
                futures.append(pool.submit(self._be_staff, self.staff_http, begin))
            return [operation for future in futures for operation in future.result()]

    def _be_member(self, number: int, rumours: SharedItemIds, begin: threading.Barrier) -> list[Operation]:
        guest = self.guests[number % len(self.guests)]
        with guest.client(self.server) as http:
            room = self.room.seen_by(http, guest.name)
            everything = [*self.tracks, *self.doomed]
            member = Member(room, everything, rumours, random.Random(f"{self.seed}-{number}"))
            begin.wait()
            for _ in range(self.actions_each):
                member.act()
        return room.operations

    def _be_staff(self, http: httpx.Client, begin: threading.Barrier) -> list[Operation]:
        room = self.room.seen_by(http)
        staff = Staff(room, self.tracks, list(self.doomed), random.Random(f"{self.seed}-staff"))
        begin.wait()
        for _ in range(self.actions_each):
            staff.act()
        return room.operations


@contextmanager
def meanwhile(*actions: Callable[[threading.Event], Any]) -> Iterator[list["Future[Any]"]]:
    """Runs each in a thread beside the block; the event that it is given is set when the block is done."""
    is_over = threading.Event()
    with ThreadPoolExecutor(len(actions)) as pool:
        futures = [pool.submit(action, is_over) for action in actions]
        try:
            yield futures
        finally:
            is_over.set()
