"""Logging in by tokens and by cookie, and out."""

from datetime import timedelta
from importlib import import_module
from itertools import count
from typing import Any

import pytest
import time_machine
from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from apps.users.authentication import guest_token
from apps.users.jwt_tokens import NAMES_PER_WRITE, RefreshToken, next_name_of
from apps.users.models import LoginSession, User
from apps.users.session_store import SessionStore, hashed
from apps.users.tasks import purge_logins
from apps.users.tests.conftest import PASSWORD, bearer, code_of, send
from core.rate_limits import LOGIN_FAILURES, TOKEN_REFRESHES

pytestmark = pytest.mark.django_db


@pytest.fixture
def grace(db: None) -> User:
    return User.objects.create_user("Grace", "grace@example.org", PASSWORD)


def log_in(client: Client, login: str = "grace", path: str = "auth/token/", **headers: str) -> Any:
    return send(client, "post", path, {"username": login, "password": PASSWORD}, **headers)


def me(client: Client, access: str) -> Any:
    return send(client, "get", "users/me/", **bearer(access))


# --- Tokens ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["auth/token/", "auth/session/"])
def test_a_failed_login_does_not_reveal_whether_name_or_password_was_wrong(client, grace, path: str):
    User.objects.create_user("hedy", password=PASSWORD, is_active=False)
    User.objects.create_user("joan")
    wrong = [
        send(client, "post", path, {"username": name, "password": password})
        for name, password in [("nobody", PASSWORD), ("grace", "wrong"), ("hedy", PASSWORD), ("joan", "x")]
    ]
    assert {code_of(response) for response in wrong} == {(401, "NOT_AUTHENTICATED")}
    assert len({response.content for response in wrong}) == 1
    assert not any(response.cookies for response in wrong)


@pytest.mark.redis
@pytest.mark.parametrize("name", ["grace", "nobody"])
def test_failed_logins_are_limited_per_name_across_addresses(client, grace, name: str, settings):
    """Alike for a name that no account has; what went right does not count."""
    settings.RATE_LIMIT_FACTOR = 3 / LOGIN_FAILURES.max_calls
    settings.TRUSTED_PROXIES = 1

    def tried(login: str, password: str, path: str = "auth/token/") -> int:
        place = {"X-Forwarded-For": f"198.51.100.{next(places)}"}
        response = send(client, "post", path, {"username": login, "password": password}, **place)
        return int(response.status_code)

    places = count(1)
    assert [tried("grace", PASSWORD) for _ in range(4)] == [200] * 4
    wrong = [tried(change(name), "wrong") for change in (str, str.upper, str.title, str)]
    assert wrong == [401, 401, 401, 429]
    assert tried(name, PASSWORD) == tried(name, PASSWORD, "auth/session/") == 429
    assert authenticate(username=name, password=PASSWORD) is None  # as the admin does
    assert tried(f"{name}@example.org", "wrong") == 401


def test_failed_logins_in_the_admin_count_per_name(grace, settings):
    settings.RATE_LIMIT_FACTOR = 3 / LOGIN_FAILURES.max_calls
    assert [authenticate(username="GRACE", password="x") for _ in range(3)] == [None] * 3
    assert authenticate(username="Grace", password=PASSWORD) is None


def test_wrong_current_passwords_count_per_account(client, grace, settings):
    """Of a thief of the session, who would like the password as well, from any number of addresses."""
    settings.RATE_LIMIT_FACTOR = 3 / LOGIN_FAILURES.max_calls
    settings.TRUSTED_PROXIES = 1
    client.force_login(grace)

    def tried(password: str) -> int:
        place = {"X-Forwarded-For": f"198.51.100.{next(places)}"}
        body = {"old_password": password, "new_password": "another long pass phrase"}
        return int(send(client, "post", "auth/password/", body, **place).status_code)

    places = count(1)
    assert [tried("wrong") for _ in range(4)] == [400, 400, 400, 429]
    assert tried(PASSWORD) == 429


@pytest.mark.parametrize("login", ["grace", "nobody", "nobody@example.org", "joan"])
def test_every_login_attempt_hashes_once(client, grace, login: str, monkeypatch):
    """Which is all that takes time."""
    User.objects.create_user("joan")
    hashed = []
    plain = MD5PasswordHasher.encode

    def counted(*given: Any) -> str:
        hashed.append(given)
        return plain(*given)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    send(client, "post", "auth/token/", {"username": login, "password": "wrong"})
    assert len(hashed) == 1


