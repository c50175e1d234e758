"""A guest who registers or logs in brings along what it had; one voter stays one voter."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.playlist.models import PlaylistTrack, Vote
from apps.playlist.services import Place, add_item, cast_vote, remove_item, restore_item
from apps.playlist.tests.laws import laws_hold
from apps.playlist.tests.people import Person
from apps.playlist.tests.rooms import add, new_room, queued, telling
from apps.tracks.tests.making import new_track
from apps.users.handing_over import hand_over
from apps.users.models import Guest
from core.errors import NotAuthenticated
from core.models import KeptAnswer
from core.tests.undoing import undone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limits_are_far(settings) -> None:
    settings.RATE_LIMIT_FACTOR = 1000


@pytest.fixture
def bo(db: None) -> Person:
    return Person.as_guest()


@pytest.fixture
def ada(db: None) -> Person:
    return Person.with_account("ada")


def test_votes_of_a_removed_item_become_one(room, bo, ada):
    item = bo.add(room, "a")
    for person in (bo, ada):
        person.vote(item, 1)
    remove_item(slug=room.slug, item_id=item.pk)
    bo.log_in("ada")
    restore_item(slug=room.slug, item_id=item.pk)
    restored = PlaylistTrack.objects.get()
    assert (restored.votes, restored.adder) == (1, ada.key)
    assert ada.votes(room) == {str(item.pk): 1}


def test_a_write_of_the_guest_is_not_done_twice_by_the_account_whose_own_answer_goes_before(room, bo, ada):
    item = add(room, "a")
    path = f"rooms/{room.slug}/playlist/{item.pk}/vote/"
    first = bo.ask("POST", path, {"direction": "up"}, **{"Idempotency-Key": "guest's"})
    for person in (bo, ada):
        person.ask("POST", path, {"value": 1}, **{"Idempotency-Key": "of both"})
    bo.log_in("ada")
    assert KeptAnswer.objects.filter(key="of both").values_list("caller", flat=True).get() == ada.key
    bo.vote(item, 0)
    again = bo.ask("POST", path, {"direction": "up"}, **{"Idempotency-Key": "guest's"})
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")
    assert bo.votes(room) == {}


def test_nobody_becomes_an_account_that_has_gone(bo):
    assert bo.guest is not None
    with pytest.raises(NotAuthenticated):
        hand_over(guest_id=bo.guest.pk, user_id=10**9)
    assert Guest.objects.exists()
    assert hand_over(guest_id="nobody", user_id=10**9) is False


@pytest.mark.parametrize("write", ["vote", "add"])
def test_who_has_just_become_somebody_else_writes_nothing(room, bo, write: str):
    """Recognised before, writing after."""
    item, track, guest = add(room, "a"), new_track("b"), bo.key
    bo.register("bo")
    writes = {
        "vote": lambda: cast_vote(slug=room.slug, item_id=item.pk, voter=guest, value=1),
        "add": lambda: add_item(slug=room.slug, track_id=track.pk, added_by="Bo", place=Place(), adder=guest),
    }
    with telling(room) as events, pytest.raises(NotAuthenticated):
        writes[write]()
    assert (events, room.items.count()) == ([], 1)


VOTES = st.lists(
    st.tuples(st.sampled_from(["bo", "cem", "ada", "net"]), st.integers(0, 2), st.integers(-1, 1)),
    max_size=14,
)


@settings(max_examples=settings().max_examples // 3)
@given(before=VOTES, after=VOTES, order=st.sampled_from(["manual", "votes"]))
def test_one_voter_is_one_vote_whoever_it_was(db, before: Any, after: Any, order: str):
    """Bo and Cem become Ada, one after the other; at each moment every law holds, and counts are sums."""
    with undone():
        room = new_room(order=order)
        items = queued(room, "abc")
        people = {name: Person.as_guest(name).key for name in ("bo", "cem")} | {
            "ada": Person.with_account("ada").key,
            "net": "net:x",
        }
        held: dict[tuple[str, int], int] = {}

        def vote(votes: Any) -> None:
            for name, index, value in votes:
                cast_vote(slug=room.slug, item_id=items[index].pk, voter=people[name], value=value)
                held[people[name], index] = value

        with laws_hold(room):
            vote(before)
        for name in ("bo", "cem"):
            ada = people["ada"]
            with laws_hold(room):
                hand_over(guest_id=people[name].partition(":")[2], user_id=int(ada.partition(":")[2]))
            for index in range(3):
                own = held.pop((people[name], index), 0)
                held[ada, index] = held.get((ada, index), 0) or own
            people[name] = ada
            expected = [sum(value for (_, at), value in held.items() if at == index) for index in range(3)]
            assert [PlaylistTrack.objects.get(pk=item.pk).votes for item in items] == expected
        with laws_hold(room):
            vote(after)


@pytest.mark.django_db(transaction=True)
def test_votes_while_a_guest_becomes_an_account_leave_one_vote_each():
    rooms = [new_room(), new_room(order="votes")]
    items = [item for room in rooms for item in queued(room, "abc")]
    bo, ada = Person.as_guest(), Person.with_account("ada")
    assert bo.guest is not None
    assert ada.user is not None
    guest_id, user_id, keys = bo.guest.pk, ada.user.pk, (bo.key, ada.key)

    def write(number: int) -> None:
        try:
            if number == 0:
                hand_over(guest_id=guest_id, user_id=user_id)
                return
            for turn, item in enumerate(items):
                try:
                    cast_vote(slug=item.room.slug, item_id=item.pk, voter=keys[(number + turn) % 2], value=1)
                except NotAuthenticated:
                    assert not Guest.objects.exists()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, [1, 0, 2, 3]))
    assert not Vote.objects.filter(voter=keys[0]).exists()
    for item in items:
        votes = list(Vote.objects.filter(item=item).values_list("voter", "value"))
        assert votes in ([(keys[1], 1)], [])
        assert PlaylistTrack.objects.get(pk=item.pk).votes == len(votes)
