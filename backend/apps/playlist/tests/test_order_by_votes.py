"""Where votes decide: what plays first, then more votes, then who reached them earlier, then the lower id."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.playlist.models import PlaylistTrack, Room
from apps.playlist.placement import renumber
from apps.playlist.positions import MAX_POSITION
from apps.playlist.services import Place, cast_vote, play_item, remove_item, stop_playing
from apps.playlist.tally import Rank, ranks
from apps.playlist.tests.rooms import (
    add,
    new_room,
    place_at,
    positions,
    queued,
    telling,
    titles,
    vote,
)
from apps.playlist.upkeep import settle_rooms


def ranked(room: Room) -> str:
    """The letters of the queue as the votes say, found without looking at positions."""
    by_id = dict(room.items.values_list("pk", "track__title"))
    return "".join(by_id[rank.item_id] for rank in ranks(room))


def test_a_rank_says_who_stands_in_front():
    playing = Rank(waits=False, fewer_votes=5, reached_seq=9, item_id=9)
    popular = Rank(waits=True, fewer_votes=-3, reached_seq=9, item_id=9)
    early = Rank(waits=True, fewer_votes=-2, reached_seq=1, item_id=9)
    lower = Rank(waits=True, fewer_votes=-2, reached_seq=4, item_id=1)
    higher = Rank(waits=True, fewer_votes=-2, reached_seq=4, item_id=2)
    line = [playing, popular, early, lower, higher]
    assert sorted(line) == line


def test_new_items_stand_behind_those_without_votes_and_before_those_below(voted_room):
    first, _second = queued(voted_room, "ab")
    vote(first, -1)
    with telling(voted_room) as events:
        add(voted_room, "c")
    assert (titles(voted_room), events) == ("bca", ["track.added"])


def test_where_it_is_wanted_is_passed_over(voted_room):
    first, _ = queued(voted_room, "ab")
    add(voted_room, "c", place=Place(before_id=first.pk))
    add(voted_room, "d", place=Place(position=-100.0))
    add(voted_room, "e", place=Place(after_id=10**9))
    assert titles(voted_room) == "abcde"


def test_the_one_that_rises_gets_a_place_between_its_new_neighbours(voted_room):
    items = queued(voted_room, "abcd")
    with telling(voted_room) as events:
        vote(items[3], 1)
    assert (titles(voted_room), events) == ("dabc", ["track.voted", "track.moved"])
    assert positions(voted_room) == [0.0, 1.0, 2.0, 3.0]


def test_the_one_that_falls_goes_behind(voted_room):
    items = queued(voted_room, "abcd")
    with telling(voted_room) as events:
        vote(items[0], -1)
    assert (titles(voted_room), events) == ("bcda", ["track.voted", "track.moved"])


def test_a_vote_that_changes_no_rank_moves_nobody(voted_room):
    items = queued(voted_room, "abc")
    with telling(voted_room) as events:
        vote(items[0], 1)
    assert (titles(voted_room), events) == ("abc", ["track.voted"])


def test_who_reached_the_count_earlier_stands_in_front(voted_room):
    first, second, third = queued(voted_room, "abc")
    vote(third, 1)
    vote(first, 1)
    assert titles(voted_room) == "cab"
    vote(second, 1)
    assert titles(voted_room) == "cab"


def test_who_loses_a_vote_and_gets_it_back_reached_it_later(voted_room):
    first, second = queued(voted_room, "ab")
    vote(first, 1)
    vote(second, 1)
    assert titles(voted_room) == "ab"
    for value in (0, 1):
        cast_vote(slug=voted_room.slug, item_id=first.pk, voter="voter:0", value=value)
    assert titles(voted_room) == "ba"


def test_what_plays_stands_first_and_goes_back_to_its_rank(voted_room):
    first, second, third = queued(voted_room, "abc")
    vote(first, 1)
    with telling(voted_room) as events:
        play_item(slug=voted_room.slug, item_id=third.pk)
    assert (titles(voted_room), events) == ("cab", ["track.playing", "track.moved"])
    with telling(voted_room) as events:
        play_item(slug=voted_room.slug, item_id=second.pk)
    assert titles(voted_room) == "bac"
    assert events[0] == "track.playing"
    with telling(voted_room) as events:
        stop_playing(slug=voted_room.slug)
    assert (titles(voted_room), events) == ("abc", ["track.playing", "track.moved"])


def test_votes_for_what_plays_move_nobody(voted_room):
    first, second = queued(voted_room, "ab")
    play_item(slug=voted_room.slug, item_id=second.pk)
    with telling(voted_room) as events:
        vote(second, -1)
        vote(first, 1)
    assert (titles(voted_room), events) == ("ba", ["track.voted", "track.voted"])


def test_removing_what_plays_leaves_the_rest_in_order(voted_room):
    _first, second, third = queued(voted_room, "abc")
    vote(third, 2)
    play_item(slug=voted_room.slug, item_id=second.pk)
    with telling(voted_room) as events:
        remove_item(slug=voted_room.slug, item_id=second.pk)
    assert titles(voted_room) == "ca"
    assert (events[0], events[-1]) == ("track.playing", "track.removed")


def test_a_room_whose_order_changes_is_put_in_order(room):
    items = queued(room, "abcd")
    vote(items[3], 2)
    vote(items[1], 1)
    assert titles(room) == "abcd"
    room.chosen_order = "votes"
    with telling(room) as events:
        room.save(update_fields=["chosen_order"])
    assert (titles(room), events) == ("dbac", ["playlist.reordered"])
    assert positions(room) == [1.0, 2.0, 3.0, 4.0]
    room.chosen_order = "manual"
    with telling(room) as events:
        room.save(update_fields=["chosen_order"])
    assert (titles(room), events) == ("dbac", [])


def test_many_rises_to_one_place_never_run_out_of_numbers(voted_room):
    first, *others = queued(voted_room, "abcdefgh")
    vote(first, 3)
    for _ in range(3):
        for item in others:
            for value in (1, -1, 0):
                cast_vote(slug=voted_room.slug, item_id=item.pk, voter="ada", value=value)
    assert titles(voted_room) == ranked(voted_room)
    assert titles(voted_room)[0] == "a"


def test_in_the_room_whose_order_nobody_chose_the_setting_says(settings):
    settings.AUTO_SORT_BY_VOTES = True
    assert Room(chosen_order="").order == "votes"
    assert Room(chosen_order="manual").order == "manual"
    settings.AUTO_SORT_BY_VOTES = False
    assert Room(chosen_order="").order == "manual"
    assert Room(chosen_order="votes").order == "votes"


def test_at_the_start_queues_are_brought_into_the_order_of_the_setting(room, settings):
    unchosen = new_room(order="")
    for one in (room, unchosen):
        vote(queued(one, "abc")[2], 1)
        assert titles(one) == "abc"
    settings.AUTO_SORT_BY_VOTES = True
    with telling(unchosen) as events, telling(room) as others:
        settle_rooms()
    assert (titles(unchosen), titles(room)) == ("cab", "abc")
    assert (events[-1:], others) == (["playlist.reordered"], [])
    with telling(unchosen) as events:
        settle_rooms()
    assert events == []


@pytest.mark.parametrize("way", ["save", "update_fields"])
def test_a_position_written_by_hand_does_not_break_the_order(voted_room, way: str):
    items = queued(voted_room, "abc")
    items[0].position = 9.0
    items[0].save(update_fields=["position"] if way == "update_fields" else None)
    assert titles(voted_room) == "abc"


def test_an_item_from_the_shell_finds_its_rank(voted_room):
    queued(voted_room, "ab")
    track = add(new_room(), "x").track
    with telling(voted_room):
        PlaylistTrack.objects.create(room=voted_room, track=track, position=-50.0)
    assert titles(voted_room) == "abx"


def test_at_the_edge_of_the_numbers_a_rise_renumbers(voted_room):
    items = queued(voted_room, "abc")
    place_at(items[0], -MAX_POSITION)
    with telling(voted_room) as events:
        vote(items[2], 1)
    assert titles(voted_room) == "cab"
    assert "playlist.reordered" in events


def test_a_renumbering_is_told_to_its_room_alone(room, voted_room):
    place_at(queued(room, "ab")[0], 0.5)
    with telling(room) as events, telling(voted_room) as others:
        renumber(room)
    assert (events, others) == (["playlist.reordered"], [])


actions = st.lists(
    st.tuples(
        st.sampled_from(["vote", "play", "stop", "add", "remove"]), st.integers(0, 5), st.integers(-1, 1)
    ),
    max_size=12,
)


@settings(max_examples=20)
@given(actions)
def test_positions_always_say_what_votes_say(db, taken: list[tuple[str, int, int]]):
    room = new_room(order="votes")
    queued(room, "ab")
    for number, (action, which, value) in enumerate(taken):
        items = list(room.items.order_by("pk"))
        with telling(room):
            if action == "add":
                add(room, chr(ord("c") + number))
            elif action == "stop":
                stop_playing(slug=room.slug)
            elif items:
                item = items[which % len(items)]
                if action == "vote":
                    cast_vote(slug=room.slug, item_id=item.pk, voter=f"voter:{which % 3}", value=value)
                elif action == "play":
                    play_item(slug=room.slug, item_id=item.pk)
                else:
                    remove_item(slug=room.slug, item_id=item.pk)
        room.refresh_from_db()
        assert titles(room) == ranked(room)
