"""A kind of streams of the tests' own: boards with cards."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models, transaction

from apps.realtime.models import Event, Stream, StreamKind
from apps.realtime.services import append_event, clear_oldest, lock_stream, open_stream
from core.changes import BroadcastModel

KIND = "board"


class Card(BroadcastModel):
    """A text on a board; `board` is the id of the board's stream."""

    board = models.BigIntegerField()
    text = models.CharField(max_length=50)
    rank = models.IntegerField(default=0)
    if TYPE_CHECKING:  # the plugin for Django knows only models of installed apps
        objects: ClassVar[Any]

    class Meta:
        app_label = "realtime_tests"

    def __str__(self) -> str:
        return self.text

    def lock_for_change(self) -> None:
        lock_stream(self.board)


def cards_of(stream_id: int) -> list[str]:
    return list(Card.objects.filter(board=stream_id).order_by("pk").values_list("text", flat=True))


def digest_of(items: Sequence[Any]) -> str:
    return "+".join(items) or "empty"


BOARDS = StreamKind(
    name=KIND,
    label="board",
    greeting="Connected to the board",
    snapshot_type="board.snapshot",
    read_items=cards_of,
    digest_of=digest_of,
)


def open_board(name: str = "main") -> Stream:
    with transaction.atomic():
        return open_stream(kind=KIND, name=name)


def append(stream_id: int, *payloads: Any) -> list[int]:
    """Appends one event for each payload, in one transaction; returns their numbers."""
    with transaction.atomic():
        return [
            append_event(stream_id=stream_id, event_type="card.added", payload=payload)
            for payload in payloads
        ]


def seqs_of(stream_id: int) -> list[int]:
    """The numbers that the log holds."""
    return list(Event.objects.filter(stream_id=stream_id).order_by("seq").values_list("seq", flat=True))


def texts_of(stream_id: int) -> list[str]:
    """The messages that the log holds."""
    return list(Event.objects.filter(stream_id=stream_id).order_by("seq").values_list("message", flat=True))


def fill(stream_id: int, count: int, *, age: timedelta = timedelta()) -> None:
    """Puts so many events into the log of an empty stream at once, without trimming it."""
    append(stream_id, "first")
    first = Event.objects.get(stream_id=stream_id)
    first.created_at -= age
    first.save(update_fields=["created_at"])
    Event.objects.bulk_create(
        Event(stream_id=stream_id, seq=seq, type="x", message="{}", created_at=first.created_at)
        for seq in range(2, count + 1)
    )
    Stream.objects.filter(pk=stream_id).update(seq=count)
    clear_oldest()
