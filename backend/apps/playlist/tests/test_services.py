"""The rule by which positions are computed, and what every service of the queue has in common."""

import pytest

from apps.playlist.errors import DuplicateTrack, OrderedByVotes, QueueFull
from apps.playlist.models import PlaylistTrack
from apps.playlist.services import (
    Place,
    add_item,
    calculate_position,
    cast_vote,
    change_item,
    play_item,
    remove_item,
    restore_item,
    stop_playing,
)
from apps.playlist.tests.rooms import new_room, new_track
from core.errors import NotFound


class TestPlaylistService:
    """The examples of the source document."""

    def test_position_algorithm(self):
        assert calculate_position(None, None) == 1.0
        assert calculate_position(None, 1.0) == 0.0
        assert calculate_position(3.0, None) == 4.0
        assert calculate_position(1.0, 2.0) == 1.5
        assert calculate_position(1.0, 1.5) == 1.25

    def test_position_algorithm_needs_no_arguments(self):
        assert calculate_position() == 1.0
        assert calculate_position(next_position=-1.0) == -2.0
        assert calculate_position(prev_position=-1.0) == 0.0

    def test_zero_is_a_position_like_any_other(self):
        assert calculate_position(0.0, None) == 1.0
        assert calculate_position(None, 0.0) == -1.0
        assert calculate_position(0.0, 1.0) == 0.5
        assert calculate_position(-1.0, 0.0) == -0.5


@pytest.mark.django_db
@pytest.mark.parametrize(
    "write",
    [
        lambda slug, item_id: add_item(slug=slug, track_id=1, added_by="Ada", place=Place()),
        lambda slug, item_id: change_item(slug=slug, item_id=item_id, place=Place(), is_playing=None),
        lambda slug, item_id: remove_item(slug=slug, item_id=item_id),
        lambda slug, item_id: restore_item(slug=slug, item_id=item_id),
        lambda slug, item_id: play_item(slug=slug, item_id=item_id),
        lambda slug, item_id: cast_vote(slug=slug, item_id=item_id, voter="ada", value=1),
        lambda slug, item_id: stop_playing(slug=slug),
    ],
    ids=["add", "change", "remove", "restore", "play", "vote", "stop"],
)
def test_in_a_room_that_is_not_there_nothing_is_found(write):
    with pytest.raises(NotFound, match="no such room") as told:
        write("nowhere", 1)

    assert told.value.details == {"room": "nowhere"}


@pytest.mark.parametrize(
    "write",
    [
        lambda slug, item_id: change_item(
            slug=slug, item_id=item_id, place=Place(position=5.0), is_playing=True
        ),
        lambda slug, item_id: remove_item(slug=slug, item_id=item_id),
        lambda slug, item_id: restore_item(slug=slug, item_id=item_id),
        lambda slug, item_id: play_item(slug=slug, item_id=item_id),
        lambda slug, item_id: cast_vote(slug=slug, item_id=item_id, voter="ada", value=1),
    ],
    ids=["change", "remove", "restore", "play", "vote"],
)
def test_an_item_of_another_room_is_not_found(room, write):
    other = new_room()
    item = add_item(slug=other.slug, track_id=new_track().pk, added_by="Ada", place=Place())
    for item_id in (item.pk, item.pk + 1000):
        with pytest.raises(NotFound):
            write(room.slug, item_id)
    stored = PlaylistTrack.objects.get()
    assert (stored.room_id, stored.position, stored.votes, stored.is_playing) == (other.pk, 1.0, 0, False)


@pytest.mark.parametrize(
    ("error", "code"),
    [(DuplicateTrack, "DUPLICATE_TRACK"), (QueueFull, "QUEUE_FULL"), (OrderedByVotes, "ORDERED_BY_VOTES")],
)
def test_what_the_queue_refuses_has_a_code_of_its_own(error, code: str):
    assert (error.code, error.status) == (code, 409)
    assert error().message
