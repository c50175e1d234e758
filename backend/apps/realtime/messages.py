"""Messages over a socket: one JSON object each, with a `type`; encoded once for all sockets."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, ClassVar, NamedTuple

import msgspec

from apps.realtime.extensions import EXTENSIONS, extension_message
from core.errors import ApiError, InvalidInput, MalformedJson
from core.json_codec import InstantText, json_text, milliseconds_text, parsed_json
from core.server_clock import server_now

# --- RFC 6455 ----------------------------------------------------------------------------------------


# A longer message is sent as several frames of this size, between which pings, pongs and a close can be sent.
# It is the largest size whose length takes two bytes.
PIECE_BYTES = 0xFFFF

TEXT, CONTINUATION = 0x1, 0x0
IS_LAST = 0x80
# The largest payload whose length is in the second byte; a longer one's is in the two bytes after that.
SHORT = 125


def text_pieces(payload: bytes) -> tuple[bytes, ...]:
    """The frames of a message: each has a header and at most PIECE_BYTES, and may end within a character."""
    if len(payload) <= PIECE_BYTES:
        return (_head(TEXT | IS_LAST, len(payload)) + payload,)
    parts = [payload[start : start + PIECE_BYTES] for start in range(0, len(payload), PIECE_BYTES)]
    codes = [TEXT, *[CONTINUATION] * (len(parts) - 2), CONTINUATION | IS_LAST]
    return tuple(_head(code, len(part)) + part for code, part in zip(codes, parts, strict=True))


def _head(code: int, length: int) -> bytes:
    """The header before the payload; a server's frames are not masked."""
    if length <= SHORT:
        return bytes((code, length))
    return bytes((code, 126)) + length.to_bytes(2, "big")


# --- Messages of the server --------------------------------------------------------------------------


class Position(NamedTuple):
    """A position in a stream: its epoch, and the seq of the last event that was seen."""

    epoch: str
    since: int


@dataclass(frozen=True, eq=False)
class EncodedMessage:
    """An encoded message, shared by all its receivers: its bytes are created once.

    `seq` is that of the event, or of the last event before the message.
    """

    seq: int
    text: str
    is_event: bool = True
    # The position from which a client can resume after this message; None if it changes no position.
    resume_from: Position | None = None

    @cached_property
    def pieces(self) -> tuple[bytes, ...]:
        """The WebSocket frames of the message: several if it is long."""
        return text_pieces(self.text.encode())

    @cached_property
    def size(self) -> int:
        """The number of bytes on a WebSocket."""
        return sum(map(len, self.pieces))


class Batch:
    """Messages that are delivered to every listener together: collected events, or a heartbeat."""

    __slots__ = ("_wire", "messages", "seq")

    def __init__(self, messages: Sequence[EncodedMessage]) -> None:
        self.messages = messages
        # The number of the last one.
        self.seq = messages[-1].seq
        self._wire = b""

    @property
    def wire(self) -> bytes:
        """The bytes of all messages, joined once for all sockets."""
        if not self._wire:
            self._wire = b"".join(piece for message in self.messages for piece in message.pieces)
        return self._wire


class EventMessage(msgspec.Struct, frozen=True):
    """An event as clients get it, but for the stream's own label, which is added when it is written."""

    type: str
    payload: Any
    epoch: str
    seq: int
    ts: InstantText
    op_id: str | None


class Established(msgspec.Struct, frozen=True):
    """The first message: the head of the stream. Live events follow from seq + 1."""

    epoch: str
    seq: int
    heartbeat_seconds: float


class EstablishedMessage(msgspec.Struct, frozen=True, tag_field="type", tag="connection.established"):
    message: str
    payload: Any


class SnapshotPayload(msgspec.Struct, frozen=True):
    """The whole state at this seq."""

    epoch: str
    seq: int
    items: Sequence[Any]


class Resumed(msgspec.Struct, frozen=True):
    """All missed events have been sent; if `recovered` is false, a snapshot was sent instead."""

    message_type: ClassVar[str] = "resumed"

    epoch: str
    seq: int
    recovered: bool


class Heartbeat(msgspec.Struct, frozen=True):
    """Sent after a period without events. `digest` is the checksum of the state at this seq."""

    message_type: ClassVar[str] = "heartbeat"

    epoch: str
    seq: int
    digest: str


class Identified(msgspec.Struct, frozen=True):
    """The socket is this guest, or this account."""

    message_type: ClassVar[str] = "identified"

    guest_id: str | msgspec.UnsetType = msgspec.UNSET
    user_id: int | msgspec.UnsetType = msgspec.UNSET


