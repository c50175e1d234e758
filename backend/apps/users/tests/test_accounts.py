"""Who sees and changes which account."""

from typing import Any

import pytest
from django.test import Client

from apps.users.models import User
from apps.users.tests.conftest import PASSWORD, code_of, register, send

pytestmark = pytest.mark.django_db
TASTE = {"favorite_genres": ["jazz"], "favorite_artists": ["Nina Simone"], "moods": ["calm"]}
EMPTY: dict[str, list[str]] = {"favorite_genres": [], "favorite_artists": [], "moods": []}


@pytest.fixture
def grace(db: None) -> User:
    return User.objects.create_user("grace", "grace@example.org", PASSWORD)


def as_account(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def staff(db: None) -> Client:
    return as_account(User.objects.create_user("hedy", is_staff=True))


def test_strangers_and_guests_get_the_same_401_for_every_id(client, ada, bo):
    guest = Client()
    send(guest, "post", "guests/", {"name": "Bo"})
    answers = [
        send(one, method, f"users/{name}/", {"profile": TASTE})
        for one in (client, guest)
        for method in ("get", "put", "patch")
        for name in (ada.pk, ada.pk + 1, 10**17, "me")
    ]
    assert {code_of(answer) for answer in answers} == {(401, "NOT_AUTHENTICATED")}
    assert len({answer.content for answer in answers}) == 1
    assert {answer["WWW-Authenticate"] for answer in answers} == {"Bearer"}


@pytest.mark.parametrize("path", ["users/me/", "users/{id}/"])
def test_an_account_sees_all_of_itself(ada, path: str):
    shown = send(as_account(ada), "get", path.format(id=ada.pk)).json()
    assert shown.keys() == {"id", "username", "email", "profile", "date_joined"}
    assert (shown["id"], shown["username"], shown["profile"]) == (ada.pk, "ada", EMPTY)


def test_others_who_are_logged_in_see_id_and_name(ada, grace):
    answer = send(as_account(grace), "get", f"users/{ada.pk}/")
    assert answer.json() == {"id": ada.pk, "username": "ada"}
    assert answer["Cache-Control"] == "private, no-store"
    assert code_of(send(as_account(grace), "get", f"users/{grace.pk + 100}/")) == (404, "NOT_FOUND")


def test_staff_sees_all(ada, staff):
    assert send(staff, "get", f"users/{ada.pk}/").json()["email"] == ada.email


def test_the_list_is_everybody_oneself_or_nobody(client, ada, grace, staff):
    listed = [
        [user["username"] for user in send(one, "get", "users/").json()]
        for one in (client, as_account(ada), staff)
    ]
    assert listed[:2] == [[], ["ada"]]
    assert {"ada", "grace", "hedy"} <= set(listed[2])
    answer = send(staff, "get", "users/?limit=1")
    assert (len(answer.json()), answer["X-Total-Count"]) == (1, "3")
    assert send(client, "get", "users/")["X-Total-Count"] == "0"


def test_a_list_costs_two_queries_however_long(staff, django_assert_max_num_queries):
    for number in range(5):
        User.objects.create_user(f"ada{number}")
    with django_assert_max_num_queries(2 + 4):  # session and account, for the limits and for the view
        send(staff, "get", "users/")


@pytest.mark.parametrize("path", ["users/me/", "users/{id}/"])
def test_put_replaces_the_profile_and_patch_merges_it(ada, path: str):
    client, path = as_account(ada), path.format(id=ada.pk)
    assert send(client, "put", path, {"profile": TASTE}).json()["profile"] == TASTE
    merged = send(client, "patch", path, {"profile": {"moods": ["sad"]}}).json()["profile"]
    assert merged == {**TASTE, "moods": ["sad"]}
    assert send(client, "patch", path, {}).json()["profile"] == merged
    replaced = send(client, "put", path, {"profile": {"moods": ["happy"]}}).json()["profile"]
    assert replaced == {**EMPTY, "moods": ["happy"]}
    assert send(client, "get", "users/me/").json()["profile"] == replaced


def test_staff_may_change_others_and_others_may_not(ada, grace, staff):
    assert send(staff, "patch", f"users/{ada.pk}/", {"profile": TASTE}).json()["profile"] == TASTE
    for method in ("put", "patch"):
        answer = send(as_account(grace), method, f"users/{ada.pk}/", {"profile": EMPTY})
        assert code_of(answer) == (403, "PERMISSION_DENIED")
        assert code_of(send(as_account(grace), method, f"users/{grace.pk + 100}/", {}))[0] == 404
    assert send(as_account(ada), "get", "users/me/").json()["profile"] == TASTE


@pytest.mark.parametrize(
    ("method", "body", "field"),
    [
        ("put", {}, "profile"),
        ("put", {"profile": None}, "profile"),
        ("put", {"profile": {"moods": ["angry"]}}, "profile"),
        ("patch", {"profile": {"moods": ["angry"]}}, "profile"),
        ("patch", {"username": "grace"}, "username"),
        ("patch", {"email": "taken@example.org"}, "email"),
    ],
)
def test_what_makes_no_sense_changes_nothing(ada, method: str, body: Any, field: str):
    User.objects.create_user("hedy", "taken@example.org")
    client = as_account(ada)
    send(client, "put", "users/me/", {"profile": TASTE})
    answer = send(client, method, "users/me/", body)
    assert code_of(answer) == (400, "VALIDATION_ERROR")
    assert list(answer.json()["error"]["details"]) == [field]
    assert send(client, "get", "users/me/").json()["profile"] == TASTE


def test_that_an_address_is_taken_is_told_by_registering_alone(ada):
    User.objects.create_user("hedy", "taken@example.org")
    answers = [
        send(as_account(ada), "patch", "users/me/", {"email": f"{name}@example.org"})
        for name in ("taken", "free")
    ]
    assert answers[0].content == answers[1].content


def test_what_was_read_may_be_sent_back(ada):
    client = as_account(ada)
    shown = send(client, "get", "users/me/").json()
    assert send(client, "put", "users/me/", {**shown, "profile": TASTE}).status_code == 200


def test_nobody_becomes_staff_by_asking(client):
    made = register(client, is_staff=True, is_superuser=True, id=99).json()
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert made["id"] == user.pk


def test_a_repeated_change_is_done_once_and_keeps_nothing(ada):
    from core.models import KeptAnswer

    client, key = as_account(ada), {"Idempotency-Key": "one"}
    first = send(client, "put", "users/me/", {"profile": TASTE}, **key)
    send(client, "put", "users/me/", {"profile": EMPTY})
    again = send(client, "put", "users/me/", {"profile": TASTE}, **key)
    assert (first.json()["profile"], again.json()["profile"]) == (TASTE, EMPTY)
    assert again["Idempotency-Replayed"] == "true"
    assert KeptAnswer.objects.get().body == ""


def test_a_name_that_is_longer_than_a_person_s_is_cut_where_it_is_shown():
    from apps.users.recognition import recognise_account
    from core.identity import Visit

    client = as_account(User.objects.create_user("x" * 150))
    caller = recognise_account(
        Visit(address="192.0.2.1", cookies={"sessionid": client.cookies["sessionid"].value})
    )
    assert caller is not None
    assert caller.name == "x" * 50
