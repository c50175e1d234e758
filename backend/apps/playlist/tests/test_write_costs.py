"""What one write may cost at most: on SQLite, all rooms wait for it."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.playlist.models import Play, PlaylistTrack, RemovedItem
from apps.playlist.placement import queue_positions, renumber
from apps.playlist.positions import QueuePosition
from apps.playlist.services import MAX_PREDECESSORS, Place, change_item, play_item, stop_playing
from apps.playlist.tests.rooms import event_recorder, queued, titles
from apps.rooms.models import Room
from apps.tracks.models import Track


def move(item: PlaylistTrack, place: Place) -> None:
    change_item(slug=item.room.slug, item_id=item.pk, place=place, is_playing=None)


def removed(room: Room, *chain: int, after: int | None) -> None:
    """Each followed the next one, and the last one `after`."""
    now = timezone.now()
    followed = [*chain[1:], after]
    RemovedItem.objects.bulk_create(
        RemovedItem(
            item_number=number,
            room=room,
            after_item_number=before,
            added_by="Ada",
            added_at=now,
            votes_reached_seq=0,
            votes=[],
            removed_at=now,
        )
        for number, before in zip(chain, followed, strict=True)
    )


def test_a_long_chain_of_removed_items_is_read_in_one_query(room, django_assert_max_num_queries):
    """Anyone can add an item before the head and remove the head, over and over."""
    a, b, c = queued(room, "abc")
    gone = range(10**6, 10**6 + MAX_PREDECESSORS)
    removed(room, *gone, after=a.pk)
    with event_recorder(room) as events, django_assert_max_num_queries(40):
        move(c, Place(after_id=gone[0]))
    assert (events, titles(room)) == (["track.moved"], "acb")

    removed(room, 10**7, after=gone[0])  # one more than are followed
    move(b, Place(after_id=10**7))
    assert titles(room) == "bac"


def test_a_circle_of_removed_items_is_left(room):
    """Restored items are removed from other places."""
    _, b = queued(room, "ab")
    removed(room, 1001, 1002, 1003, after=1001)
    move(b, Place(after_id=1003))
    assert titles(room) == "ba"


def test_a_renumbering_takes_no_longer_than_150_reads_of_the_queue(room):
    """A client can cause one with each move: next to the closest number there is."""
    Track.objects.bulk_create_without_events([Track(title=f"T{n}", artist="A") for n in range(1000)])
    items = [
        PlaylistTrack(room=room, track=track, position=float(number))
        for number, track in enumerate(Track.objects.order_by("-pk")[:1000], start=1)
    ]
    PlaylistTrack.objects.bulk_create_without_events(items)
    order = [standing.item_id for standing in queue_positions(room)][::-1]

    read_seconds = shortest(lambda: queue_positions(room))
    assert shortest(lambda: renumber(room)) < 150 * read_seconds

    renumber(room, order=order)
    assert queue_positions(room) == [QueuePosition(float(n), pk) for n, pk in enumerate(order, start=1)]


def test_a_room_is_deleted_without_reading_its_plays(room):
    """There may be as many as its owner has started in weeks."""
    (item,) = queued(room, "a")
    for _ in range(3):
        play_item(slug=room.slug, item_id=item.pk)
        stop_playing(slug=room.slug)
    with CaptureQueriesContext(connection) as queries:
        room.delete()
    assert not [query["sql"] for query in queries if '"playlist_play"."item"' in query["sql"]]
    assert not Play.objects.exists()


def shortest(act: Callable[[], Any]) -> float:
    """The seconds of the shortest of some calls."""
    seconds = []
    for _ in range(7):
        began = time.perf_counter()
        with transaction.atomic():
            act()
        seconds.append(time.perf_counter() - began)
    return min(seconds)
