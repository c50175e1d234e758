"""What goes over a socket: one JSON object each, with a `type`."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from django.utils import timezone

from core.errors import ApiError
from core.instants import milliseconds_text
from core.rendering import json_text


class Position(NamedTuple):
    """A moment of a stream: its incarnation, and the number of the last event that counts as seen."""

    epoch: str
    since: int


class Frame(NamedTuple):
    """A finished frame. `seq` is that of the event, or the one that the frame stands behind."""

    seq: int
    text: str
    is_event: bool = True
    # From where a reader that is cut off behind this frame may go on; None where the frame says nothing new.
    resume_from: Position | None = None


class EventFrame(msgspec.Struct, frozen=True):
    """An event as clients get it, but for the stream's own label, which is added when it is written."""

    type: str
    payload: Any
    epoch: str
    seq: int
    ts: str
    op_id: str | None


class Established(msgspec.Struct, frozen=True):
    epoch: str
    seq: int
    heartbeat_seconds: float


class SnapshotPayload(msgspec.Struct, frozen=True):
    epoch: str
    seq: int
    items: Sequence[Any]


class Resumed(msgspec.Struct, frozen=True):
    epoch: str
    seq: int
    recovered: bool


class Heartbeat(msgspec.Struct, frozen=True):
    epoch: str
    seq: int
    digest: str


class Problem(msgspec.Struct, frozen=True):
    code: str
    message: str


def event_text(*, label: str, name: str, frame: EventFrame) -> str:
    """The frame of an event, as it is stored and sent: the label stands behind the payload."""
    fields = msgspec.structs.asdict(frame)
    ordered = {"type": fields.pop("type"), "payload": fields.pop("payload"), label: name, **fields}
    return json_text(ordered)


def typed_text(frame_type: str, payload: Any) -> str:
    return json_text({"type": frame_type, "payload": payload})


def established_text(*, greeting: str, label: str, name: str, established: Established) -> str:
    payload = {label: name, **msgspec.structs.asdict(established)}
    if established.heartbeat_seconds.is_integer():
        payload["heartbeat_seconds"] = int(established.heartbeat_seconds)
    return json_text({"type": "connection.established", "message": greeting, "payload": payload})


def error_text(error: ApiError) -> str:
    message = error.message
    if error.details:
        message = "; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.details.items())
    return typed_text("error", Problem(code=error.code, message=message))


def pong_text(*, ts: str, seq: int) -> str:
    """`ts` is JSON text already, so that whatever the client sent comes back the same."""
    now = milliseconds_text(timezone.now())
    echoed = ts or json.dumps(now)
    return f'{{"type":"pong","ts":{echoed},"server_ts":"{now}","seq":{seq}}}'
