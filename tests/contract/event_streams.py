"""Server-sent events as a browser's EventSource has them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx

from tests.contract.sockets import DEADLINE_SECONDS

Frame = dict[str, Any]


class Told(NamedTuple):
    """One server-sent event: its id where it has one, and the frame."""

    id: str | None
    frame: Frame

    @property
    def type(self) -> str:
        kind: str = self.frame["type"]
        return kind


class EventStream:
    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines()

    def next(self, *types: str) -> Told:
        """The next one but for heartbeats, which has to be of one of these types."""
        told = self.any_next()
        while told.type == "heartbeat" and "heartbeat" not in types:
            told = self.any_next()
        assert told.type in types, f"{told} came, not {types}"
        return told

    def any_next(self) -> Told:
        fields: dict[str, str] = {}
        for line in self._lines:
            if not line and "data" in fields:
                return Told(fields.get("id"), json.loads(fields["data"]))
            if line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                assert name in {"id", "data"}, line
                assert name not in fields, f"{name} stands twice"
                fields[name] = value
        raise EOFError

    def has_ended(self) -> bool:
        """Reads until the server ends the stream."""
        try:
            while True:
                self.any_next()
        except (EOFError, httpx.RemoteProtocolError):
            return True


@contextmanager
def event_stream(
    http: httpx.Client, path: str, *, headers: dict[str, str] | None = None, **query: Any
) -> Iterator[EventStream]:
    """An open stream; the status is 200."""
    with http.stream("GET", path, headers=headers, params=query, timeout=DEADLINE_SECONDS) as answer:
        assert answer.status_code == 200, answer.read()
        yield EventStream(answer)
