"""Sends what is malformed, many lines at once, and judges what becomes of each."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial

from tests.contract.error_checks import CHARTS_ALONE
from tests.malformed.frames import broken, damaged_handshake, misspoken
from tests.malformed.lines import Line, Outcome, WebSocketConnection, run_line
from tests.malformed.requests import RARE, Request, damaged
from tests.malformed.valid_inputs import ValidRequests, World, client_messages, socket_request

# Above the 25 seconds that a poll may wait when it is asked to; everything else is far quicker.
END_WITHIN_SECONDS = 40.0
AT_ONCE = 14
FRAMES_OF_A_SOCKET = 40
# Of what is sent, so much is frames; and of the requests, so many are to open a socket.
PART_OF_FRAMES = 0.5
PART_OF_HANDSHAKES = 0.06
# After so many, the things that requests are about are made again: many have been deleted by then.
AGE_OF_A_WORLD = 100
KEY = re.compile(rb"Idempotency-Key: (fuzz-[0-9a-f]+)\r\n")
ADDING = re.compile(rb"POST /api/(playlist|rooms/[a-z0-9-]+/playlist)/[? ]")
REQUEST_ID = re.compile(rb"\r\nx-request-id: [A-Za-z0-9._-]{1,64}\r\n", re.IGNORECASE)
ERROR_BODY = re.compile(rb'\r\n\r\n([0-9a-f]+\r\n)?\{"error": ?\{"code": ?"[A-Z_]+"')
ENVELOPE = (
    rb'\{"status": ?"error", ?"message": ?"(?:[^"\\]|\\.)*", ?"data": ?null, ?"error": ?\{"code": ?"[A-Z_]+"'
)
EITHER_BODY = re.compile(ERROR_BODY.pattern + rb"|\r\n\r\n([0-9a-f]+\r\n)?" + ENVELOPE)
FIRST_WORD = re.compile(rb"[A-Za-z]+ /api/([A-Za-z-]+)")
# A room's own chart is one; health/ is, live and ready are not.
MAYBE_ENVELOPED = {*CHARTS_ALONE, "health", "rooms"}
OF_THE_API = re.compile(rb"[A-Za-z]+ /api/")


@dataclass(slots=True)
class Tally:
    """What has been sent, and what came of it."""

    requests: int = 0
    handshakes: int = 0
    frames: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    slowest: Outcome | None = None
    faults: list[str] = field(default_factory=list)
    # Idempotency keys, which name events: of rejected writes, and of added tracks.
    rejected_keys: set[str] = field(default_factory=set)
    added_keys: set[str] = field(default_factory=set)

    @property
    def total(self) -> int:
        return self.requests + self.handshakes + self.frames

    def add(self, outcome: Outcome) -> None:
        statuses = outcome.statuses
        self.statuses.update(statuses)
        self.ends[outcome.end or "stuck"] += 1
        if self.slowest is None or outcome.seconds > self.slowest.seconds:
            self.slowest = outcome
        self.faults += [f"{fault}: {outcome}" for fault in _faults_of(outcome)]
        keys = KEY.findall(outcome.sent)
        if len(keys) == 1 and statuses and min(statuses) >= 400:
            self.rejected_keys.add(keys[0].decode())
        if len(keys) == 1 and statuses == [201] and ADDING.match(outcome.sent):
            self.added_keys.add(keys[0].decode())

    def __str__(self) -> str:
        parts = f"{self.requests} requests, {self.handshakes} handshakes, {self.frames} frames"
        return f"{parts}: {dict(self.statuses)}, {dict(self.ends)}, slowest: {self.slowest}"


def _shape_of(sent: bytes) -> re.Pattern[bytes]:
    """Of an error; charts' clients know an envelope. What is damaged may be no address of theirs any more."""
    found = FIRST_WORD.match(sent)
    return EITHER_BODY if found and found[1].decode() in MAYBE_ENVELOPED else ERROR_BODY


