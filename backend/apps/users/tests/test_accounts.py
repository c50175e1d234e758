"""Who sees and changes which account."""

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.test import Client

from apps.users.models import User
from apps.users.services import count_newcomer
from apps.users.tests.conftest import FACTS, code_of, register, send
from core.limits import NEWCOMERS

pytestmark = pytest.mark.django_db
TASTE = {"favorite_genres": ["jazz"], "favorite_artists": ["Nina Simone"], "moods": ["calm"]}
EMPTY: dict[str, list[str]] = {"favorite_genres": [], "favorite_artists": [], "moods": []}


def as_account(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def staff(db: None) -> Client:
    return as_account(User.objects.create_superuser("hedy"))


@pytest.mark.parametrize("permission", [None, "view_user", "change_user"])
def test_staff_sees_and_changes_accounts_as_far_as_the_admin_lets_it(ada, permission: str | None):
    hedy = User.objects.create_user("hedy", is_staff=True)
    if permission:
        hedy.user_permissions.add(Permission.objects.get(codename=permission))
    client, path = as_account(hedy), f"users/{ada.pk}/"

    listed = [one["username"] for one in send(client, "get", "users/").json()]
    shown = send(client, "get", path).json()
    changed = send(client, "patch", path, {"profile": TASTE})

    assert listed == (["ada", "hedy"] if permission == "view_user" else ["hedy"])
    assert ("email" in shown) == (permission == "view_user")
    assert changed.status_code == (200 if permission == "change_user" else 403)


def test_a_name_that_could_pass_for_another_is_refused(client):
    assert [register(client, username=name).status_code for name in ("\u0430lice", "alic\u0435")] == [
        400,
        400,
    ]
    assert register(client, username="Алиса").status_code == 201


def test_a_registration_is_a_newcomer_of_its_address_but_not_that_of_a_guest(client, settings):
    """Otherwise an address would have 300 votes more in an hour."""
    settings.RATE_LIMIT_FACTOR = 1 / NEWCOMERS.max_calls
    guest = client.post("/api/guests/", {"name": "Bo"}, content_type="application/json").json()
    elsewhere = {"X-Guest-Token": guest["token"]}
    client.cookies.clear()

    assert code_of(register(client)) == (429, "RATE_LIMITED")
    cache.clear()
    count_newcomer(address="127.0.0.1")
    assert send(client, "post", "users/", FACTS, **elsewhere).status_code == 201


def test_a_list_costs_as_many_queries_however_long(staff, django_assert_max_num_queries):
    for number in range(5):
        User.objects.create_user(f"ada{number}")
    with django_assert_max_num_queries(3 + 4):  # session and account, for the limits and for the view; rights
        send(staff, "get", "users/")


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
