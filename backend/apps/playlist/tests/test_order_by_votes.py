"""Where votes decide: what plays first, then more votes, then who reached them earlier, then the lower id."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.playlist.models import PlaylistTrack, Room
from apps.playlist.services import cast_vote, play_item, remove_item, stop_playing
from apps.playlist.tally import ranks
from apps.playlist.tests.rooms import add, new_room, queued, telling, titles, vote
from apps.playlist.upkeep import settle_rooms


def ranked(room: Room) -> str:
    """The letters of the queue as the votes say, found without looking at positions."""
    by_id = dict(room.items.values_list("pk", "track__title"))
    return "".join(by_id[rank.item_id] for rank in ranks(room))


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


actions = st.lists(
    st.tuples(
        st.sampled_from(["vote", "play", "stop", "add", "remove"]), st.integers(0, 5), st.integers(-1, 1)
    ),
    max_size=12,
)


@settings(max_examples=settings().max_examples // 4)
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
