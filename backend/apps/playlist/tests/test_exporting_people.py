"""The export has everything that is stored about a person, and nothing of anybody else."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission

from apps.playlist.models import RemovedItem
from apps.playlist.services import play_item, remove_item, stop_playing
from apps.playlist.tests.people import PASSWORD, Person
from apps.playlist.tests.rooms import add, new_room
from apps.playlist.tests.test_erasing_people import cells
from apps.users.models import User
from core.limits import EXPORTS

pytestmark = pytest.mark.django_db
# By table: where the export has what stands there about a person.
TOLD = {
    "users_user": "account",
    "users_profile": "profile",
    "users_user_groups": "account",
    "users_user_user_permissions": "account",
    "users_loginsession": "sessions",
    "token_blacklist_outstandingtoken": "tokens",
    "token_blacklist_blacklistedtoken": "tokens",
    "django_admin_log": "admin_log",
    "core_keptanswer": "kept_answers",
    "playlist_vote": "votes",
    "playlist_playlisttrack": "items",
    "playlist_removeditem": "removed_items",
    "playlist_play": "plays",
    "playlist_room": "rooms",
    "analytics_activity": "activities",
    # Sums of these, by quarter of an hour and by track.
    "analytics_personquartercount": "activities",
    "analytics_persontrackcount": "activities",
    "analytics_persontrackhourcount": "activities",
    "recommendations_recommendationlist": "recommendations",
    "jobs_jobrun": "recommendation_jobs",
    # What was told of items: a copy of those for everybody.
    "realtime_event": "items",
}


@pytest.fixture(autouse=True)
def limits_are_far(settings) -> None:
    settings.RATE_LIMIT_FACTOR = 1000


@pytest.fixture
def ada(db: None) -> Person:
    return Person.with_account("quixotica")


def live(ada: Person, room: Any) -> None:
    user = ada.user
    assert user is not None
    user.groups.add(Group.objects.create(name="hosts"))
    user.user_permissions.add(Permission.objects.order_by("pk")[0])
    user.is_staff = user.is_superuser = True
    user.save()
    ada.log_in("quixotica")
    tokens = ada.log_in("quixotica", "auth/token/").json()
    ada.ask("POST", "auth/logout/", {"refresh": tokens["refresh"]})
    ada.log_in("quixotica")
    ada.ask("PUT", "users/me/", {"profile": {"favorite_genres": ["jazz"], "moods": ["calm"]}})
    item, gone = ada.add(room, "Halo"), ada.add(room, "Crazy")
    ada.ask("POST", f"rooms/{room.slug}/playlist/{item.pk}/vote/", {"value": 1}, **{"Idempotency-Key": "k"})
    ada.vote(gone, -1)
    play_item(slug=room.slug, item_id=item.pk)
    stop_playing(slug=room.slug)
    remove_item(slug=room.slug, item_id=gone.pk)
    ada.ask("POST", "rooms/", {"name": "Ada's"})
    ada.client.post("/admin/auth/group/add/", {"name": "guests"})
    ada.ask("GET", "recommendations/me/")
    ada.ask("POST", "recommendations/me/refresh/", {"seed_artists": ["quixotica"]})


def test_everything_is_in_it(room, ada):
    live(ada, room)
    answer = ada.ask("GET", "users/me/export/")
    told = answer.json()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert (told["account"]["username"], told["account"]["email"]) == ("quixotica", "quixotica@example.org")
    assert (told["account"]["groups"], len(told["account"]["permissions"])) == (["hosts"], 1)
    assert told["profile"] == {"favorite_genres": ["jazz"], "favorite_artists": [], "moods": ["calm"]}
    (vote,) = told["votes"]
    assert (vote["room"], vote["track"], vote["value"]) == (room.slug, "Halo", 1)
    assert [item["track"] for item in told["items"]] == ["Halo"]
    assert [item["track"] for item in told["removed_items"]] == ["Crazy"]
    assert [vote["value"] for vote in told["votes_for_removed_items"]] == [-1]
    assert [play["item"]["track"]["title"] for play in told["plays"]] == ["Halo"]
    assert [made["name"] for made in told["rooms"]] == ["Ada's"]
    assert [kept["key"] for kept in told["kept_answers"]] == ["k"]
    assert told["tokens"][0]["ended_at"]
    assert told["sessions"]
    assert [entry["object"] for entry in told["admin_log"]] == ["guests"]
    text = answer.content.decode()
    assert PASSWORD not in text
    assert ada.user is not None
    assert User.objects.get(pk=ada.user.pk).password not in text


def test_every_table_that_knows_the_person_is_in_it(room, ada):
    """By relation, by key, or by name."""
    live(ada, room)
    related = {
        relation.related_model._meta.db_table
        for relation in User._meta.related_objects
        if relation.related_model
    }
    related |= {field.m2m_db_table() for field in User._meta.many_to_many}
    named = {place.partition(".")[0] for place, text in cells() if ada.key == text or "quixotica" in text}
    told = ada.ask("GET", "users/me/export/").json()
    assert related | named <= TOLD.keys()
    assert {"users_profile", "playlist_vote", "playlist_play"} <= related | named
    for table in related | named:
        assert told[TOLD[table]], table


def test_every_table_that_is_told_is_there():
    assert TOLD.keys() <= {model._meta.db_table for model in apps.get_models(include_auto_created=True)}


def test_nothing_of_others_is_in_it(room, ada):
    bo, grace = Person.as_guest("Wilhelmina"), Person.with_account("grace")
    for person in (bo, grace):
        person.vote(person.add(new_room(), f"by {person.name}"), 1)
    add(room, "Halo", by="Bo")
    told = ada.ask("GET", "users/me/export/").json()
    parts = {
        name: part
        for name, part in told.items()
        if name not in {"exported_at", "account", "profile", "sessions"}
    }
    assert not any(parts.values())
    assert "grace" not in str(told)
    assert len(told["sessions"]) == 1


def test_a_removed_item_whose_track_is_gone_is_told_without_it(room, ada):
    item = ada.add(room, "Halo")
    remove_item(slug=room.slug, item_id=item.pk)
    RemovedItem.objects.update(track=None)
    assert ada.ask("GET", "users/me/export/").json()["removed_items"][0]["track"] is None


def test_it_is_not_made_without_end(ada, settings):
    settings.RATE_LIMIT_FACTOR = 1 / EXPORTS.max_calls
    assert [ada.ask("GET", "users/me/export/").status_code for _ in range(2)] == [200, 429]
