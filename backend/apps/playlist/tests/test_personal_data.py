"""The export has all that is stored about a person and nothing of others; who goes is nowhere any more."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.playlist.models import ANONYMOUS, Play, PlaylistTrack, RemovedItem, Vote
from apps.playlist.personal_data import ITEMS_PER_QUERY, RECORDS_PER_QUERY
from apps.playlist.services import play_item, remove_item, restore_item, stop_playing
from apps.playlist.tests.people import PASSWORD, Person
from apps.playlist.tests.rooms import add, events_of, new_room, own_rooms, top
from apps.rooms.models import Room
from apps.users.models import User
from core import database as core_database
from core.rate_limits import EXPORTS
from core.tests.clocks import FakeClock
from core.tests.slow_database import SlowDatabase

pytestmark = pytest.mark.django_db
# A name that no other caller has.
NAME, ALIAS, GUEST_NAME = "quixotica", "Zephyrine", "Wilhelmina"
# By table: where the export has what stands there about a person.
EXPORTED_AS = {
    "users_user": "account",
    "users_profile": "profile",
    "users_user_groups": "account",
    "users_user_user_permissions": "account",
    "users_loginsession": "sessions",
    "token_blacklist_outstandingtoken": "tokens",
    "token_blacklist_blacklistedtoken": "tokens",
    "django_admin_log": "admin_log",
    "core_idempotencyrecord": "stored_responses",
    "playlist_vote": "votes",
    "playlist_playlisttrack": "items",
    "playlist_removeditem": "removed_items",
    "playlist_play": "plays",
    "playlist_wish": "wishes",
    "playlist_room": "rooms",
    "analytics_activity": "activities",
    # Sums of these, by quarter of an hour and by track.
    "analytics_personquartercount": "activities",
    "analytics_persontrackcount": "activities",
    "analytics_persontrackhourcount": "activities",
    "recommendations_recommendationlist": "recommendations",
    "jobs_jobrun": "recommendation_jobs",
    # Events of items: a copy of those for everybody.
    "realtime_event": "items",
}


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
    """A guest at first."""
    return Person.as_guest(GUEST_NAME)


def live(ada: Person, room: Room) -> dict[str, Any]:
    """Ada leaves traces everywhere."""
    bo, admin = Person.as_guest("Bo"), Person.with_account("hedy")
    User.objects.filter(username="hedy").update(is_staff=True, is_superuser=True)
    gone, only_played = new_room(), new_room()
    ada.add(room, "a")
    assert ada.register(NAME).status_code == 201
    tokens = ada.log_in(NAME, "auth/token/").json()
    ada.log_in(NAME)
    ada.ask("POST", "auth/token/refresh/", {"refresh": tokens["refresh"]})
    is_admin = {"is_staff": True, "is_superuser": True}
    User.objects.filter(username=NAME).update(first_name=ALIAS, last_name="Quixote", **is_admin)
    ada.client.post("/admin/auth/group/add/", {"name": "guests"})
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
    ada.ask("POST", f"{path}wishes/", {"text": "Halo"}, **{"Idempotency-Key": "wish"})
    ada.ask("POST", "rooms/", {"name": "A room of one's own", "slug": "own-room"})
    ada.ask("GET", "recommendations/me/")
    ada.ask("POST", "recommendations/me/refresh/", {"seed_artists": [ALIAS]})
    assert ada.user is not None
    change = f"/admin/users/user/{ada.user.pk}/change/"
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
    ada.user.groups.add(Group.objects.get())
    ada.user.user_permissions.add(Permission.objects.order_by("pk")[0])
    rooms = [room, gone, only_played]
    return {"bo": bo, "admin": admin, "second": second, "removed": removed, "rooms": rooms}


def export(person: Person) -> Any:
    return person.ask("GET", "users/me/export/").json()


def test_every_table_with_data_of_the_person_is_in_the_export(room, ada):
    """By relation, by key, or by name."""
    live(ada, room)
    related = {
        relation.related_model._meta.db_table
        for relation in User._meta.related_objects
        if relation.related_model
    }
    related |= {field.m2m_db_table() for field in User._meta.many_to_many}
    named = {place.partition(".")[0] for place, text in cells() if ada.key == text or NAME in text}
    assert EXPORTED_AS.keys() <= {
        model._meta.db_table for model in apps.get_models(include_auto_created=True)
    }
    assert related | named <= EXPORTED_AS.keys()
    assert {"users_profile", "playlist_vote", "playlist_play"} <= related | named

    exported = export(ada)

    for table in related | named:
        assert exported[EXPORTED_AS[table]], table
    assert PASSWORD not in str(exported)
    assert ada.user is not None
    assert User.objects.get(pk=ada.user.pk).password not in str(exported)


def test_the_export_contains_no_data_of_others(room):
    ada, bo, grace = Person.with_account(NAME), Person.as_guest("Wilhelmina"), Person.with_account("grace")
    for person in (bo, grace):
        person.vote(person.add(new_room(), f"by {person.name}"), 1)
    add(room, "Halo", by="Bo")
    exported = export(ada)
    assert "grace" not in str(exported)
    assert len(exported["sessions"]) == 1
    for name in ("exported_at", "account", "profile", "sessions"):
        del exported[name]
    assert not any(exported.values())


def test_a_removed_item_of_a_deleted_track_is_exported_without_the_track(room):
    ada = Person.with_account(NAME)
    item = ada.add(room, "Halo")
    remove_item(slug=room.slug, item_id=item.pk)
    RemovedItem.objects.update(track=None)
    assert export(ada)["removed_items"][0]["track"] is None


def test_the_size_of_an_export_is_limited(db, settings):
    ada, settings.RATE_LIMIT_FACTOR = Person.with_account(NAME), 1 / EXPORTS.max_calls
    assert [ada.ask("GET", "users/me/export/").status_code for _ in range(2)] == [200, 429]


# --- Erasing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["api", "named write", "admin"])
def test_after_erasing_no_table_contains_the_name(room, ada, django_capture_on_commit_callbacks, way: str):
    made = live(ada, room)
    key, counts = ada.key, dict(PlaylistTrack.objects.values_list("pk", "votes"))
    names = (NAME, ALIAS, GUEST_NAME, f"{NAME}@example.org")
    assert len(places_of(*names)) > 8, "hardly anything was stored: nothing is proved"
    if way == "admin":
        path = f"/admin/users/user/{ada.user.pk}/delete/"
        with django_capture_on_commit_callbacks(execute=True):
            assert made["admin"].client.post(path, {"post": "yes"}).status_code == 302
    else:
        headers = {"Idempotency-Key": "bye"} if way == "named write" else {}
        assert ada.ask("DELETE", "users/me/", **headers).status_code == 204
        assert ada.ask("DELETE", "users/me/", **headers).status_code == 401
    assert places_of(*names) == set()
    assert dict(PlaylistTrack.objects.values_list("pk", "votes")) == counts
    assert places_of(f'"{key}"') | {place for place, text in cells() if text == key} == set()
    assert Room.objects.get(slug="own-room").created_by == ""
    shown = [
        Client().get(f"/api/rooms/{one.slug}/playlist/{part}").content
        for one in made["rooms"]
        for part in ("", "history/", "wishes/")
    ]
    assert not any(name.encode() in content for name in names for content in shown)
    restored = restore_item(slug=made["rooms"][1].slug, item_id=made["removed"].pk)
    assert (restored.votes, restored.added_by) == (1, ANONYMOUS)
    assert made["bo"].votes(room) == {str(made["second"].pk): 1}


def test_erasing_a_guest_without_a_name_changes_no_log(room):
    ada = Person.as_guest("")
    ada.add(room, "a")
    ada.register("ada")
    before = (top(room), room.stream.epoch)
    ada.ask("DELETE", "users/me/")
    assert (top(room), room.stream.epoch) == before
    assert len(events_of(room)) == 1


def test_a_name_of_a_former_item_is_redacted_in_the_log(room):
    """As after staff has corrected what an item says."""
    ada = Person.with_account(NAME)
    item = ada.add(room, "a")
    item.added_by = ANONYMOUS
    item.save(update_fields=["added_by"])
    assert "realtime_event.message" in places_of(NAME)
    ada.ask("DELETE", "users/me/")
    assert places_of(NAME) == set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "bye"}], ids=["plain", "named"])
def test_other_writes_run_between_the_portions(monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]):
    """No transaction takes longer, the more there is to erase; and none looks through what others have."""
    ada, room = Person.with_account(NAME), new_room()
    items = [ada.add(room, f"{number}") for number in range(2 * ITEMS_PER_QUERY + 1)]
    vote: dict[str, Any] = {"data": {"value": 1}, "content_type": "application/json"}
    path = f"/api/rooms/{room.slug}/playlist/{items[0].pk}/vote/"
    assert Client().post(path, **vote, headers={"Idempotency-Key": "k"}).json()["added_by"] == NAME
    now = timezone.now()
    Play.objects.bulk_create(
        Play(room=room, item_number=n, item={"added_by": NAME}, adder=ada.key, started_at=now, ended_at=now)
        for n in range(RECORDS_PER_QUERY + 1)
    )
    RemovedItem.objects.bulk_create(
        RemovedItem(
            **{"item_number": 10**9 + n, "room": room, "added_by": NAME, "adder": ada.key, "added_at": now},
            **{"votes_reached_seq": 0, "votes": [[ada.key, 1]], "removed_at": now},
        )
        for n in range(RECORDS_PER_QUERY + 1)
    )
    voters = [(item, voter) for n, item in enumerate(items) for voter in (ada.key, f"guest:{n}")]
    Vote.objects.bulk_create_without_events([Vote(item=item, voter=voter, value=1) for item, voter in voters])
    own_rooms(ada.key)
    activity = {"track_id": items[0].track_id, "activity_type": "play"}
    for _ in range(3):
        assert ada.ask("POST", "analytics/activity/", [activity] * 300).status_code == 201

    clock = FakeClock()
    monkeypatch.setattr(core_database, "time", clock)
    database = SlowDatabase(clock)
    with connection.execute_wrapper(database):
        assert ada.ask("DELETE", "users/me/", **headers).status_code == 204

    assert max(database.seconds) < 0.1
    assert sum(database.rows) > 900 + 2 * RECORDS_PER_QUERY
    large = [sql for sql in database.asked if "realtime_event" in sql or "core_idempotencyrecord" in sql]
    assert large
    assert not any("LIKE" in sql for sql in large)
    assert set(Room.objects.values_list("created_by", flat=True)) == {""}
    assert places_of(NAME) == set()
