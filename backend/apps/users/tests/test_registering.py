"""Making an account: what it holds, what is refused, and that a name and an address are had once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client

from apps.users.account_services import register_account
from apps.users.models import User, folded
from apps.users.taste import MOODS, Taste
from apps.users.tests.conftest import PASSWORD, bearer, code_of, register, send
from core.errors import Conflict

pytestmark = pytest.mark.django_db
PROFILE = {
    "favorite_genres": ["jazz", "soul"],
    "favorite_artists": ["Nina Simone"],
    "moods": ["calm", "happy"],
}


def test_an_account_is_made_with_tokens_and_without_the_password(client):
    answer = register(client, profile=PROFILE)
    body = answer.json()
    assert answer.status_code == 201
    assert body.keys() == {"id", "username", "email", "profile", "date_joined", "access", "refresh"}
    assert (body["username"], body["email"], body["profile"]) == ("ada", "ada@example.org", PROFILE)
    assert PASSWORD not in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Location"].endswith(f"/api/users/{body['id']}/")
    user = User.objects.get()
    assert user.check_password(PASSWORD)
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)
    assert send(client, "get", "users/me/", **bearer(body["access"])).json()["id"] == user.pk


@pytest.mark.parametrize("profile", [None, {}, {"moods": ["sad"]}])
def test_the_profile_and_its_parts_may_be_left_out(client, profile: Any):
    given = {} if profile is None else {"profile": profile}
    shown = register(client, **given).json()["profile"]
    assert shown == {"favorite_genres": [], "favorite_artists": [], "moods": [], **(profile or {})}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "ada@example.org"}, "username"),
        ({"username": "x" * 151}, "username"),
        ({"username": "ﷺ" * 60}, "username"),
        ({"username": 5}, "username"),
        ({"username": "a\x00"}, "username"),
        ({"email": "nonsense"}, "email"),
        ({"email": ""}, "email"),
        ({"email": None}, "email"),
        ({"email": "\u212aate@example.org"}, "email"),
        ({"email": f"{'x' * 250}@example.org"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "password123"}, "password"),
        ({"password": "8723645982"}, "password"),
        ({"username": "adalovelace", "password": "adalovelace1"}, "password"),
        ({"password": "x7!" * 100}, "password"),
        ({"password": None}, "password"),
        ({"profile": []}, "profile"),
        ({"profile": {"moods": ["angry"]}}, "profile"),
        ({"profile": {"moods": "calm"}}, "profile"),
        ({"profile": {"favorite_genres": [f"genre {number}" for number in range(21)]}}, "profile"),
        ({"profile": {"favorite_artists": [f"artist {number}" for number in range(51)]}}, "profile"),
        ({"profile": {"favorite_genres": ["x" * 51]}}, "profile"),
        ({"profile": {"favorite_artists": [""]}}, "profile"),
        ({"profile": {"favorite_artists": [5]}}, "profile"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_makes_no_sense_is_refused_by_name(client, changes: dict[str, Any], field: str):
    answer = register(client, **changes)
    assert code_of(answer) == (400, "VALIDATION_ERROR")
    assert list(answer.json()["error"]["details"]) == [field]
    assert not User.objects.exists()


def test_an_unknown_mood_lists_the_known(client):
    (message,) = register(client, profile={"moods": ["angry"]}).json()["error"]["details"]["profile"]
    assert all(mood in message for mood in MOODS)


def test_twenty_genres_and_fifty_artists_are_a_profile(client):
    profile = {
        "favorite_genres": [f"genre {number}" for number in range(20)],
        "favorite_artists": [f"artist {number}" for number in range(50)],
        "moods": list(MOODS),
    }
    assert register(client, profile=profile).json()["profile"] == profile


def test_names_are_trimmed_and_count_once(client):
    shown = register(client, profile={"favorite_genres": [" Jazz ", "jazz", "Soul"]}).json()["profile"]
    assert shown["favorite_genres"] == ["Jazz", "Soul"]


@pytest.mark.parametrize(
    ("changes", "taken"),
    [
        ({"email": "ada.l@example.org"}, {"username"}),
        ({"username": "ADA", "email": "ada.l@example.org"}, {"username"}),
        ({"username": "grace"}, {"email"}),
        ({"username": "grace", "email": "ADA@Example.ORG"}, {"email"}),
        ({"username": "Ada"}, {"username", "email"}),
    ],
)
def test_a_name_and_an_address_are_had_once_in_any_case(client, changes: dict[str, Any], taken: set[str]):
    register(client)
    answer = register(client, **changes)
    assert code_of(answer) == (409, "CONFLICT")
    assert answer.json()["error"]["details"].keys() == taken
    assert User.objects.count() == 1


def test_letters_beyond_ascii_have_no_case_either(client):
    register(client, username="Jürgen")
    assert code_of(register(client, username="JÜRGEN", email="j@example.org"))[0] == 409
    assert code_of(register(client, username="Ju\u0308rgen", email="j@example.org"))[0] == 409


@pytest.mark.parametrize("field", ["username", "email"])
def test_the_database_knows_it_as_well(field: str):
    User.objects.create(username="ada", email="ada@example.org")
    other = {
        "username": "grace",
        "email": "grace@example.org",
        field: {"username": "ADA", "email": "Ada@example.org"}[field],
    }
    with pytest.raises(IntegrityError):
        User.objects.create(**other)


def test_an_empty_address_may_be_had_by_many():
    for name in ("ada", "grace", "hedy"):
        User.objects.create_user(name)
    assert User.objects.filter(email_key=None).count() == 3


def test_a_saved_field_takes_its_key_along(ada):
    ada.email = "Ada@Example.org"
    ada.save(update_fields=["email"])
    ada.refresh_from_db()
    assert ada.email_key == folded("ada@example.org")
    ada.email = ""
    ada.save(update_fields={"email"})
    ada.refresh_from_db()
    assert ada.email_key is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", ["username", "email"])
def test_of_many_at_once_one_has_it(same: str):
    def ask(number: int) -> int:
        try:
            facts = {"username": f"ada{number}", "email": f"ada{number}@example.org"}
            facts[same] = {"username": "ada", "email": "ada@example.org"}[same]
            register_account(**facts, password=PASSWORD, taste=Taste())
            return 201
        except Conflict as refusal:
            return 409 if refusal.details.keys() == {same} else 500
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(8)))
    assert sorted(answers) == [201] + [409] * 7
    assert User.objects.count() == 1


def test_six_a_minute_are_too_many(client, settings):
    settings.RATE_LIMIT_FACTOR = 1
    answers = [register(Client(), username=f"ada{number}") for number in range(6)]
    assert [answer.status_code for answer in answers] == [201, 409, 409, 409, 409, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60


def test_register_is_the_same_at_its_other_address(client):
    assert send(client, "post", "auth/register/", {"username": "ada"}).status_code == 400
    body = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    assert send(client, "post", "auth/register/", body).json()["username"] == "ada"
    assert code_of(register(client)) == (409, "CONFLICT")


def test_a_repeat_finds_the_same_account_and_gives_new_tokens(client):
    key = {"Idempotency-Key": "a-b-c"}
    body = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    first, again = (send(client, "post", "users/", body, **key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotency-Replayed"] == "true"
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["access"] != again.json()["access"]
    assert send(client, "get", "users/me/", **bearer(again.json()["access"])).status_code == 200
    assert User.objects.count() == 1


def test_a_repeat_under_a_password_of_before_gives_no_tokens(client):
    key = {"Idempotency-Key": "a-b-c"}
    body = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    send(client, "post", "users/", body, **key)
    ada = User.objects.get()
    ada.set_password("another pass phrase")
    ada.save()
    for _ in range(2):
        again = send(client, "post", "users/", body, **key)
        assert code_of(again) == (409, "CONFLICT")
        assert "access" not in again.json()


def test_nothing_of_the_password_is_kept_for_a_repeat(client):
    from hashlib import sha256

    from core.models import KeptAnswer

    body = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    answer = send(client, "post", "users/", body, **{"Idempotency-Key": "a-b-c"})
    kept = KeptAnswer.objects.get()
    assert (kept.body, kept.subject) == ("", f"user:{answer.json()['id']}")
    raw = b"\n".join([b"POST", b"/api/users/", answer.wsgi_request.body])
    assert kept.fingerprint != sha256(raw).hexdigest()