def test_of_older_names_that_differ_in_case_the_exact_one_is_used(client, grace):
    older = User.objects.create_user("older", password=PASSWORD)
    User.objects.filter(pk=older.pk).update(username="grace", username_key=None)
    access = [log_in(client, name).json()["access"] for name in ("grace", "Grace", "GRACE")]
    assert [me(client, one).json()["id"] for one in access] == [older.pk, grace.pk, grace.pk]


def test_staff_writes_to_the_library_by_token_which_has_precedence_over_a_session(client, grace, ada):
    tokens = bearer(log_in(client).json()["access"])
    track = {"title": "Halo", "artist": "Beyoncé"}
    client.force_login(ada)
    assert send(client, "post", "tracks/", track, **tokens).status_code == 403
    User.objects.filter(pk=grace.pk).update(is_staff=True)
    assert send(client, "post", "tracks/", track, **tokens).status_code == 201


def test_access_tokens_expire_after_an_hour_and_refresh_tokens_after_a_week(client, grace):
    now = timezone.now()
    tokens = log_in(client).json()
    with time_machine.travel(now + timedelta(minutes=59), tick=False):
        assert me(client, tokens["access"]).status_code == 200
    with time_machine.travel(now + timedelta(minutes=61), tick=False):
        assert me(client, tokens["access"]).status_code == 401
        assert send(client, "post", "auth/token/verify/", {"token": tokens["refresh"]}).status_code == 200
    with time_machine.travel(now + timedelta(days=7, minutes=1), tick=False):
        assert renewed(client, tokens["refresh"]).status_code == 401


def renewed(client: Client, refresh: str, **headers: str) -> Any:
    return send(client, "post", "auth/token/refresh/", {"refresh": refresh}, **headers)


@pytest.mark.parametrize("path", ["auth/logout/", "auth/token/refresh/"])
def test_a_repetition_returns_no_tokens_after_those_of_the_first_response_expired(client, grace, path: str):
    refresh, key = log_in(client).json()["refresh"], {"Idempotency-Key": "one"}
    first = renewed(client, refresh, **key).json()
    send(client, "post", path, {"refresh": first["refresh"]})
    assert renewed(client, refresh, **key).status_code == 401


def test_a_repeated_refresh_returns_one_usable_token_and_the_database_stores_none(client, grace):
    refresh = log_in(client).json()["refresh"]
    responses = [renewed(client, refresh, **{"Idempotency-Key": "one"}).json() for _ in range(3)]
    assert [renewed(client, one["refresh"]).status_code for one in responses] == [200, 401, 401]
    assert set(OutstandingToken.objects.values_list("token", flat=True)) == {""}


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "another"}], ids=["unnamed", "named"])
def test_reusing_a_refresh_token_revokes_its_family(client, grace, key: dict[str, str]):
    """One of the two who had it is a thief, and it is unknown which."""
    other, first = (log_in(client).json()["refresh"] for _ in range(2))
    third = renewed(client, renewed(client, first).json()["refresh"]).json()["refresh"]
    assert code_of(renewed(client, first, **key)) == (401, "NOT_AUTHENTICATED")
    assert code_of(renewed(client, third)) == (401, "NOT_AUTHENTICATED")
    assert renewed(client, other).status_code == 200


def test_revoking_a_token_family_takes_few_queries_and_no_lock(client, grace, django_assert_max_num_queries):
    """One who refreshes for days could hold up every write by showing the first token again."""
    first = log_in(client).json()["refresh"]
    second = renewed(client, first).json()["refresh"]
    record = OutstandingToken.objects.get(jti=RefreshToken(second)["jti"])
    names = [record.jti]
    while len(names) < 2 * NAMES_PER_WRITE + 1:
        names.append(next_name_of(names[-1]))
    kept = {"user": grace, "token": "", "created_at": record.created_at, "expires_at": record.expires_at}
    later = OutstandingToken.objects.bulk_create(OutstandingToken(jti=name, **kept) for name in names[1:])
    BlacklistedToken.objects.bulk_create(BlacklistedToken(token=one) for one in [record, *later[:-1]])

    with django_assert_max_num_queries(30):
        assert code_of(renewed(client, first)) == (401, "NOT_AUTHENTICATED")

    assert BlacklistedToken.objects.filter(token__jti=names[-1]).exists()


