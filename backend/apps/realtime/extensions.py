"""What other apps add to sockets and heartbeats of a kind of stream. This app knows none of them by name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

import msgspec

from core.errors import InvalidInput


class Socket(Protocol):
    """A WebSocket that listens to a stream."""

    @property
    def stream_id(self) -> int: ...

    @property
    def head(self) -> tuple[str, int]:
        """The epoch and the newest event that this process has delivered in the stream."""

    def put(self, text: str) -> None:
        """Sends a message after the earlier ones."""


class HubExtension:
    """One for each hub, so one for each process. Its methods are called on the event loop."""

    # The kind of streams whose sockets it extends.
    kind: ClassVar[str]
    # What sockets may send, beside the messages of this app, and what they receive.
    client_messages: ClassVar[Sequence[type[msgspec.Struct]]] = ()
    server_messages: ClassVar[Sequence[type[msgspec.Struct]]] = ()
    # Further fields of a heartbeat with their types; `read_beat` returns them, in a reader thread.
    beat_fields: ClassVar[Mapping[str, Any]] = {}
    read_beat: ClassVar[Callable[[int], Mapping[str, Any]] | None] = None

    def start(self) -> None:
        """The process serves requests."""

    def stop(self) -> None:
        """The process ends."""

    def enter(self, socket: Socket) -> None:
        """A socket has joined its stream."""

    def leave(self, socket: Socket) -> None:
        """A socket has left its stream."""

    def notice(self, stream_id: int) -> None:
        """A process has called `publish_notice` for this stream, of which this one has listeners."""

    async def handle(self, socket: Socket, message: Any, *, network: str) -> None:
        """A socket of this network has sent one of `client_messages`."""


EXTENSIONS: list[type[HubExtension]] = []


def register_extension(extension: type[HubExtension]) -> None:
    """Called once, when the apps are ready."""
    EXTENSIONS.append(extension)


def extensions_of(kind: str) -> list[type[HubExtension]]:
    return [extension for extension in EXTENSIONS if extension.kind == kind]


def beat_of(kind: str, stream_id: int) -> dict[str, Any]:
    """The further fields of a heartbeat of the stream."""
    reads = [extension.read_beat for extension in extensions_of(kind) if extension.read_beat]
    return {name: value for read in reads for name, value in read(stream_id).items()}


def extension_message(kind: str, message: Mapping[str, Any]) -> Any:
    """The message as one of the extensions' types; None if it is none. Raises InvalidInput."""
    for extension in extensions_of(kind):
        for message_type in extension.client_messages:
            if message_type.__struct_config__.tag == message["type"]:
                return _converted(message, message_type)
    return None


INVALID_CHARACTER = "The text contains an invalid character."


def _converted(message: Mapping[str, Any], message_type: type[msgspec.Struct]) -> Any:
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(message_type):
        if field.encode_name not in message:
            if field.required:
                raise InvalidInput.of(field.name, "This field is required.")
            continue
        try:
            value = values[field.name] = msgspec.convert(message[field.encode_name], field.type)
            if isinstance(value, str) and b"\0" in value.encode():  # PostgreSQL stores no NUL
                raise InvalidInput.of(field.name, INVALID_CHARACTER)
        except msgspec.ValidationError as error:
            raise InvalidInput.of(field.name, f"{error}.") from None
        except UnicodeEncodeError:  # half of a surrogate pair, which JSON can contain
            raise InvalidInput.of(field.name, INVALID_CHARACTER) from None
    return message_type(**values)