class Present(msgspec.Struct, frozen=True):
    """A person in the room, by an id that differs from room to room. `name` is empty if none was given."""

    person_id: str
    name: str


class PeopleChanged(msgspec.Struct, frozen=True):
    """The number of people in the room, and those who joined first. `me` is the receiver's `person_id`."""

    message_type: ClassVar[str] = "people.changed"

    active: int
    people: Sequence[Present]
    me: str


class Problem(msgspec.Struct, frozen=True):
    """The client's last message was rejected; the connection stays open."""

    message_type: ClassVar[str] = "error"

    code: str
    message: str


Payload = Resumed | Heartbeat | Identified | PeopleChanged | Problem


class Pong(msgspec.Struct, frozen=True, tag_field="type", tag="pong"):
    """`ts` is what the ping had, or the server's time; `seq` is that of the last event sent here."""

    ts: msgspec.Raw
    server_ts: InstantText
    seq: int


@cache
def labelled(
    plain: type[msgspec.Struct], label: str, *, behind: str = "", **known: Any
) -> type[msgspec.Struct]:
    """The type with a field `label` for the stream's name: first, or after the field `behind`.

    `known` gives fields more exact types.
    """
    fields = [(field.name, known.get(field.name, field.type)) for field in msgspec.structs.fields(plain)]
    index = 1 + [name for name, _ in fields].index(behind) if behind else 0
    fields.insert(index, (label, str))
    return msgspec.defstruct(plain.__name__, fields, frozen=True, namespace={"__doc__": plain.__doc__})


@cache
def heartbeat_type() -> type[msgspec.Struct]:
    """With the fields of extensions, which streams of other kinds leave out."""
    fields: Any = [(field.name, field.type) for field in msgspec.structs.fields(Heartbeat)]
    for extension in EXTENSIONS:
        for name, field_type in extension.beat_fields.items():
            fields.append((name, field_type | msgspec.UnsetType, msgspec.UNSET))
    return msgspec.defstruct("Heartbeat", fields, frozen=True, namespace={"__doc__": Heartbeat.__doc__})


def event_text(*, label: str, name: str, message: EventMessage) -> str:
    """The message of an event, as it is stored and sent: the stream's name is after the payload."""
    kind = labelled(EventMessage, label, behind="payload")
    return json_text(kind(**{label: name}, **msgspec.structs.asdict(message)))


def message_text(payload: Payload) -> str:
    return typed_text(payload.message_type, payload)


def typed_text(message_type: str, payload: Any) -> str:
    return json_text({"type": message_type, "payload": payload})


def established_text(*, greeting: str, label: str, name: str, established: Established) -> str:
    fields = {label: name, **msgspec.structs.asdict(established)}
    if established.heartbeat_seconds.is_integer():
        fields["heartbeat_seconds"] = int(established.heartbeat_seconds)
    payload = labelled(Established, label)(**fields)
    return json_text(EstablishedMessage(message=greeting, payload=payload))


def error_text(error: ApiError) -> str:
    message = error.message
    if error.details:
        message = "; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.details.items())
    return message_text(Problem(code=error.code, message=message))


def pong_text(*, ts: str, seq: int) -> str:
    """`ts` is JSON text already, so that whatever the client sent comes back the same."""
    now = milliseconds_text(server_now())
    return json_text(Pong(ts=msgspec.Raw((ts or json.dumps(now)).encode()), server_ts=now, seq=seq))


# --- Messages of clients, parsed strictly ------------------------------------------------------------

# What a client wants to see again with its pong, as JSON text.
MAX_TS_CHARACTERS = 200
MAX_EPOCH_CHARACTERS = 64
MAX_SEQ = 2**53  # what every client's numbers can say exactly


class UnknownType(ApiError):
    code: ClassVar[str] = "UNKNOWN_TYPE"
    status: ClassVar[int] = 400
    default_message: ClassVar[str] = "The server does not know this type of message."


# --- What clients send -------------------------------------------------------------------------------


class PingMessage(msgspec.Struct, tag_field="type", tag="ping"):
    """The server responds with `pong`, to check the connection and measure the round trip."""

    ts: Annotated[
        Any, msgspec.Meta(description=f"Returned unchanged; up to {MAX_TS_CHARACTERS} characters of JSON.")
    ] = msgspec.UNSET


class ResumeMessage(msgspec.Struct, tag_field="type", tag="resume"):
    """Requests the events after this seq. Response: the events or a snapshot, then `resumed`."""

    epoch: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_EPOCH_CHARACTERS)]
    since: Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQ)]


