"""A library track that is corrected is told in every room where it waits."""

from typing import Any

import pytest

from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.contract.witnesses import Witness


def test_every_room_that_shows_it_is_told(queue: Queue, voted_queue: Queue, library: Library):
    track = library.add("Helo", artist="Adele")
    first, second = queue.add(track["id"]), voted_queue.add(track["id"])

    with Witness(queue) as witness, Witness(voted_queue) as elsewhere:
        corrected = library.change(track["id"], title="Hello")

    assert witness.types == elsewhere.types == ["track.updated"]
    assert witness.payloads == [{**first, "track": corrected}]
    assert elsewhere.payloads == [{**second, "track": corrected}]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("artist", "Bo"),
        ("album", "Now"),
        ("genre", "soul"),
        ("duration_seconds", 61),
        ("cover_url", "https://covers.example/1.jpg"),
        ("isrc", "QZZZZ2600007"),
    ],
)
def test_everything_that_an_item_shows_counts(queue: Queue, library: Library, field: str, value: Any):
    track = library.add("Plain")
    item = queue.add(track["id"])

    with Witness(queue) as witness:
        library.change(track["id"], **{field: value})

    assert witness.types == ["track.updated"]
    assert queue.item(item["id"])["track"][field] == value


def test_what_stays_the_same_is_not_told(queue: Queue, library: Library):
    track = library.add("Hello")
    queue.add(track["id"])

    with Witness(queue) as witness:
        library.change(track["id"], title="Hello")

    assert witness.types == []


def test_rooms_without_it_hear_nothing(queue: Queue, library: Library):
    track = library.add("Helo")
    queue.fill(2)

    with Witness(queue) as witness:
        library.change(track["id"], title="Hello")

    assert witness.types == []


def test_what_plays_goes_on_playing(queue: Queue, library: Library):
    track = library.add("Helo")
    item = queue.add(track["id"])["id"]
    queue.play(item)

    with Witness(queue) as witness:
        library.change(track["id"], title="Hello")

    assert witness.types == ["track.updated"]
    assert witness.payloads[0]["is_playing"] is True
    assert queue.playing() == item
