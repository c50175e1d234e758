"""`@broadcast_event`: a model signal becomes an event of a stream, in the transaction that changed it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from django.db.models.signals import ModelSignal, post_delete
from django.dispatch import Signal

from apps.realtime.services import append_event
from core.changes import AnnouncedModel, Change, change_of

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Broadcast(Generic[P]):
    """One event for one stream, where a change is broadcast on several."""

    stream_id: int
    payload: P


Condition = Callable[[Change[Any]], bool]
Receiver = Callable[[Any], Any]

# The module of an app that is its table of events. What tests connect beside is no part of the contract.
TABLE = "signals"
# Every event type, with what makes its payload; in the order of the tables.
_receivers: list[tuple[str, Receiver]] = []


def event_payload_types(table: str = "") -> dict[str, Any]:
    """Every type of event with the type of its payload, as this table, or each, declares them."""
    by_type: dict[str, Any] = {}
    for event_type, receiver in _declared(table):
        payload = _payload_type(get_type_hints(receiver)["return"])
        by_type[event_type] = Union[by_type[event_type], payload] if event_type in by_type else payload  # noqa: UP007
    return by_type


def event_descriptions(table: str) -> dict[str, str]:
    """Every type of event of this table with the docstrings of its receivers, on one line."""
    by_type: dict[str, list[str]] = {}
    for event_type, receiver in _declared(table):
        by_type.setdefault(event_type, []).extend((receiver.__doc__ or "").split())
    return {event_type: " ".join(words) for event_type, words in by_type.items()}


def _declared(table: str) -> Iterator[tuple[str, Receiver]]:
    for event_type, receiver in _receivers:
        module = receiver.__module__
        if module.rpartition(".")[2] == TABLE and (not table or module == table):
            yield event_type, receiver


def _payload_type(returned: Any) -> Any:
    """Of a receiver that returns payloads themselves, or an iterator of Broadcasts of them."""
    for part in get_args(returned):
        if get_origin(part) is Broadcast:
            return get_args(part)[0]
    return returned


def created(change: Change[Any]) -> bool:
    """When the row is new."""
    return change.before is None and change.after is not None


def changed(*fields: str) -> Condition:
    """When one of these fields of a row that was there before has another value now."""

    def has_changed(change: Change[Any]) -> bool:
        before, after = change.before, change.after
        if before is None or after is None:
            return False
        return any(getattr(before, field) != getattr(after, field) for field in fields)

    return has_changed


def broadcast_event(
    event_type: str,
    *,
    on: Signal,
    sender: Any,
    stream: Callable[[Any], int] | None = None,
    when: Condition | None = None,
) -> Callable[[Receiver], Receiver]:
    """Makes what the decorated function returns the payload of an event.

    With a model signal `on` of an AnnouncedModel `sender`, the function gets the Change, if `when` holds of
    it. With any other signal it gets what was sent as `subject`. `stream` names the stream from the same
    argument; without it, the function returns Broadcasts, any number of them. Events are appended at once,
    within the transaction that sent the signal.
    """

    def decorate(receiver: Receiver) -> Receiver:
        def append(subject: Any) -> None:
            result = receiver(subject)
            for broadcast in [Broadcast(stream(subject), result)] if stream else result:
                append_event(stream_id=broadcast.stream_id, event_type=event_type, payload=broadcast.payload)

        def on_model_signal(
            instance: AnnouncedModel, *, raw: bool = False, origin: Any = None, **_: Any
        ) -> None:
            if raw:  # a fixture is loaded: it restores rows, it doesn't change them
                return
            if on is post_delete and origin is not instance:
                return  # it goes with what it belongs to, as the items of a room with the room and its stream
            change = change_of(instance)
            if when is None or when(change):
                append(change)

        def on_own_signal(subject: Any, **_: Any) -> None:
            append(subject)

        _receivers.append((event_type, receiver))
        handler = on_model_signal if isinstance(on, ModelSignal) else on_own_signal
        on.connect(handler, sender=sender, weak=False, dispatch_uid=f"{event_type}:{receiver.__qualname__}")
        return receiver

    return decorate
