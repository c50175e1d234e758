"""Server-sent events as a browser's EventSource has them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx

from tests.contract.sockets import DEADLINE_SECONDS

Message = dict[str, Any]


class StreamedEvent(NamedTuple):
    """One server-sent event: its id where it has one, and the message."""

    id: str | None
    message: Message

    @property
    def type(self) -> str:
        kind: str = self.message["type"]
        return kind


class EventStream:
    def __init__(self, response: httpx.Response) -> None:
        self.answer = response
        self._lines = response.iter_lines()

    def next(self, *types: str) -> StreamedEvent:
        """The next one but for heartbeats, which has to be of one of these types."""
        reported = self.any_next()
        while reported.type == "heartbeat" and "heartbeat" not in types:
            reported = self.any_next()
        assert reported.type in types, f"{reported} came, not {types}"
        return reported

    def any_next(self) -> StreamedEvent:
        fields: dict[str, str] = {}
        for line in self._lines:
            if not line and "data" in fields:
                return StreamedEvent(fields.get("id"), json.loads(fields["data"]))
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
    with http.stream("GET", path, headers=headers, params=query, timeout=DEADLINE_SECONDS) as response:
        assert response.status_code == 200, response.read()
        yield EventStream(response)
