"""Accounts: who makes, sees and changes which, and that a name and an address are had once."""

from hashlib import sha256

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from apps.users.models import User, folded
from apps.users.services import count_newcomer
from apps.users.tests.conftest import FACTS, PASSWORD, code_of, register, send
from core.models import IdempotencyRecord
from core.rate_limits import EXPORTS, NEW_GUESTS

pytestmark = pytest.mark.django_db
TASTE = {"favorite_genres": ["jazz"], "favorite_artists": ["Nina Simone"], "moods": ["calm"]}
EMPTY: dict[str, list[str]] = {"favorite_genres": [], "favorite_artists": [], "moods": []}


def as_account(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("permission", [None, "view_user", "change_user"])
def test_staff_reads_and_changes_accounts_within_its_admin_permissions(ada, permission: str | None):
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


def test_a_registration_counts_as_a_new_voter_of_its_address_unless_a_guest_registers(client, settings):
    """Otherwise an address would have 300 votes more in an hour."""
    settings.RATE_LIMIT_FACTOR = 1 / NEW_GUESTS.max_calls
    guest = client.post("/api/guests/", {"name": "Bo"}, content_type="application/json").json()
    elsewhere = {"X-Guest-Token": guest["token"]}
    client.cookies.clear()

    assert code_of(register(client)) == (429, "RATE_LIMITED")
    cache.clear()
    count_newcomer(address="127.0.0.1")
    assert send(client, "post", "users/", FACTS, **elsewhere).status_code == 201


def test_exports_are_limited_per_account(ada, settings):
    """Each reads everything that is stored about the account."""
    settings.RATE_LIMIT_FACTOR = 2 / EXPORTS.max_calls
    client, other = as_account(ada), as_account(User.objects.create_user("bo"))

    exports = [send(client, "get", "users/me/export/").status_code for _ in range(3)]

    assert exports == [200, 200, 429]
    assert send(other, "get", "users/me/export/").status_code == 200


def test_the_number_of_queries_of_a_list_is_constant(django_assert_max_num_queries):
    staff = as_account(User.objects.create_superuser("hedy"))
    for number in range(5):
        User.objects.create_user(f"ada{number}")
    with django_assert_max_num_queries(3 + 4):  # session and account, for the limits and for the view; rights
        send(staff, "get", "users/")


def test_a_repeated_change_is_done_once_and_its_response_is_not_stored(ada):
    client, key = as_account(ada), {"Idempotency-Key": "one"}
    first = send(client, "put", "users/me/", {"profile": TASTE}, **key)
    send(client, "put", "users/me/", {"profile": EMPTY})
    again = send(client, "put", "users/me/", {"profile": TASTE}, **key)
    assert (first.json()["profile"], again.json()["profile"]) == (TASTE, EMPTY)
    assert again["Idempotency-Replayed"] == "true"
    assert IdempotencyRecord.objects.get().body == ""


# --- Making an account -------------------------------------------------------------------------------


def test_saving_a_name_saves_its_normalised_key(ada):
    ada.email = "Ada@Example.org"
    ada.save(update_fields=["email"])
    ada.refresh_from_db()
    assert ada.email_key == folded("ada@example.org")
    ada.email = ""
    ada.save(update_fields={"email"})
    ada.refresh_from_db()
    assert ada.email_key is None


def test_a_repetition_after_a_password_change_returns_no_tokens(client):
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


def test_an_idempotency_record_contains_no_password(client):
    body = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    response = send(client, "post", "users/", body, **{"Idempotency-Key": "a-b-c"})
    kept = IdempotencyRecord.objects.get()
    assert (kept.body, kept.subject) == ("", f"user:{response.json()['id']}")
    raw = b"\n".join([b"POST", b"/api/users/", response.wsgi_request.body])
    assert kept.fingerprint != sha256(raw).hexdigest()


# --- A database from the time when accounts had no keys ------------------------------------------------

BEFORE = [("users", "0001_initial")]
OLD = [
    ("ada", "Ada@example.org"),
    ("Ada", "ada@EXAMPLE.org"),
    ("bo", ""),
    ("cem", ""),
    ("Jürgen", "j@example.org"),
    ("JÜRGEN", "other@example.org"),
]


def migrate(targets: list[tuple[str, str]]) -> None:
    MigrationExecutor(connection).migrate(targets)


@pytest.fixture
def older(transactional_db: None):
    """Accounts, some of them equal."""
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    migrate(BEFORE)
    try:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO users_user (username, email, password, first_name, last_name, is_staff,"
                " is_active, is_superuser, date_joined)"
                " VALUES (%s, %s, 'x', '', '', false, true, false, '2025-12-04 10:00:00+00:00')",
                OLD,
            )
        migrate(leaves)
        yield
    finally:
        migrate(leaves)
        User.objects.all().delete()


def test_the_migration_keeps_all_accounts_and_gives_the_key_to_the_oldest(older: None):
    rows = list(User.objects.order_by("pk").values_list("username", "email", "username_key", "email_key"))
    assert [(name, email) for name, email, *_ in rows] == OLD
    assert [keys for *_, keys, _ in rows] == ["ada", None, "bo", "cem", "jürgen", None]
    assert [key for *_, key in rows] == ["ada@example.org", *[None] * 3, "j@example.org", "other@example.org"]
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="ADA")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="new", email="ADA@example.org")

    twin = User.objects.get(username="Ada")
    twin.first_name = "Augusta"
    twin.full_clean(exclude=["password"])
    twin.save()
    assert User.objects.get(pk=twin.pk).email_key is None
    twin.email = "augusta@example.org"
    twin.save()
    assert User.objects.get(pk=twin.pk).email_key == "augusta@example.org"
    bo = User.objects.get(username="bo")
    bo.email = "augusta@EXAMPLE.org"
    with pytest.raises(IntegrityError), transaction.atomic():
        bo.save()