def test_refreshes_are_limited_per_account_across_tokens(client, grace, settings):
    settings.RATE_LIMIT_FACTOR = 3 / TOKEN_REFRESHES.max_calls
    tokens = [log_in(Client(REMOTE_ADDR=f"10.0.0.{n}")).json()["refresh"] for n in range(4)]
    others = [Client(REMOTE_ADDR=f"10.0.1.{n}") for n in range(4)]
    responses = [renewed(other, token) for other, token in zip(others, tokens, strict=True)]
    assert [response.status_code for response in responses] == [200, 200, 200, 429]


def test_a_login_changes_the_session_key_and_staff_sessions_end_after_12_hours(client, grace):
    """The previous one gains nothing, not even before the first login."""
    session = client.session
    session["seen"] = True
    session.save()
    keys = [client.cookies["sessionid"].value]
    for _ in range(2):
        assert log_in(client, path="auth/session/").status_code == 200
        keys.append(client.cookies["sessionid"].value)
    assert len(set(keys)) == 3
    assert client.session.get_expiry_age() > 13 * 24 * 3600
    User.objects.filter(pk=grace.pk).update(is_staff=True)
    log_in(client, path="auth/session/")
    assert client.session.get_expiry_age() <= 12 * 3600


def test_tokens_of_a_deactivated_account_are_invalid(client, grace):
    tokens = log_in(client).json()
    User.objects.filter(pk=grace.pk).update(is_active=False)
    assert me(client, tokens["access"]).status_code == 401
    assert renewed(client, tokens["refresh"]).status_code == 401


def test_tokens_signed_with_a_former_secret_key_are_valid_while_it_is_a_fallback(client, grace, settings):
    settings.SECRET_KEY = "the old secret key"
    tokens = log_in(client).json()
    settings.SECRET_KEY = "the new secret key"
    settings.SECRET_KEY_FALLBACKS = ["older still", "the old secret key"]
    assert me(client, tokens["access"]).status_code == 200
    newer = renewed(client, tokens["refresh"]).json()
    settings.SECRET_KEY_FALLBACKS = []
    assert me(client, tokens["access"]).status_code == 401
    assert me(client, newer["access"]).status_code == 200


def test_expired_rows_are_deleted(client, grace):
    tokens = log_in(client).json()
    log_in(Client(), path="auth/session/")
    send(client, "post", "auth/logout/", {"refresh": tokens["refresh"]})
    purge_logins()
    assert (OutstandingToken.objects.count(), LoginSession.objects.count()) == (1, 1)
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        purge_logins()
    assert (OutstandingToken.objects.count(), LoginSession.objects.count()) == (0, 0)


# --- Sessions ----------------------------------------------------------------------------------------


def test_a_stored_session_key_cannot_be_used_to_log_in(client, grace):
    log_in(client, path="auth/session/")
    key = client.cookies["sessionid"].value
    stored = LoginSession.objects.get()
    assert key not in {str(value) for value in vars(stored).values()}
    assert stored.user_id == grace.pk

    def asked_with(cookie: str) -> int:
        thief = Client()
        thief.cookies["sessionid"] = cookie
        status: int = thief.get("/api/users/me/").status_code
        return status

    assert [asked_with(cookie) for cookie in (key, stored.pk)] == [200, 401]
    send(client, "delete", "auth/session/")
    assert asked_with(key) == 401
    assert not LoginSession.objects.exists()


def test_older_sessions_stay_valid_and_their_plain_keys_are_removed(client, grace):
    log_in(client, path="auth/session/")
    key, stored = client.cookies["sessionid"].value, LoginSession.objects.get()
    Session.objects.create(session_key=key, session_data=stored.session_data, expire_date=stored.expire_date)
    stored.delete()
    assert client.get("/api/users/me/").status_code == 401

    import_module("apps.users.migrations.0005_hashed_sessions").bring_along(apps, None)

    client.cookies["sessionid"] = key
    assert client.get("/api/users/me/").status_code == 200
    assert LoginSession.objects.get().user_id == grace.pk
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
async def test_sessions_of_async_views_are_hashed_too():
    session = SessionStore()
    session["seen"] = True
    await session.acreate()
    key = session.session_key
    assert key
    assert await LoginSession.objects.filter(pk=hashed(key)).aexists()
    assert await SessionStore(key).aget("seen") is True
    assert await session.aexists(key)
    await session.adelete(key)
    assert not await LoginSession.objects.aexists()
    await sync_to_async(connections.close_all)()  # of the thread that all of this ran in


def test_a_login_ignores_the_session_that_it_replaces(client, grace, bo):
    token = guest_token(bo)
    bo.delete()
    client.cookies["sessionid"] = "nonsense"
    response = log_in(client, **{"X-Guest-Token": token}, **bearer("nonsense"))
    assert response.status_code == 200
