"""A first queue for a new server: put up once, and never over anybody's own."""

import logging

import pytest
from django.core.management import call_command

from apps.playlist.models import MAIN_ROOM, PlaylistTrack, RemovedItem
from apps.playlist.seeding import SEEDED_ITEMS, VOTES, seed_queue
from apps.playlist.services import check_playing_state
from apps.playlist.tests.rooms import add, new_room, positions, queued, telling, titles
from apps.tracks.models import Track
from apps.tracks.services import seed_library


@pytest.fixture
def library(db: None) -> None:
    seed_library()


def test_the_first_ten_tracks_are_queued_with_real_votes_and_one_plays(library):
    room = new_room()
    with telling(room) as events:
        assert seed_queue(slug=room.slug) == SEEDED_ITEMS == 10
    items = list(room.items.order_by("pk"))
    assert [item.track_id for item in items] == list(
        Track.objects.order_by("pk").values_list("pk", flat=True)[:10]
    )
    assert [item.votes for item in items] == list(VOTES)
    assert all(item.cast_votes.count() == abs(item.votes) for item in items)
    assert positions(room) == [float(number) for number in range(1, 11)]
    room.refresh_from_db()
    assert room.playing_id == items[0].pk
    check_playing_state(room)
    assert events.count("track.added") == 10
    assert events.count("track.voted") == sum(abs(votes) for votes in VOTES)


def test_a_queue_that_has_items_is_left_as_it_is(library):
    room = new_room()
    add(room, "mine")
    with telling(room) as events:
        assert seed_queue(slug=room.slug) == 0
    assert (titles(room), events) == ("mine", [])


def test_the_log_is_not_filled_with_what_nobody_did(library, caplog):
    caplog.set_level(logging.INFO, logger="tutti.actions")
    seed_queue(slug=new_room().slug)
    assert [record for record in caplog.records if record.name == "tutti.actions"] == []
    queued(new_room(), "a")
    assert [record.name for record in caplog.records] == ["tutti.actions"]


def test_the_commands_say_what_they_did(library, capsys):
    call_command("seed_playlist")
    assert capsys.readouterr().out == "Queued 10 tracks in the main room.\n"
    call_command("seed_playlist")
    assert capsys.readouterr().out == "The main room has a queue: left as it is.\n"
    assert PlaylistTrack.objects.filter(room__slug=MAIN_ROOM).count() == 10


def test_the_start_s_upkeep_settles_rooms_and_forgets_old_removals(db, settings):
    settings.EVENT_LOG_KEEP_DAYS = 0
    room = new_room(order="")
    items = queued(room, "abc")
    items[0].delete()
    items[2].cast_votes.create(voter="ada", value=1)
    settings.AUTO_SORT_BY_VOTES = True
    call_command("tidy_rooms")
    assert titles(room) == "cb"
    assert not RemovedItem.objects.exists()
