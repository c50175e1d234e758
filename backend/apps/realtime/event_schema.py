"""The schema of everything that is sent over a socket, composed of the types that the code sends."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal, get_args, get_type_hints

import msgspec

from apps.realtime.connection import CLOSE_MEANINGS, CloseCode
from apps.realtime.decorators import event_payload_types
from apps.realtime.extensions import extensions_of
from apps.realtime.messages import (
    Established,
    EstablishedMessage,
    EventMessage,
    Heartbeat,
    Identified,
    PeopleChanged,
    Pong,
    Problem,
    Resumed,
    SnapshotPayload,
    UnknownType,
    client_messages,
    heartbeat_type,
    labelled,
)
from apps.realtime.models import StreamKind
from core.endpoints import Schema, json_schemas, public_name
from core.errors import ApiError, InvalidInput, MalformedJson, RateLimited, Unavailable

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DEFINITIONS = "#/$defs/"
# What the error message says of a message that was rejected, or of a part that is unavailable.
MESSAGE_ERRORS: tuple[type[ApiError], ...] = (
    *(MalformedJson, UnknownType, InvalidInput, RateLimited, Unavailable),
)


def close_codes() -> dict[str, int]:
    """Every close code by its name."""
    return {name: code for name, code in vars(CloseCode).items() if name.isupper()}


# --- Types -------------------------------------------------------------------------------------------


def event_types(kind: StreamKind) -> list[type[msgspec.Struct]]:
    """The message of each type of event, but for its payload."""
    return [
        _named(
            camel(event_type),
            f"The event {event_type}.",
            labelled(EventMessage, kind.label, behind="payload", type=_one_of(event_type)),
        )
        for event_type in event_payload_types(kind.table)
    ]


@cache
def snapshot_type(kind: StreamKind) -> type[msgspec.Struct]:
    """The whole state, with the items that this kind reads."""
    items = get_type_hints(kind.read_items)["return"]
    return msgspec.defstruct(
        f"{kind.prefix}Snapshot",
        [("epoch", str), ("seq", int), ("items", list[get_args(items)[0]])],  # type: ignore[misc]
        namespace={"__doc__": SnapshotPayload.__doc__},
    )


def poll_type(kind: StreamKind) -> type[msgspec.Struct]:
    """The response to a poll. Any event is one of the messages of `/api/events.schema.json`."""
    payload = _one_of(*event_payload_types(kind.table))
    event = labelled(EventMessage, kind.label, behind="payload", type=payload)
    events: Any = list[_named("Event", "An event.", event)]  # type: ignore[misc]  # made at run time
    snapshot = snapshot_type(kind) | None
    fields = [("epoch", str), ("seq", int), ("top", int), ("events", events), ("snapshot", snapshot)]
    return msgspec.defstruct("Events", fields)


def _messages_of_kind(kind: StreamKind) -> list[Any]:
    """Those that only a stream of this kind sends."""
    name = f"{kind.prefix}EstablishedPosition"
    established = _named(name, "The stream's present position.", labelled(Established, kind.label))
    greeting = msgspec.defstruct(
        f"{kind.prefix}{EstablishedMessage.__name__}",
        [("message", str), ("payload", established)],
        tag_field="type",
        tag="connection.established",
        namespace={"__doc__": Established.__doc__},
    )
    people = [_labelled(PeopleChanged.message_type, PeopleChanged)] if kind.names_of else []
    added = [message for extension in extensions_of(kind.name) for message in extension.server_messages]
    others = [_labelled(getattr(message, "message_type"), message) for message in added]  # noqa: B009 - by convention
    return [
        greeting,
        *event_types(kind),
        _labelled(kind.snapshot_type, snapshot_type(kind)),
        *people,
        *others,
    ]


def _messages_of_any_kind() -> list[Any]:
    types = [_labelled(payload.message_type, payload) for payload in (Resumed, Identified, Problem)]
    return [*types, _labelled(Heartbeat.message_type, heartbeat_type()), Pong]


def _labelled(message_type: str, payload: type[msgspec.Struct]) -> type[msgspec.Struct]:
    return msgspec.defstruct(
        f"{camel(message_type)}Message",
        [("payload", payload)],
        tag_field="type",
        tag=message_type,
        namespace={"__doc__": payload.__doc__},
    )


def _named(name: str, description: str, plain: type[msgspec.Struct]) -> type[msgspec.Struct]:
    fields = [(field.name, field.type) for field in msgspec.structs.fields(plain)]
    return msgspec.defstruct(name, fields, namespace={"__doc__": description})


def _one_of(*words: str) -> Any:
    """The type of these words alone."""
    return Literal.__getitem__(words)  # the same as Literal[words], said at run time


def camel(message_type: str) -> str:
    """TrackAdded, of track.added."""
    return "".join(word.capitalize() for word in message_type.split("."))


# --- The schema of everything that goes over a socket ------------------------------------------------


def events_schema(kinds: Sequence[StreamKind]) -> Schema:
    """Valid against the whole is every message that the server sends on a stream of these."""
    own, shared = [_messages_of_kind(kind) for kind in kinds], _messages_of_any_kind()
    client = client_messages()
    payload_types = {
        name: payload for kind in kinds for name, payload in event_payload_types(kind.table).items()
    }
    payloads = [option for payload in payload_types.values() for option in _options(payload)]
    types = [*(message for messages in own for message in messages), *shared, *client, *payloads]
    references, definitions = json_schemas(types, at=DEFINITIONS)
    of_type = dict(zip(map(id, types), references, strict=True))

    def one_of(messages: Sequence[Any]) -> Schema:
        return {"oneOf": [of_type[id(message)] for message in messages]}

    _set_payloads(definitions, payload_types)
    definitions["Problem"]["properties"]["code"]["enum"] = [error.code for error in MESSAGE_ERRORS]
    return {
        "$schema": DIALECT,
        "title": "Everything that goes over a socket",
        "description": "Valid is any message from the server. ClientMessage is any message to it.",
        "$ref": f"{DEFINITIONS}ServerMessage",
        "$defs": {
            "ServerMessage": one_of([*(message for messages in own for message in messages), *shared]),
            "ClientMessage": one_of(client),
            "Event": _events_of(kinds),
            **{
                f"{camel(kind.name)}Message": one_of([*messages, *shared])
                for kind, messages in zip(kinds, own, strict=True)
            },
            **{f"{camel(kind.name)}Event": _events_of([kind]) for kind in kinds},
            "CloseCode": {
                "description": "Why the server closed the socket.",
                "oneOf": [
                    {"const": code, "title": name, "description": CLOSE_MEANINGS[code]}
                    for name, code in close_codes().items()
                ],
            },
            **definitions,
        },
    }


def _events_of(kinds: Sequence[StreamKind]) -> Schema:
    event_types_of_kinds = [event_type for kind in kinds for event_type in event_payload_types(kind.table)]
    return {"oneOf": [{"$ref": DEFINITIONS + camel(event_type)} for event_type in event_types_of_kinds]}


def _set_payloads(definitions: dict[str, Schema], payload_types: Mapping[str, Any]) -> None:
    for event_type, payload in payload_types.items():
        options = [{"$ref": DEFINITIONS + public_name(option.__name__)} for option in _options(payload)]
        properties = definitions[camel(event_type)]["properties"]
        properties["payload"] = options[0] if len(options) == 1 else {"oneOf": options}


def _options(payload: Any) -> tuple[Any, ...]:
    """The types that a payload may have: those of a union, else the one."""
    return get_args(payload) or (payload,)
