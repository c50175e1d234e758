"""Votes that are cast or counts that are written past the services; where votes decide, positions say so."""

import pytest
from django.db import IntegrityError, transaction

from apps.playlist.models import PlaylistTrack, RemovedItem, Vote
from apps.playlist.selectors import queue_of_stream
from apps.playlist.services import cast_vote
from apps.playlist.tasks import apply_default_order, purge_removals
from apps.playlist.tests.rooms import add, event_recorder, new_room, queued, titles, vote
from core.errors import InvalidInput


@pytest.fixture
def item(room) -> PlaylistTrack:
    return add(room, "a")


def test_the_vote_count_cannot_be_set_directly(item):
    cast_vote(slug=item.room.slug, item_id=item.pk, voter="ada", value=1)
    stale = PlaylistTrack.objects.get()
    stale.votes = 99
    stale.save()
    assert PlaylistTrack.objects.get().votes == 1
    new = PlaylistTrack(room=item.room, track=add(new_room(), "b").track, position=9.0, votes=50)
    new.save()
    assert PlaylistTrack.objects.get(pk=new.pk).votes == 0


def test_the_database_stores_one_vote_per_voter_and_item_with_value_1_or_minus_1(room, item):
    first = Vote.objects.create(item=item, voter="ada", value=1)
    for voter, value in (("ada", 1), ("bo", 0), ("bo", 2), ("bo", -5)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Vote.objects.create(item=item, voter=voter, value=value)
    first.item = add(room, "b")
    with pytest.raises(InvalidInput), transaction.atomic():
        first.save()
    assert list(PlaylistTrack.objects.order_by("pk").values_list("votes", flat=True)) == [1, 0]


def test_a_queue_is_read_in_one_query(room, django_assert_num_queries):
    queued(room, "abcdef")
    with django_assert_num_queries(1):
        assert len(queue_of_stream(room.stream_id)) == 6


# --- Where votes decide ------------------------------------------------------------------------------


def test_each_start_applies_the_default_order_of_the_settings(room, settings):
    unchosen = new_room(order="")
    for one in (room, unchosen):
        items = queued(one, "abcd")
        vote(items[2], 1)
        items[3].delete()
        assert titles(one) == "abc"
    settings.AUTO_SORT_BY_VOTES = True
    with event_recorder(unchosen) as events, event_recorder(room) as others:
        apply_default_order()
    assert (titles(unchosen), titles(room)) == ("cab", "abc")
    assert (events[-1:], others) == (["playlist.reordered"], [])
    with event_recorder(unchosen) as events:
        apply_default_order()
    assert events == []
    assert RemovedItem.objects.exists()
    settings.EVENT_LOG_KEEP_DAYS = 0
    purge_removals()
    assert not RemovedItem.objects.exists()


@pytest.mark.parametrize("way", ["save", "update_fields"])
def test_a_position_set_directly_does_not_break_the_order(voted_room, way: str):
    items = queued(voted_room, "abc")
    items[0].position = 9.0
    items[0].save(update_fields=["position"] if way == "update_fields" else None)
    assert titles(voted_room) == "abc"


def test_an_item_from_the_shell_is_ordered_by_votes(voted_room):
    queued(voted_room, "ab")
    track = add(new_room(), "x").track
    with event_recorder(voted_room):
        PlaylistTrack.objects.create(room=voted_room, track=track, position=-50.0)
    assert titles(voted_room) == "abx"
