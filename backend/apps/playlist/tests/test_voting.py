"""A voter counts once for an item, and the item's count is always the sum of its votes."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.playlist.models import PlaylistTrack, Vote
from apps.playlist.selectors import votes_of
from apps.playlist.services import cast_vote
from apps.playlist.tests.rooms import add, new_room, telling
from core.errors import InvalidInput
from core.tests.undoing import undone


def cast(item: PlaylistTrack, voter: str = "ada", **wanted: Any) -> tuple[int, int]:
    """The count and the voter's own vote afterwards."""
    changed, own = cast_vote(slug=item.room.slug, item_id=item.pk, voter=voter, **wanted)
    return changed.votes, own


@pytest.fixture
def item(room) -> PlaylistTrack:
    return add(room, "a")


@settings(max_examples=settings().max_examples // 3)
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
