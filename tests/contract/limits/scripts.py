"""A script that asks as often as it can, and calls itself as it likes."""

import http.client
import itertools
import json
import socket
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from tests.processes import TuttiServer

TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: Any
    # Between these the server counted the request.
    sent_at: float = 0.0
    came_at: float = 0.0

    @property
    def is_limited(self) -> bool:
        """Rejected by a rate limit, in the documented form."""
        if self.status != 429:
            return False
        assert self.body["error"]["code"] == "RATE_LIMITED"
        assert int(self.headers["retry-after"]) >= 1
        return True


@dataclass(slots=True)
class Script:
    """Sits at one address of this machine and asks the processes of one installation in turn."""

    doors: Sequence[TuttiServer]
    address: str
    _lines: list[http.client.HTTPConnection] = field(default_factory=list)
    _turns: Any = field(default_factory=itertools.count)

    def __enter__(self) -> Self:
        self._lines = [
            http.client.HTTPConnection(
                "127.0.0.1", door.port, timeout=TIMEOUT_SECONDS, source_address=(self.address, 0)
            )
            for door in self.doors
        ]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for line in self._lines:
            line.close()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """`User_Agent="Phone"` is a header."""
        line = self._lines[next(self._turns) % len(self._lines)]
        sent, sent_at = {"Content-Type": "application/json", **with_dashes(headers)}, time.monotonic()
        line.request(method, path, None if body is None else json.dumps(body), sent)
        response = line.getresponse()
        raw, reported = response.read(), {name.lower(): value for name, value in response.getheaders()}
        is_json = reported.get("content-type", "").startswith("application/json")
        return Reply(
            response.status, reported, json.loads(raw) if is_json else raw, sent_at, time.monotonic()
        )

    def opened_stream(self, path: str, **headers: str) -> tuple[int, socket.socket]:
        """The status, and the line, which stays open until it is closed."""
        door = self.doors[next(self._turns) % len(self.doors)]
        address = ("127.0.0.1", door.port)
        line = socket.create_connection(address, TIMEOUT_SECONDS, source_address=(self.address, 0))
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{door.port}"]
        lines += [f"{name}: {value}" for name, value in with_dashes(headers).items()]
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = b""
        while b"\r\n" not in head:
            head += line.recv(4096)
        return int(head.split(b" ", 2)[1]), line

    def joins(self, path: str, **headers: str) -> bool:
        """Whether it was let in; it leaves at once."""
        status, line = self.opened_stream(path, **headers)
        with closing(line):
            assert status in {200, 429}
            return status == 200


def with_dashes(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def passed(replies: Sequence[Reply]) -> list[Reply]:
    """Those that no limit rejected."""
    return [reply for reply in replies if not reply.is_limited]


def check_limit(replies: Sequence[Reply], limit: int, seconds: float) -> None:
    """No period of this length let more calls pass, and no earlier call was rejected, however slow the
    machine.

    Where all were asked within that time, exactly `limit` passed.
    """
    passes = passed(replies)
    for first, one_too_many in zip(passes, passes[limit:], strict=False):
        assert one_too_many.came_at - first.sent_at > seconds, f"more than {limit} within {seconds} s"
    for reply in replies:
        if reply.is_limited:
            within = [one for one in passes if reply.sent_at - seconds < one.came_at <= reply.sent_at]
            assert len(within) >= limit, f"rejected after {len(within)} of {limit}"
            assert int(reply.headers["retry-after"]) <= seconds
    if replies[-1].came_at - replies[0].sent_at < seconds:
        assert len(passes) == min(limit, len(replies))


def agent(number: int) -> dict[str, str]:
    return {"User_Agent": f"Agent/{number}"}
