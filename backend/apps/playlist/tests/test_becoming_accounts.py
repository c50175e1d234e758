"""A guest who registers or logs in brings along what it had; one voter stays one voter."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.playlist.models import Play, PlaylistTrack, RemovedItem, Vote, Wish
from apps.playlist.personal_data import RECORDS_PER_QUERY
from apps.playlist.services import Place, add_item, cast_vote, remove_item, restore_item
from apps.playlist.tests.invariant_checks import invariants_hold
from apps.playlist.tests.people import Person
from apps.playlist.tests.rooms import add, event_recorder, events_of, new_room, own_rooms, queued, top
from apps.rooms.models import Room
from apps.tracks.models import Track
from apps.tracks.tests.factories import new_track
from apps.users.models import Guest, User
from apps.users.personal_data import ROWS_PER_MERGE, merge_guest
from core import database as core_database
from core.errors import NotAuthenticated
from core.models import IdempotencyRecord
from core.tests.clocks import FakeClock
from core.tests.rollback import rolled_back
from core.tests.slow_database import SlowDatabase

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


def test_votes_of_guest_and_account_for_a_removed_item_are_merged(room, bo, ada):
    item = bo.add(room, "a")
    for person in (bo, ada):
        person.vote(item, 1)
    remove_item(slug=room.slug, item_id=item.pk)
    bo.log_in("ada")
    restore_item(slug=room.slug, item_id=item.pk)
    restored = PlaylistTrack.objects.get()
    assert (restored.votes, restored.adder) == (1, ada.key)
    assert ada.votes(room) == {str(item.pk): 1}


def test_a_write_of_the_guest_is_not_repeated_by_the_account_whose_own_response_has_precedence(room, bo, ada):
    item = add(room, "a")
    path = f"rooms/{room.slug}/playlist/{item.pk}/vote/"
    first = bo.ask("POST", path, {"direction": "up"}, **{"Idempotency-Key": "guest's"})
    for person in (bo, ada):
        person.ask("POST", path, {"value": 1}, **{"Idempotency-Key": "of both"})
    bo.log_in("ada")
    assert IdempotencyRecord.objects.filter(key="of both").values_list("caller", flat=True).get() == ada.key
    bo.vote(item, 0)
    again = bo.ask("POST", path, {"direction": "up"}, **{"Idempotency-Key": "guest's"})
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")
    assert bo.votes(room) == {}


def test_a_guest_is_not_merged_into_a_deleted_account(bo):
    assert bo.guest is not None
    with pytest.raises(NotAuthenticated):
        merge_guest(guest_id=bo.guest.pk, user_id=10**9)
    assert Guest.objects.exists()
    assert merge_guest(guest_id="nobody", user_id=10**9) is False


@pytest.mark.parametrize("write", ["vote", "add"])
def test_a_guest_that_was_just_merged_cannot_write(room, bo, write: str):
    """Recognised before, writing after."""
    item, track, guest = add(room, "a"), new_track("b"), bo.key
    bo.register("bo")
    writes = {
        "vote": lambda: cast_vote(slug=room.slug, item_id=item.pk, voter=guest, value=1),
        "add": lambda: add_item(slug=room.slug, track_id=track.pk, added_by="Bo", place=Place(), adder=guest),
    }
    with event_recorder(room) as events, pytest.raises(NotAuthenticated):
        writes[write]()
    assert (events, room.items.count()) == ([], 1)


VOTES = st.lists(
    st.tuples(st.sampled_from(["bo", "cem", "ada", "net"]), st.integers(0, 2), st.integers(-1, 1)),
    max_size=14,
)


@settings(max_examples=settings().max_examples // 3)
@given(before=VOTES, after=VOTES, order=st.sampled_from(["manual", "votes"]))
def test_merged_voters_have_one_vote(db, before: Any, after: Any, order: str):
    """Bo and Cem become Ada, one after the other; every invariant always holds, and counts are sums."""
    with rolled_back():
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

        with invariants_hold(room):
            vote(before)
        for name in ("bo", "cem"):
            ada = people["ada"]
            with invariants_hold(room):
                merge_guest(guest_id=people[name].partition(":")[2], user_id=int(ada.partition(":")[2]))
            for index in range(3):
                own = held.pop((people[name], index), 0)
                held[ada, index] = held.get((ada, index), 0) or own
            people[name] = ada
            expected = [sum(value for (_, at), value in held.items() if at == index) for index in range(3)]
            assert [PlaylistTrack.objects.get(pk=item.pk).votes for item in items] == expected
        with invariants_hold(room):
            vote(after)


def give_much(bo: Person, ada: Person, room: Room, *, doubles: int = 60) -> list[PlaylistTrack]:
    """The guest has a lot, also second votes for what the account has voted for; these items come first."""
    titles = [f"{number}" for number in range(doubles + RECORDS_PER_QUERY)]
    tracks = Track.objects.bulk_create_without_events([Track(title=title, artist="a") for title in titles])
    items = PlaylistTrack.objects.bulk_create_without_events(
        [
            PlaylistTrack(
                room=room, track=track, position=float(number), added_by="Bo", adder=bo.key, votes=1
            )
            for number, track in enumerate(tracks, start=1)
        ]
    )
    Vote.objects.bulk_create_without_events([Vote(item=item, voter=bo.key, value=1) for item in items])
    for item in items[:doubles]:
        cast_vote(slug=room.slug, item_id=item.pk, voter=ada.key, value=-1)
    own_rooms(bo.key)
    past = {"room": room, "adder": bo.key}
    now = timezone.now()
    Play.objects.bulk_create(
        Play(**past, item_number=number, track=items[0].track, item={}, started_at=now, ended_at=now)
        for number in range(30)
    )
    RemovedItem.objects.bulk_create(
        RemovedItem(
            **{**past, "item_number": 10**9 + number, "added_by": "Bo", "added_at": now, "removed_at": now},
            **{"votes_reached_seq": 0, "votes": [[ada.key, -1], [bo.key, 1]]},
        )
        for number in range(RECORDS_PER_QUERY + 1)
    )
    IdempotencyRecord.objects.bulk_create(
        IdempotencyRecord(caller=caller, key=key, fingerprint=caller, created_at=now)
        for caller, keys in ((bo.key, range(600)), (ada.key, [7]))
        for key in keys
    )
    return items


def check_all_is_the_accounts(guest_key: str, ada: Person, room: Room, items: list[PlaylistTrack]) -> None:
    assert not Guest.objects.exists()
    held = dict(Vote.objects.filter(voter=ada.key).values_list("item_id", "value"))
    counted = dict(PlaylistTrack.objects.values_list("pk", "votes"))
    assert held == counted
    assert held.keys() == {item.pk for item in items}
    for rows in (PlaylistTrack.objects.all(), RemovedItem.objects.all(), Play.objects.all()):
        assert {row.adder for row in rows} == {ada.key}
    assert all(row.votes == [[ada.key, -1]] for row in RemovedItem.objects.all())
    assert set(Wish.objects.values_list("wisher", "room__created_by")) == {(ada.key, ada.key)}
    assert Play.objects.count() == 30
    kept = dict(
        IdempotencyRecord.objects.filter(caller=ada.key, subject="").values_list("key", "fingerprint")
    )
    assert kept == {str(number): ada.key if number == 7 else guest_key for number in range(600)}
    assert not IdempotencyRecord.objects.filter(caller=guest_key).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "in"}], ids=["plain", "named"])
@pytest.mark.parametrize("path", ["auth/session/", "auth/token/"])
def test_other_writes_run_between_the_portions(
    monkeypatch: pytest.MonkeyPatch, path: str, headers: dict[str, str]
):
    """No transaction of a login takes longer, the more the guest has; each second vote is reported once."""
    room = new_room()
    bo, ada = Person.as_guest(), Person.with_account("ada")
    guest_key, items = bo.key, give_much(bo, ada, room)
    before = top(room)

    clock = FakeClock()
    monkeypatch.setattr(core_database, "time", clock)
    database = SlowDatabase(clock)
    with connection.execute_wrapper(database):
        assert bo.log_in("ada", path, **headers).status_code == 200

    assert max(database.seconds) < 0.1
    copies = [sql for sql in database.asked if sql.startswith("INSERT") and "core_idempotencyrecord" in sql]
    assert len(copies) <= 600 / ROWS_PER_MERGE + 1  # each response once, and that of this very request
    assert [kind for kind, _ in events_of(room, since=before)] == ["track.voted"] * 60
    check_all_is_the_accounts(guest_key, ada, room, items)


class Killed(BaseException):
    """What a process that is killed leaves rolled_back."""


@pytest.mark.django_db(transaction=True)
def test_an_interrupted_merge_is_completed_once_by_the_next_login():
    """Killed again and again, each time a little later: at a read, at a write, between two transactions."""
    room = new_room()
    bo, ada = Person.as_guest(), Person.with_account("ada")
    assert bo.guest is not None
    assert ada.user is not None
    items, before = give_much(bo, ada, room, doubles=20), top(room)
    statements = left = 0

    def die(execute: Any, *arguments: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed
        return execute(*arguments)

    is_done = False
    while not is_done:
        statements += 13
        left = statements
        with invariants_hold(room), suppress(Killed), connection.execute_wrapper(die):
            merge_guest(guest_id=bo.guest.pk, user_id=ada.user.pk)
            is_done = True
        voters = Vote.objects.filter(item__in=items).values_list("voter", flat=True)
        assert set(voters) <= {bo.key, ada.key}
        sums = Vote.objects.order_by().values_list("item").annotate(Sum("value"))
        assert dict(PlaylistTrack.objects.values_list("pk", "votes")) == dict(sums)

    assert statements > 13 * 10
    assert [kind for kind, _ in events_of(room, since=before)] == ["track.voted"] * 20
    check_all_is_the_accounts(bo.key, ada, room, items)


def test_concurrent_logins_to_two_accounts_merge_the_guest_into_the_first():
    """The second login comes while the first has transferred a part."""
    room = new_room()
    bo, ada, cem = Person.as_guest(), Person.with_account("ada"), Person.with_account("cem")
    assert bo.guest is not None
    assert ada.user is not None
    assert cem.user is not None
    guest_id, second = bo.guest.pk, cem.user.pk
    items = give_much(bo, ada, room, doubles=0)

    def log_in_again(execute: Any, sql: str, *arguments: Any) -> Any:
        nonlocal second
        if 'UPDATE "playlist_playlisttrack"' in sql and second:  # votes were transferred before
            user_id, second = second, 0
            merge_guest(guest_id=guest_id, user_id=user_id)
        return execute(sql, *arguments)

    with connection.execute_wrapper(log_in_again):
        merge_guest(guest_id=guest_id, user_id=ada.user.pk)
    assert second == 0
    check_all_is_the_accounts(bo.key, ada, room, items)


def test_a_registration_interrupted_after_the_account_is_completed_by_a_repetition_with_its_key(room, bo):
    item, guest_key = add(room, "a"), bo.key
    bo.vote(item, 1)

    def die(execute: Any, sql: str, *arguments: Any) -> Any:
        if "playlist_removeditem" in sql:  # what is transferred first
            raise Killed
        return execute(sql, *arguments)

    with pytest.raises(Killed), connection.execute_wrapper(die):
        bo.register("ada", **{"Idempotency-Key": "lost"})
    assert Vote.objects.get().voter == guest_key

    assert bo.register("ada", **{"Idempotency-Key": "lost"}).status_code == 201
    assert Vote.objects.get().voter == bo.key == User.objects.get().key
    assert not Guest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_votes_during_a_merge_leave_one_vote_per_item():
    rooms = [new_room(), new_room(order="votes")]
    items = [item for room in rooms for item in queued(room, "abc")]
    bo, ada = Person.as_guest(), Person.with_account("ada")
    assert bo.guest is not None
    assert ada.user is not None
    guest_id, user_id, keys = bo.guest.pk, ada.user.pk, (bo.key, ada.key)

    def write(number: int) -> None:
        try:
            if number == 0:
                merge_guest(guest_id=guest_id, user_id=user_id)
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
