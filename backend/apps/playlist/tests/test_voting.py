"""A voter counts once for an item, and the item's count is always the sum of its votes."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.playlist.models import PlaylistTrack, Vote
from apps.playlist.selectors import votes_of
from apps.playlist.services import cast_vote
from apps.playlist.tests.rooms import add, new_room, queued, telling, told
from core.errors import InvalidInput
from core.tests.undoing import undone


def cast(item: PlaylistTrack, voter: str = "ada", **wanted: Any) -> tuple[int, int]:
    """The count and the voter's own vote afterwards."""
    changed, own = cast_vote(slug=item.room.slug, item_id=item.pk, voter=voter, **wanted)
    return changed.votes, own


@pytest.fixture
def item(room) -> PlaylistTrack:
    return add(room, "a")


def test_a_vote_is_counted_and_told(room, item):
    with telling(room) as events:
        assert cast(item, value=1) == (1, 1)
    assert events == ["track.voted"]
    assert told(room)[-1][1]["votes"] == 1


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((1,), 1),
        ((1, 1), 1),
        ((1, 1, -1), 0),
        ((-1,), -1),
        ((-1, -1), -1),
        ((-1, 1), 0),
        ((1, -1, -1, -1, 1), 0),
    ],
)
def test_steps_move_the_own_vote_within_its_bounds(item, steps: tuple[int, ...], expected: int):
    for step in steps:
        count, own = cast(item, step=step)
        assert count == own
    assert own == expected


@pytest.mark.parametrize("value", [-1, 0, 1])
def test_a_value_sets_the_own_vote_whatever_it_was(item, value: int):
    for before in (-1, 0, 1):
        cast(item, value=before)
        assert cast(item, value=value) == (value, value)
    assert Vote.objects.count() == abs(value)


@pytest.mark.parametrize("wanted", [{"value": 1}, {"step": 1}])
def test_pressing_on_at_the_end_tells_nobody(room, item, wanted: dict[str, Any]):
    cast(item, value=1)
    with telling(room) as events:
        assert cast(item, **wanted) == (1, 1)
    assert events == []


def test_taking_back_what_was_never_given_tells_nobody(room, item):
    with telling(room) as events:
        assert cast(item, value=0) == (0, 0)
    assert events == []


def test_from_one_end_to_the_other_is_one_event(room, item):
    cast(item, value=1)
    with telling(room) as events:
        assert cast(item, value=-1) == (-1, -1)
    assert events == ["track.voted"]


def test_everybody_counts(item):
    assert [cast(item, voter, value=1) for voter in ("ada", "bo", "cem")] == [(1, 1), (2, 1), (3, 1)]
    assert cast(item, "bo", value=-1) == (1, -1)


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ada", "bo", "cem"]), st.sampled_from(["step", "value"]), st.integers(-1, 1)
        ),
        max_size=12,
    )
)
def test_the_count_is_always_the_sum_of_what_each_voter_has(item, presses: list[tuple[str, str, int]]):
    held: dict[str, int] = {}
    with undone():
        for voter, way, number in presses:
            before = held.get(voter, 0)
            held[voter] = number if way == "value" else max(-1, min(1, before + number))
            assert cast(item, voter, **{way: number}) == (sum(held.values()), held[voter])
        assert item.cast_votes.count() == sum(1 for value in held.values() if value)
        for voter, value in held.items():
            assert votes_of(voter, room=item.room) == ({str(item.pk): value} if value else {})


def test_the_count_can_t_be_written_by_hand(item):
    cast(item, value=1)
    stale = PlaylistTrack.objects.get()
    stale.votes = 99
    stale.save()
    assert PlaylistTrack.objects.get().votes == 1
    new = PlaylistTrack(room=item.room, track=add(new_room(), "b").track, position=9.0, votes=50)
    new.save()
    assert PlaylistTrack.objects.get(pk=new.pk).votes == 0


@pytest.mark.parametrize("way", ["save", "create", "delete", "queryset"])
def test_a_vote_from_the_shell_is_counted_and_told_as_well(room, item, way: str):
    vote = Vote.objects.create(item=item, voter="ada", value=1)
    with telling(room) as events:
        if way == "save":
            vote.value = -1
            vote.save()
        elif way == "create":
            Vote.objects.create(item=item, voter="bo", value=1)
        elif way == "delete":
            vote.delete()
        else:
            Vote.objects.filter(item=item).delete()
    assert events == ["track.voted"]
    assert PlaylistTrack.objects.get().votes == {"save": -1, "create": 2, "delete": 0, "queryset": 0}[way]
    assert str(vote) == f"{vote.value:+d} for {item.pk}"


def test_a_voter_has_one_vote_for_an_item_by_the_database(item):
    Vote.objects.create(item=item, voter="ada", value=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(item=item, voter="ada", value=1)
    assert PlaylistTrack.objects.get().votes == 1


@pytest.mark.parametrize("value", [0, 2, -5])
def test_a_vote_is_one_up_or_one_down_by_the_database(item, value: int):
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(item=item, voter="ada", value=value)


def test_a_vote_stays_with_its_item(room, item):
    other = add(room, "b")
    vote = Vote.objects.create(item=item, voter="ada", value=1)
    vote.item = other
    with pytest.raises(InvalidInput), transaction.atomic():
        vote.save()
    assert list(PlaylistTrack.objects.order_by("pk").values_list("votes", flat=True)) == [1, 0]


def test_own_votes_are_those_of_the_voter_in_the_room(room):
    first, second, third = queued(room, "abc")
    elsewhere = add(new_room(), "d")
    cast(first, value=1)
    cast(second, value=-1)
    cast(third, "bo", value=1)
    cast(elsewhere, value=1)
    assert votes_of("ada", room=room) == {str(first.pk): 1, str(second.pk): -1}
    assert votes_of("cem", room=room) == {}


@pytest.mark.django_db(transaction=True)
def test_votes_at_once_lose_nothing():
    room = new_room()
    item = add(room, "a")

    def write(voter: int) -> None:
        try:
            for value in (1, -1, 1):
                cast(item, f"voter:{voter % 4}", value=value)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert PlaylistTrack.objects.get().votes == 4
    assert Vote.objects.count() == 4
    assert [event_type for event_type, _ in told(room)].count("track.voted") == 12
