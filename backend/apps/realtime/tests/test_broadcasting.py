"""A change that the table names is told once, in the transaction that made it; everything else is not."""

import json
from typing import Any

import pytest
from django.db.models.signals import post_delete, post_save
from django.dispatch import Signal

from apps.realtime.broadcasting import Broadcast, broadcast_event, changed, created
from apps.realtime.models import Event, Stream
from apps.realtime.services import close_stream
from apps.realtime.tests.boards import Card, open_board
from core.changes import Change

pytestmark = pytest.mark.usefixtures("own_receivers")


def board_of(change: Change[Card]) -> int:
    row = change.after or change.before
    assert row is not None
    return row.board


def text_of(change: Change[Card]) -> str:
    row = change.after or change.before
    assert row is not None
    return row.text


def told(stream: Stream) -> list[tuple[str, Any]]:
    frames = Event.objects.filter(stream=stream).order_by("seq").values_list("frame", flat=True)
    return [(frame["type"], frame["payload"]) for frame in map(json.loads, frames)]


def tell(event_type: str, *, on: Signal = post_save, **options: Any) -> None:
    """Puts one line into the table."""

    def receiver(change: Change[Card]) -> str:
        return text_of(change)

    receiver.__qualname__ = f"{event_type} {sorted(options)}"
    broadcast_event(event_type, on=on, sender=Card, stream=board_of, **options)(receiver)


def test_a_new_row_is_told_once_even_if_its_line_of_the_table_is_read_twice(board):
    for _ in range(2):
        tell("card.added", when=created)
    card = Card(board=board.pk, text="Halo")
    card.save()
    assert told(board) == [("card.added", "Halo")]
    card.save()
    Card(pk=card.pk, board=board.pk, text="Hello").save()
    assert told(board) == [("card.added", "Halo")]


def test_a_change_is_told_only_when_one_of_its_fields_changed_and_was_written(board):
    tell("card.ranked", when=changed("rank", "board"))
    card = Card(board=board.pk, text="Halo", rank=1)
    card.save()
    card.save()
    card.text, card.rank = "Hello", 2
    card.save(update_fields=["text"])
    assert told(board) == []
    card.save()
    assert told(board) == [("card.ranked", "Hello")]


def test_a_row_that_goes_with_what_it_belongs_to_is_not_told(board):
    """As Django's cascade sends it: the origin is another object, and the stream may be gone by then."""
    tell("card.removed", on=post_delete)
    card = Card.objects.create(board=board.pk, text="Halo")
    close_stream(board.pk)
    post_delete.send(sender=Card, instance=card, using="default", origin=board)
    assert not Event.objects.exists()


def test_a_payload_that_can_t_be_made_undoes_the_change(stored_board):
    def fail(change: Change[Card]) -> None:
        raise ZeroDivisionError

    broadcast_event("card.added", on=post_save, sender=Card, stream=board_of)(fail)
    with pytest.raises(ZeroDivisionError):
        Card(board=stored_board.pk, text="Halo").save()
    assert not Card.objects.exists()
    assert told(stored_board) == []


def test_one_change_can_be_told_to_several_streams_or_to_none(board):
    other = open_board("other")

    @broadcast_event("card.noticed", on=post_save, sender=Card)
    def noticed(change: Change[Card]) -> list[Broadcast[str]]:
        if text_of(change) == "secret":
            return []
        return [Broadcast(other.pk, "to other"), Broadcast(board.pk, "to board")]

    Card.objects.create(board=board.pk, text="secret")
    assert (told(board), told(other)) == ([], [])
    Card.objects.create(board=board.pk, text="Halo")
    assert told(board) == [("card.noticed", "to board")]
    assert told(other) == [("card.noticed", "to other")]


def test_a_signal_of_one_s_own_gives_its_subject(board):
    shuffled = Signal()

    @broadcast_event("board.shuffled", on=shuffled, sender=Stream, stream=lambda stream: stream.pk)
    def tell_shuffled(stream: Stream) -> str:
        return stream.name

    shuffled.send(sender=Stream, subject=board)
    shuffled.send(sender=Card, subject=board)
    assert told(board) == [("board.shuffled", "main")]
