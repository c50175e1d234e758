"""Writes as requests that can be sent again under their name, and how each sending was answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

# Of a response that names a new guest, only whom it names is the same again: it carries a token.
JOIN = "join"


@dataclass(frozen=True, slots=True)
class Write:
    """One request that may change something. Two that are equal are the same request."""

    kind: str
    method: str
    path: str
    body: Any = None

    @property
    def content(self) -> bytes:
        return b"" if self.body is None else json.dumps(self.body).encode()


@dataclass(frozen=True, slots=True)
class Call:
    """One sending of a write, under a key of its caller, and the answer."""

    caller: str
    key: str
    write: Write
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    is_replay: bool = False

    @property
    def repeatable(self) -> tuple[Any, ...]:
        """The part of the response that must be the same when it is repeated."""
        if self.write.kind == JOIN and self.status == 201:
            return (201, self.json["guest_id"])
        return (self.status, self.body, *(self.headers.get(name) for name in ("content-type", "location")))

    @property
    def is_accepted(self) -> bool:
        return 200 <= self.status < 300

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None

    @property
    def code(self) -> str | None:
        return None if self.is_accepted else str(self.json["error"]["code"])


@dataclass(slots=True)
class Caller:
    """An identity: a client, and the name under which its keys are its own."""

    name: str
    http: httpx.Client

    def send(self, write: Write, key: str) -> Call:
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        response = self.http.request(write.method, write.path, content=write.content, headers=headers)
        return call_of(response, caller=self.name, key=key, write=write)


def call_of(response: httpx.Response, *, caller: str, key: str, write: Write) -> Call:
    # A request for a new identity is known by its address, whatever its identity was.
    caller = f"{caller}'s place" if write.kind == JOIN else caller
    return Call(
        caller=caller,
        key=key,
        write=write,
        status=response.status_code,
        body=response.content,
        headers=response.headers,
        is_replay=response.headers.get("Idempotency-Replayed") == "true",
    )