class SnapshotMessage(msgspec.Struct, tag_field="type", tag="snapshot"):
    """Requests the whole state. Response: a snapshot."""


class IdentifyMessage(msgspec.Struct, tag_field="type", tag="identify"):
    """Identifies a guest that has no cookie here, by its token. Response: `identified`."""

    guest_token: Annotated[str, msgspec.Meta(min_length=1)]


class IdentifyAccountMessage(msgspec.Struct, tag_field="type", tag="identify"):
    """Identifies an account by its access token. Response: `identified`."""

    access: Annotated[str, msgspec.Meta(min_length=1)]


class PeopleMessage(msgspec.Struct, tag_field="type", tag="people"):
    """Requests the people in the room. Response: `people.changed`, now and after each change."""


# --- Results of parsing ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ping:
    """`ts` is JSON text, or empty when none was given."""

    ts: str


@dataclass(frozen=True, slots=True)
class Resume:
    position: Position


@dataclass(frozen=True, slots=True)
class TakeSnapshot:
    pass


@dataclass(frozen=True, slots=True)
class Identify:
    """`field` is that of the message: `guest_token` or `access`."""

    field: str
    token: str


@dataclass(frozen=True, slots=True)
class FollowPeople:
    pass


@dataclass(frozen=True, slots=True)
class ExtensionMessage:
    """A message that an extension of the kind knows."""

    message: Any


Command = Ping | Resume | TakeSnapshot | Identify | FollowPeople | ExtensionMessage


def command_from(data: str | bytes, *, kind: str = "") -> Command:
    """The command. Raises MalformedJson, InvalidInput, or UnknownType."""
    try:
        message = parsed_json(data)
    except UnicodeError:
        raise MalformedJson from None
    if not isinstance(message, dict):
        raise InvalidInput("A message is a JSON object.")
    if not isinstance(message.get("type"), str):
        raise UnknownType
    if reader := _READERS.get(message["type"]):
        return reader(message)
    if (extended := extension_message(kind, message)) is None:
        raise UnknownType
    return ExtensionMessage(extended)


def position_from(*, epoch: Any, since: Any) -> Position:
    """A position whose numbers may be text, as in a URL. Raises InvalidInput."""
    if isinstance(since, str) and since.isascii() and since.isdigit() and len(since) <= 16:
        since = int(since)
    is_epoch = isinstance(epoch, str) and 0 < len(epoch) <= MAX_EPOCH_CHARACTERS and epoch.isprintable()
    if not is_epoch:
        raise InvalidInput.of("epoch", "Must be the epoch of an earlier response.")
    if isinstance(since, bool) or not isinstance(since, int) or not 0 <= since <= MAX_SEQ:
        raise InvalidInput.of("since", "The number of the last event that you have is needed, or 0.")
    return Position(epoch, since)


def _ping(message: dict[str, Any]) -> Ping:
    if "ts" not in message:
        return Ping(ts="")
    text = json.dumps(message["ts"])
    if len(text) > MAX_TS_CHARACTERS:
        raise InvalidInput.of("ts", f"At most {MAX_TS_CHARACTERS} characters of JSON.")
    return Ping(ts=text)


def _resume(message: dict[str, Any]) -> Resume:
    if isinstance(message.get("since"), str):
        raise InvalidInput.of("since", "A number is needed, not text.")
    return Resume(position_from(epoch=message.get("epoch"), since=message.get("since")))


def _snapshot(_message: dict[str, Any]) -> TakeSnapshot:
    return TakeSnapshot()


def _people(_message: dict[str, Any]) -> FollowPeople:
    return FollowPeople()


def _identify(message: dict[str, Any]) -> Identify:
    fields = ("access", "guest_token")
    given = [field for field in fields if isinstance(message.get(field), str) and message[field]]
    if len(given) != 1:
        named = next((field for field in fields if field in message), "guest_token")
        raise InvalidInput.of(named, "Either a guest token or an access token is needed.")
    return Identify(field=given[0], token=message[given[0]])


CLIENT_MESSAGES: dict[type[msgspec.Struct], Callable[[dict[str, Any]], Command]] = {
    PingMessage: _ping,
    ResumeMessage: _resume,
    SnapshotMessage: _snapshot,
    IdentifyMessage: _identify,
    IdentifyAccountMessage: _identify,
    PeopleMessage: _people,
}


def client_messages() -> list[type[msgspec.Struct]]:
    """All that a client may send, on streams of any kind."""
    return [*CLIENT_MESSAGES, *(message for extension in EXTENSIONS for message in extension.client_messages)]


_READERS = {str(message.__struct_config__.tag): reader for message, reader in CLIENT_MESSAGES.items()}
