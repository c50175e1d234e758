"""Ordered streams of events with their kinds, the log of their latest events, and presence."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import timezone

EPOCH_BYTES = 9  # 72 random bits, 12 characters


def new_epoch() -> str:
    return secrets.token_urlsafe(EPOCH_BYTES)


class Stream(models.Model):
    """An ordered, gapless sequence of events. Its row is the lock that every writer of the stream takes."""

    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=50)
    epoch = models.CharField(max_length=16, default=new_epoch)
    # The number of the newest event; 0 before the first.
    seq = models.PositiveBigIntegerField(default=0)
    # The day on which a client last listened or wrote.
    visited_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="stream_kind_name")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.name} at {self.seq}"


class Event(models.Model):
    """A numbered event of a stream, with its message exactly as it is sent."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveBigIntegerField()
    type = models.CharField(max_length=40)
    message = models.TextField()
    op_id = models.CharField(max_length=64, null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["stream_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="event_stream_seq")]
        indexes = [models.Index(fields=["created_at"], name="event_created_at")]

    def __str__(self) -> str:
        return f"{self.type} #{self.seq}"


class Presence(models.Model):
    """A person in a stream. Never sent as an event; what has expired counts no more.

    Keys rather than references: the rows live a minute, and a stream or a person may go before.
    """

    stream_id = models.BigIntegerField()
    # The caller's, as in `core.identity`.
    key = models.CharField(max_length=64)
    # When the presence expires, unless it is extended.
    until = models.DateTimeField()
    written_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "presence"
        constraints = [models.UniqueConstraint(fields=["stream_id", "key"], name="presence_once")]
        indexes = [models.Index(fields=["until"], name="presence_until")]

    def __str__(self) -> str:
        return f"{self.key} in {self.stream_id}"


# --- Kinds of streams: apps register theirs ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StreamKind:
    """What this app must know of streams whose meaning it doesn't.

    `read_items` returns the whole state of a stream, by its id, as values that JSON can say. It is called
    within a consistent read. `digest_of` makes the short text by which two such states are compared.
    """

    name: str
    # The field of a message that carries the stream's name.
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
