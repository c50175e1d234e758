"""Kinds of streams. An app with events registers its kind; this app knows none by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class StreamKind:
    """What this app must know of streams whose meaning it doesn't.

    `read_items` returns the whole state of a stream, by its id, as values that JSON can say. It is called
    within a consistent read. `digest_of` makes the short text by which two such states are compared.
    """

    name: str
    # The field of a frame that carries the stream's name.
    label: str
    greeting: str
    snapshot_type: str
    read_items: Callable[[int], Sequence[Any]]
    digest_of: Callable[[Sequence[Any]], str]
    # The module that is its table of events.
    table: str = ""
    # The names of callers by their keys, "" for who has none; deleted ones are left out. Without it, streams
    # of this kind do not show who is there.
    names_of: Callable[[Sequence[str]], Mapping[str, str]] | None = None
    # Prefix of the names of its types in schemas, where another kind has the plain ones.
    prefix: str = ""


# By their names.
KINDS: dict[str, StreamKind] = {}


def register_kind(kind: StreamKind) -> None:
    """Called once, when the apps are ready."""
    KINDS[kind.name] = kind


def kind_names() -> list[str]:
    return list(KINDS)


def kind_named(name: str) -> StreamKind:
    return KINDS[name]