def _faults_of(outcome: Outcome) -> list[str]:
    """What no response may be, whatever was asked."""
    statuses = [status for status in outcome.statuses if status != 100]
    is_stuck = not outcome.end
    is_broken = any(status >= 500 for status in statuses)
    has_answer = bool(statuses) and statuses[0] != 101
    has_no_id = has_answer and not REQUEST_ID.search(outcome.received)
    is_rejection = has_answer and statuses[0] >= 400 and bool(OF_THE_API.match(outcome.sent))
    is_rejection = is_rejection and not outcome.sent.upper().startswith(b"HEAD")
    has_no_shape = is_rejection and not _shape_of(outcome.sent).search(outcome.received)
    reported = {"neither answered nor closed": is_stuck, "5xx": is_broken}
    reported |= {"without a request id": has_no_id, "not in the one shape": has_no_shape}
    return [fault for fault, is_so in reported.items() if is_so]


Kind = Callable[[World, int], Coroutine[None, None, None]]


@dataclass(slots=True)
class FuzzRun:
    """Everything follows from the seed, but for which ids things have."""

    port: int
    seed: int
    valid: ValidRequests
    make_world: Callable[[], World]
    tally: Tally = field(default_factory=Tally)
    worlds: list[World] = field(default_factory=list)
    _number: int = 0

    async def send(self, count: int) -> None:
        """Sends so many malformed requests and frames; returns when each has been answered or closed."""
        turns = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for number, kind in enumerate(self._kinds(count)):
                if number % AGE_OF_A_WORLD == 0:
                    self.worlds.append(await asyncio.to_thread(self.make_world))
                await turns.acquire()
                self._number += 1
                task = group.create_task(kind(self.worlds[-1], self._number))
                task.add_done_callback(lambda _: turns.release())

    def _kinds(self, count: int) -> list[Kind]:
        sockets = int(count * PART_OF_FRAMES) // FRAMES_OF_A_SOCKET
        handshakes = int(count * (1 - PART_OF_FRAMES) * PART_OF_HANDSHAKES)
        kinds: list[Kind] = [partial(self._rare, request) for request in RARE.values()]
        requests = count - sockets * FRAMES_OF_A_SOCKET - handshakes - len(kinds)
        kinds += [self._frames] * sockets + [self._handshake] * handshakes + [self._request] * requests
        random.Random(f"{self.seed}-{self._number}").shuffle(kinds)
        return kinds

    async def _request(self, world: World, number: int) -> None:
        chance = random.Random(f"{self.seed}-{number}")
        operation = self.valid.operations[number % len(self.valid.operations)]
        data = damaged(self.valid.of(operation, world, chance), chance)
        self.tally.requests += 1
        await self._send(Line(number, data))

    async def _rare(self, request: Request, _: World, number: int) -> None:
        self.tally.requests += 1
        await self._send(Line(number, request.encoded()))

    async def _handshake(self, world: World, number: int) -> None:
        chance = random.Random(f"{self.seed}-{number}")
        self.tally.handshakes += 1
        await self._send(
            WebSocketConnection(number, damaged_handshake(socket_request(world, chance), chance))
        )

    async def _frames(self, world: World, number: int) -> None:
        """All but the last leave the socket open."""
        chance = random.Random(f"{self.seed}-{number}")
        said = [chance.choice(client_messages(world, chance)) for _ in range(FRAMES_OF_A_SOCKET)]
        frames = [misspoken(value, chance) for value in said[:-1]]
        frames.append((broken if chance.random() < 0.5 else misspoken)(said[-1], chance))
        self.tally.frames += len(frames)
        await self._send(
            WebSocketConnection(number, socket_request(world, chance).encoded(), b"".join(frames))
        )

    async def _send(self, line: Line) -> None:
        self.tally.add(await run_line(self.port, line, within_seconds=END_WITHIN_SECONDS))
