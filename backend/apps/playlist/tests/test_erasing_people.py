"""Who goes is nowhere any more: no table has the name, the queues go on, and the laws hold."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from apps.playlist.belongings import NOBODY
from apps.playlist.models import ANONYMOUS, Play, PlaylistTrack, RemovedItem, Room, Vote
from apps.playlist.services import play_item, remove_item, restore_item, stop_playing
from apps.playlist.tests.laws import laws_hold
from apps.playlist.tests.people import Person
from apps.playlist.tests.rooms import add, new_room, telling, told, top
from apps.realtime.frames import Position
from apps.realtime.models import Event
from apps.realtime.selectors import missed_since, state_of
from apps.users.models import User

pytestmark = pytest.mark.django_db
# What nobody else is called.
NAME, ALIAS, GUEST_NAME = "quixotica", "Zephyrine", "Wilhelmina"


def cells() -> Iterator[tuple[str, str]]:
    """Every value of every table, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a table of ours
            columns = [column[0] for column in cursor.description or []]
            for row in cursor.fetchall():
                yield from (
                    (f"{table}.{column}", str(value)) for column, value in zip(columns, row, strict=True)
                )


def places_of(*names: str) -> set[str]:
    return {place for place, text in cells() for name in names if name.casefold() in text.casefold()}


@pytest.fixture(autouse=True)
def limits_are_far(settings) -> None:
    settings.RATE_LIMIT_FACTOR = 1000


@pytest.fixture
def ada(db: None) -> Person:
    """Was a guest once, and has done all that a person can do."""
    person = Person.as_guest(GUEST_NAME)
    return person


def live(ada: Person, room: Room) -> dict[str, Any]:
    """Ada leaves traces everywhere; who else is there, and what of hers."""
    bo, admin = Person.as_guest("Bo"), Person.with_account("hedy")
    User.objects.filter(username="hedy").update(is_staff=True, is_superuser=True)
    gone, only_played, only_logged = new_room(), new_room(), new_room()
    first = ada.add(room, "a")
    assert ada.register(NAME).status_code == 201
    tokens = ada.log_in(NAME, "auth/token/").json()
    ada.log_in(NAME)
    ada.ask("POST", "auth/token/refresh/", {"refresh": tokens["refresh"]})
    User.objects.filter(username=NAME).update(first_name=ALIAS, last_name="Quixote", is_staff=True)
    ada.ask("PUT", "users/me/", {"profile": {"favorite_genres": ["jazz"]}}, **{"Idempotency-Key": "taste"})
    second, third = ada.add(room, "b"), ada.add(room, "c", added_by=ALIAS)
    path = f"rooms/{room.slug}/playlist/"
    for person, key in ((ada, "own"), (bo, "other")):
        person.ask("POST", f"{path}{second.pk}/vote/", {"value": 1}, **{"Idempotency-Key": key})
    ada.vote(add(room, "d", by="Bo"), -1)
    play_item(slug=room.slug, item_id=second.pk)
    remove_item(slug=room.slug, item_id=third.pk)
    removed = ada.add(gone, "e")
    ada.vote(removed, 1)
    remove_item(slug=gone.slug, item_id=removed.pk)
    played = ada.add(only_played, "f")
    play_item(slug=only_played.slug, item_id=played.pk)
    stop_playing(slug=only_played.slug)
    played.delete()
    RemovedItem.objects.filter(pk=played.pk).delete()
    logged = ada.add(only_logged, "g")
    logged.delete()
    RemovedItem.objects.filter(pk=logged.pk).delete()
    ada.ask("POST", "rooms/", {"name": "A room of one's own", "slug": "own-room"})
    ada.ask("GET", "recommendations/me/")
    ada.ask("POST", "recommendations/me/refresh/", {"seed_artists": [ALIAS]})
    change = f"/admin/users/user/{ada.user.pk}/change/"  # type: ignore[union-attr]
    form = admin.client.get(change).context["adminform"].form.initial
    sent = {
        "username": NAME,
        "email": form["email"],
        "first_name": ALIAS,
        "last_name": "Quixote",
        "is_active": "on",
    }
    dates = {"date_joined_0": "2025-12-04", "date_joined_1": "10:00:00"}
    assert admin.client.post(change, {**sent, **dates}).status_code == 302
    return {
        "bo": bo,
        "first": first,
        "second": second,
        "removed": removed,
        "rooms": [room, gone, only_played, only_logged],
    }


