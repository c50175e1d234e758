"""What goes over a socket: one JSON object each, with a `type`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, ClassVar, NamedTuple

import msgspec
from django.utils import timezone

from apps.realtime.wire import text_pieces
from core.errors import ApiError
from core.instants import InstantText, milliseconds_text
from core.rendering import json_text


class Position(NamedTuple):
    """A moment of a stream: its incarnation, and the number of the last event that counts as seen."""

    epoch: str
    since: int


@dataclass(frozen=True, eq=False)
class Frame:
    """A finished frame, shared by all who are sent it: what it is on the wire is made once.

    `seq` is that of the event, or the one that the frame stands behind.
    """

    seq: int
    text: str
    is_event: bool = True
    # From where a reader that is cut off behind this frame may go on; None where the frame says nothing new.
    resume_from: Position | None = None

    @cached_property
    def pieces(self) -> tuple[bytes, ...]:
        """What it is on a socket: one message, of several frames when it is long."""
        return text_pieces(self.text.encode())

    @cached_property
    def size(self) -> int:
        """In bytes on a socket."""
        return sum(map(len, self.pieces))


class Batch:
    """Frames that are given to every listener together: the events of a turn, or a heartbeat."""

    __slots__ = ("_wire", "frames", "seq")

    def __init__(self, frames: Sequence[Frame]) -> None:
        self.frames = frames
        # The number of the last one.
        self.seq = frames[-1].seq
        self._wire = b""

    @property
    def wire(self) -> bytes:
        """All of them as bytes, joined once for however many sockets."""
        if not self._wire:
            self._wire = b"".join(piece for frame in self.frames for piece in frame.pieces)
        return self._wire


class EventFrame(msgspec.Struct, frozen=True):
    """An event as clients get it, but for the stream's own label, which is added when it is written."""

    type: str
    payload: Any
    epoch: str
    seq: int
    ts: InstantText
    op_id: str | None


class Established(msgspec.Struct, frozen=True):
    """The first frame: where the stream stands. Live events follow from seq + 1."""

    epoch: str
    seq: int
    heartbeat_seconds: float


class EstablishedFrame(msgspec.Struct, frozen=True, tag_field="type", tag="connection.established"):
    message: str
    payload: Any


class SnapshotPayload(msgspec.Struct, frozen=True):
    """The whole state behind the event of this seq."""

    epoch: str
    seq: int
    items: Sequence[Any]


class Resumed(msgspec.Struct, frozen=True):
    """All that was missed has been sent: as events, or as a snapshot where `recovered` is false."""

    frame_type: ClassVar[str] = "resumed"

    epoch: str
    seq: int
    recovered: bool


class Heartbeat(msgspec.Struct, frozen=True):
    """Nothing has happened for a while. `digest` is that of the state behind the event of this seq."""

    frame_type: ClassVar[str] = "heartbeat"

    epoch: str
    seq: int
    digest: str


class Identified(msgspec.Struct, frozen=True):
    """The socket is this guest, or this account."""

    frame_type: ClassVar[str] = "identified"

    guest_id: str | msgspec.UnsetType = msgspec.UNSET
    user_id: int | msgspec.UnsetType = msgspec.UNSET


class Problem(msgspec.Struct, frozen=True):
    """The client's last frame could not be taken; the connection stays."""

    frame_type: ClassVar[str] = "error"

    code: str
    message: str


Payload = Resumed | Heartbeat | Identified | Problem


class Pong(msgspec.Struct, frozen=True, tag_field="type", tag="pong"):
    """`ts` is what the ping had, or the server's time; `seq` is that of the last event sent here."""

    ts: msgspec.Raw
    server_ts: InstantText
    seq: int


@cache
def labelled(
    plain: type[msgspec.Struct], label: str, *, behind: str = "", **known: Any
) -> type[msgspec.Struct]:
    """The type with the stream's name under its kind's label: first, or behind the field `behind`.

    `known` gives fields a more exact type.
    """
    fields = [(field.name, known.get(field.name, field.type)) for field in msgspec.structs.fields(plain)]
    index = 1 + [name for name, _ in fields].index(behind) if behind else 0
    fields.insert(index, (label, str))
    return msgspec.defstruct(plain.__name__, fields, frozen=True, namespace={"__doc__": plain.__doc__})


def event_text(*, label: str, name: str, frame: EventFrame) -> str:
    """The frame of an event, as it is stored and sent: the label stands behind the payload."""
    kind = labelled(EventFrame, label, behind="payload")
    return json_text(kind(**{label: name}, **msgspec.structs.asdict(frame)))


def frame_text(payload: Payload) -> str:
    return typed_text(payload.frame_type, payload)


def typed_text(frame_type: str, payload: Any) -> str:
    return json_text({"type": frame_type, "payload": payload})


def established_text(*, greeting: str, label: str, name: str, established: Established) -> str:
    fields = {label: name, **msgspec.structs.asdict(established)}
    if established.heartbeat_seconds.is_integer():
        fields["heartbeat_seconds"] = int(established.heartbeat_seconds)
    payload = labelled(Established, label)(**fields)
    return json_text(EstablishedFrame(message=greeting, payload=payload))


def error_text(error: ApiError) -> str:
    message = error.message
    if error.details:
        message = "; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.details.items())
    return frame_text(Problem(code=error.code, message=message))


def pong_text(*, ts: str, seq: int) -> str:
    """`ts` is JSON text already, so that whatever the client sent comes back the same."""
    now = milliseconds_text(timezone.now())
    return json_text(Pong(ts=msgspec.Raw((ts or json.dumps(now)).encode()), server_ts=now, seq=seq))
