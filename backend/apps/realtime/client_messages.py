"""Messages of clients over a socket, parsed strictly."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import msgspec

from apps.realtime.frames import Position
from core.errors import ApiError, InvalidInput, MalformedJson
from core.json_codec import parsed_json

# What a client wants to see again with its pong, as JSON text.
MAX_TS_CHARACTERS = 200
MAX_EPOCH_CHARACTERS = 64
MAX_SEQ = 2**53  # what every client's numbers can say exactly


class UnknownType(ApiError):
    code: ClassVar[str] = "UNKNOWN_TYPE"
    status: ClassVar[int] = 400
    default_message: ClassVar[str] = "Known types are ping, resume, snapshot, identify and people."


# --- What clients send -------------------------------------------------------------------------------


class PingFrame(msgspec.Struct, tag_field="type", tag="ping"):
    """Answered with pong: a sign of life, and a measure of the way there and back."""

    ts: Annotated[
        Any, msgspec.Meta(description=f"Comes back as it is; at most {MAX_TS_CHARACTERS} characters of JSON.")
    ] = msgspec.UNSET


class ResumeFrame(msgspec.Struct, tag_field="type", tag="resume"):
    """Asks for what came after this moment. Answered with the events or a snapshot, then with resumed."""

    epoch: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_EPOCH_CHARACTERS)]
    since: Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQ)]


class SnapshotFrame(msgspec.Struct, tag_field="type", tag="snapshot"):
    """Asks for the whole state. Answered with a snapshot."""


class IdentifyFrame(msgspec.Struct, tag_field="type", tag="identify"):
    """Says which guest the client is, where its cookie can't. Answered with identified."""

    guest_token: Annotated[str, msgspec.Meta(min_length=1)]


class IdentifyAccountFrame(msgspec.Struct, tag_field="type", tag="identify"):
    """Says which account the client is, by its access token. Answered with identified."""

    access: Annotated[str, msgspec.Meta(min_length=1)]


class PeopleFrame(msgspec.Struct, tag_field="type", tag="people"):
    """Asks who is in the room. Answered with people.changed, which is sent again after each change."""


# --- What they come to -------------------------------------------------------------------------------


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
    """`field` is that of the frame: `guest_token` or `access`."""

    field: str
    token: str


@dataclass(frozen=True, slots=True)
class FollowPeople:
    pass


Command = Ping | Resume | TakeSnapshot | Identify | FollowPeople


def command_from(data: str | bytes) -> Command:
    """The command. Raises MalformedJson, InvalidInput, or UnknownType."""
    try:
        frame = parsed_json(data)
    except UnicodeError:
        raise MalformedJson from None
    if not isinstance(frame, dict):
        raise InvalidInput("A frame is a JSON object.")
    reader = _READERS.get(frame["type"]) if isinstance(frame.get("type"), str) else None
    if reader is None:
        raise UnknownType
    return reader(frame)


def position_from(*, epoch: Any, since: Any) -> Position:
    """A position whose numbers may be text, as in a URL. Raises InvalidInput."""
    if isinstance(since, str) and since.isascii() and since.isdigit() and len(since) <= 16:
        since = int(since)
    is_epoch = isinstance(epoch, str) and 0 < len(epoch) <= MAX_EPOCH_CHARACTERS and epoch.isprintable()
    if not is_epoch:
        raise InvalidInput.of("epoch", "The epoch that an earlier answer named is needed.")
    if isinstance(since, bool) or not isinstance(since, int) or not 0 <= since <= MAX_SEQ:
        raise InvalidInput.of("since", "The number of the last event that you have is needed, or 0.")
    return Position(epoch, since)


def _ping(frame: dict[str, Any]) -> Ping:
    if "ts" not in frame:
        return Ping(ts="")
    text = json.dumps(frame["ts"])
    if len(text) > MAX_TS_CHARACTERS:
        raise InvalidInput.of("ts", f"At most {MAX_TS_CHARACTERS} characters of JSON.")
    return Ping(ts=text)


def _resume(frame: dict[str, Any]) -> Resume:
    if isinstance(frame.get("since"), str):
        raise InvalidInput.of("since", "A number is needed, not text.")
    return Resume(position_from(epoch=frame.get("epoch"), since=frame.get("since")))


def _snapshot(_frame: dict[str, Any]) -> TakeSnapshot:
    return TakeSnapshot()


def _people(_frame: dict[str, Any]) -> FollowPeople:
    return FollowPeople()


def _identify(frame: dict[str, Any]) -> Identify:
    fields = ("access", "guest_token")
    given = [field for field in fields if isinstance(frame.get(field), str) and frame[field]]
    if len(given) != 1:
        named = next((field for field in fields if field in frame), "guest_token")
        raise InvalidInput.of(named, "Either a guest token or an access token is needed.")
    return Identify(field=given[0], token=frame[given[0]])


CLIENT_FRAMES: dict[type[msgspec.Struct], Callable[[dict[str, Any]], Command]] = {
    PingFrame: _ping,
    ResumeFrame: _resume,
    SnapshotFrame: _snapshot,
    IdentifyFrame: _identify,
    IdentifyAccountFrame: _identify,
    PeopleFrame: _people,
}
_READERS = {str(frame.__struct_config__.tag): reader for frame, reader in CLIENT_FRAMES.items()}