def test_no_table_has_the_name_afterwards(room, ada):
    made = live(ada, room)
    key = ada.key
    names = (NAME, ALIAS, GUEST_NAME, f"{NAME}@example.org")
    assert len(places_of(*names)) > 8, "hardly anything was stored: nothing is proved"
    answer = ada.ask("DELETE", "users/me/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert places_of(*names) == set()
    assert places_of(f'"{key}"') | {place for place, text in cells() if text == key} == set()
    assert ada.ask("GET", "users/me/").status_code == 401
    shown = [
        Client().get(f"/api/rooms/{one.slug}/playlist/{part}").content
        for one in made["rooms"]
        for part in ("", "history/")
    ]
    assert not any(name.encode() in content for name in names for content in shown)


def test_items_and_plays_stay_under_a_neutral_name_and_are_told(room, ada):
    made = live(ada, room)
    with laws_hold(room) as events:
        before = room.items.count()
        ada.ask("DELETE", "users/me/")
    assert [event["type"] for event in events] == ["track.updated"] * 2
    assert {event["payload"]["id"] for event in events} == {made["first"].pk, made["second"].pk}
    assert {event["payload"]["added_by"] for event in events} == {ANONYMOUS}
    assert room.items.count() == before
    assert [play.item["added_by"] for play in Play.objects.all()] == [ANONYMOUS] * 2
    assert set(Play.objects.values_list("adder", flat=True)) == {""}


def test_votes_keep_counting_as_nobody_s(room, ada):
    made = live(ada, room)
    counts = dict(PlaylistTrack.objects.values_list("pk", "votes"))
    ada.ask("DELETE", "users/me/")
    assert dict(PlaylistTrack.objects.values_list("pk", "votes")) == counts
    assert Vote.objects.filter(voter__startswith=NOBODY).count() == 2
    restored = restore_item(slug=made["rooms"][1].slug, item_id=made["removed"].pk)
    assert (restored.votes, restored.added_by) == (1, ANONYMOUS)
    assert made["bo"].votes(room) == {str(made["second"].pk): 1}


def test_who_resumes_from_before_gets_a_snapshot_and_who_was_there_the_events(room, ada):
    made = live(ada, room)
    seq, epoch = top(room), room.stream.epoch
    ada.ask("DELETE", "users/me/")
    assert [
        missed.frames is None
        for since in (0, seq - 1)
        if (missed := missed_since(room.stream_id, Position(epoch, since), limit=500))
    ] == [True, True]
    there = missed_since(room.stream_id, Position(epoch, seq), limit=500)
    assert there is not None
    assert [json.loads(frame.text)["type"] for frame in there.frames or []] == ["track.updated"] * 2
    assert Event.objects.filter(stream=room.stream).count() == 2
    for other in made["rooms"][1:]:
        before = other.stream.epoch
        other.stream.refresh_from_db()
        assert other.stream.epoch != before
        assert told(other) == []


def test_rooms_of_others_are_left_alone(room, ada):
    other = new_room()
    add(other, "z", by="Bo")
    before = (top(other), other.stream.epoch, told(other))
    live(ada, room)
    with telling(other) as events:
        ada.ask("DELETE", "users/me/")
    assert events == []
    assert (top(other), other.stream.epoch, told(other)) == before


def test_a_kept_answer_of_somebody_else_shows_the_neutral_name(room, ada):
    made = live(ada, room)
    ada.ask("DELETE", "users/me/")
    path = f"rooms/{room.slug}/playlist/{made['second'].pk}/vote/"
    again = made["bo"].ask("POST", path, {"value": 1}, **{"Idempotency-Key": "other"})
    assert again["Idempotency-Replayed"] == "true"
    assert (again.json()["id"], again.json()["added_by"]) == (made["second"].pk, ANONYMOUS)


def test_a_room_of_theirs_goes_on_and_is_staff_s(room, ada):
    live(ada, room)
    ada.ask("DELETE", "users/me/")
    assert Room.objects.get(slug="own-room").created_by == ""


def test_nobody_who_was_anonymous_makes_a_room_forget(room):
    ada = Person.with_account("ada")
    ada.add(room, "a", added_by=ANONYMOUS)
    before = (top(room), room.stream.epoch)
    ada.ask("DELETE", "users/me/")
    assert (top(room), room.stream.epoch) == before
    assert len(told(room)) == 1


def test_one_can_go_with_a_named_write(room, ada):
    live(ada, room)
    assert ada.ask("DELETE", "users/me/", **{"Idempotency-Key": "bye"}).status_code == 204
    assert places_of(NAME, ALIAS, GUEST_NAME) == set()
    assert ada.ask("DELETE", "users/me/", **{"Idempotency-Key": "bye"}).status_code == 401


def test_an_account_that_is_deleted_in_the_admin_is_erased_as_well(room, ada):
    live(ada, room)
    admin = Client()
    admin.force_login(User.objects.get(username="hedy"))
    assert ada.user is not None
    answer = admin.post(f"/admin/users/user/{ada.user.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 302
    assert places_of(NAME, ALIAS, GUEST_NAME) == set()


def test_strangers_erase_nobody(client, room):
    answer = client.delete("/api/users/me/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "NOT_AUTHENTICATED")


def test_state_is_read_anew(room, ada):
    live(ada, room)
    state_of(room.stream_id)
    ada.ask("DELETE", "users/me/")
    state = state_of(room.stream_id)
    assert state is not None
    assert NAME not in state.frame.text
