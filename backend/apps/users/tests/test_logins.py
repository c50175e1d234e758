"""Logging in by tokens and by cookie, and out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from apps.users.models import User
from apps.users.recognition import guest_token
from apps.users.tests.conftest import PASSWORD, bearer, code_of, send
from core.errors import NotAuthenticated

pytestmark = pytest.mark.django_db


@pytest.fixture
def grace(db: None) -> User:
    return User.objects.create_user("Grace", "grace@example.org", PASSWORD)


def log_in(client: Client, login: str = "grace", path: str = "auth/token/", **headers: str) -> Any:
    return send(client, "post", path, {"username": login, "password": PASSWORD}, **headers)


def me(client: Client, access: str) -> Any:
    return send(client, "get", "users/me/", **bearer(access))


# --- Tokens ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["Grace", "grace", "GRACE", "grace@example.org", "Grace@Example.ORG"])
def test_a_name_or_an_address_logs_in(client, grace, login: str):
    answer = log_in(client, login)
    assert (answer.status_code, answer.json().keys()) == (200, {"access", "refresh"})
    assert me(client, answer.json()["access"]).json()["username"] == "Grace"
    assert answer["Cache-Control"] == "private, no-store"
    assert not answer.cookies


def test_an_address_logs_in_under_its_name_as_well(client, grace):
    body = {"email": "grace@example.org", "password": PASSWORD}
    assert send(client, "post", "auth/token/", body).status_code == 200


@pytest.mark.parametrize("path", ["auth/token/", "auth/session/"])
def test_nobody_is_told_whether_it_was_the_name_or_the_password(client, grace, path: str):
    User.objects.create_user("hedy", password=PASSWORD, is_active=False)
    User.objects.create_user("joan")
    wrong = [
        send(client, "post", path, {"username": name, "password": password})
        for name, password in [("nobody", PASSWORD), ("grace", "wrong"), ("hedy", PASSWORD), ("joan", "x")]
    ]
    assert {code_of(answer) for answer in wrong} == {(401, "NOT_AUTHENTICATED")}
    assert len({answer.content for answer in wrong}) == 1
    assert not any(answer.cookies for answer in wrong)


@pytest.mark.parametrize("login", ["grace", "nobody", "nobody@example.org", "joan"])
def test_every_try_hashes_once(client, grace, login: str, monkeypatch):
    """Which is all that takes time."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    User.objects.create_user("joan")
    hashed = []
    plain = MD5PasswordHasher.encode

    def counted(*given: Any) -> str:
        hashed.append(given)
        return plain(*given)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    send(client, "post", "auth/token/", {"username": login, "password": "wrong"})
    assert len(hashed) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "a"},
        {"password": "b"},
        {"username": "a", "email": "a", "password": "b"},
        {"username": 5, "password": "x"},
    ],
)
def test_half_a_login_is_a_400(client, body: Any):
    assert code_of(send(client, "post", "auth/token/", body)) == (400, "VALIDATION_ERROR")


def test_of_older_names_that_differ_by_case_the_written_one_is_meant(client, grace):
    older = User.objects.create_user("older", password=PASSWORD)
    User.objects.filter(pk=older.pk).update(username="grace", username_key=None)
    told = [
        me(client, log_in(client, name).json()["access"]).json()["id"] for name in ("grace", "Grace", "GRACE")
    ]
    assert told == [older.pk, grace.pk, grace.pk]


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "é", "eyJhbGciOiJub25lIn0.eyJ1c2VyX2lkIjoiMSJ9."])
def test_a_wrong_token_is_a_401_everywhere(client, token: str):
    for path in ("users/me/", "users/", "tracks/", "playlist/my-votes/"):
        assert code_of(send(client, "get", path, **bearer(token))) == (401, "NOT_AUTHENTICATED")


def test_other_schemes_are_passed_over(client):
    assert send(client, "get", "tracks/", Authorization="Basic YWRhOng=").status_code == 200


def test_a_refresh_token_is_no_access_token_nor_the_other_way_round(client, grace):
    tokens = log_in(client).json()
    assert code_of(me(client, tokens["refresh"]))[0] == 401
    assert code_of(send(client, "post", "auth/token/refresh/", {"refresh": tokens["access"]}))[0] == 401


def test_a_token_goes_before_a_session(client, grace, ada):
    tokens = log_in(client).json()
    client.force_login(ada)
    assert me(client, tokens["access"]).json()["username"] == "Grace"


def test_staff_writes_to_the_library_by_token(client, grace):
    tokens = log_in(client).json()
    track = {"title": "Halo", "artist": "Beyoncé"}
    assert send(client, "post", "tracks/", track, **bearer(tokens["access"])).status_code == 403
    User.objects.filter(pk=grace.pk).update(is_staff=True)
    assert send(client, "post", "tracks/", track, **bearer(tokens["access"])).status_code == 201


def test_tokens_last_an_hour_and_a_week(client, grace):
    now = timezone.now()
    tokens = log_in(client).json()
    with time_machine.travel(now + timedelta(minutes=59), tick=False):
        assert me(client, tokens["access"]).status_code == 200
    with time_machine.travel(now + timedelta(minutes=61), tick=False):
        assert code_of(me(client, tokens["access"]))[0] == 401
        assert send(client, "post", "auth/token/verify/", {"token": tokens["refresh"]}).status_code == 200
    with time_machine.travel(now + timedelta(days=7, minutes=1), tick=False):
        assert code_of(send(client, "post", "auth/token/refresh/", {"refresh": tokens["refresh"]}))[0] == 401


def test_a_refresh_token_gives_new_ones_once(client, grace):
    first = log_in(client).json()
    second = send(client, "post", "auth/token/refresh/", {"refresh": first["refresh"]})
    assert second.json().keys() == {"access", "refresh"}
    assert me(client, second.json()["access"]).status_code == 200
    assert code_of(send(client, "post", "auth/token/refresh/", {"refresh": first["refresh"]}))[0] == 401
    third = send(client, "post", "auth/token/refresh/", {"refresh": second.json()["refresh"]})
    assert third.status_code == 200


def test_a_repeated_refresh_whose_answer_was_lost_gives_new_ones(client, grace):
    body, key = {"refresh": log_in(client).json()["refresh"]}, {"Idempotency-Key": "one"}
    first, again = (send(client, "post", "auth/token/refresh/", body, **key) for _ in range(2))
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (200, 200, "true")
    assert me(client, again.json()["access"]).status_code == 200
    assert code_of(send(client, "post", "auth/token/refresh/", body, **{"Idempotency-Key": "two"}))[0] == 401


@pytest.mark.parametrize("path", ["auth/logout/", "auth/token/refresh/"])
def test_no_repeat_gives_new_tokens_when_those_of_the_first_answer_have_ended(client, grace, path: str):
    body, key = {"refresh": log_in(client).json()["refresh"]}, {"Idempotency-Key": "one"}
    first = send(client, "post", "auth/token/refresh/", body, **key).json()
    send(client, "post", path, {"refresh": first["refresh"]})
    assert code_of(send(client, "post", "auth/token/refresh/", body, **key))[0] == 401


def test_of_the_tokens_of_a_repeated_refresh_one_can_be_used(client, grace):
    body, key = {"refresh": log_in(client).json()["refresh"]}, {"Idempotency-Key": "one"}
    answers = [send(client, "post", "auth/token/refresh/", body, **key).json() for _ in range(3)]
    used = [
        send(client, "post", "auth/token/refresh/", {"refresh": one["refresh"]}).status_code
        for one in answers
    ]
    assert used == [200, 401, 401]


def test_whether_a_token_is_valid(client, grace):
    tokens = log_in(client).json()
    for token in tokens.values():
        answer = send(client, "post", "auth/token/verify/", {"token": token})
        assert (answer.status_code, answer.json()) == (200, {})
    send(client, "post", "auth/logout/", {"refresh": tokens["refresh"]})
    for token in (tokens["refresh"], "nonsense", "\ud800", tokens["access"] + "x"):
        assert code_of(send(client, "post", "auth/token/verify/", {"token": token}))[0] in {400, 401}


def test_logging_out_ends_the_refresh_token(client, grace):
    tokens = log_in(client).json()
    answers = [send(client, "post", "auth/logout/", {"refresh": tokens["refresh"]}) for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2
    assert code_of(send(client, "post", "auth/token/refresh/", {"refresh": tokens["refresh"]}))[0] == 401
    assert code_of(send(client, "post", "auth/logout/", {"refresh": "nonsense"}))[0] == 401
    assert code_of(send(client, "post", "auth/logout/"))[0] == 400


def test_the_database_has_no_token_that_could_be_used(client, grace):
    tokens = log_in(client).json()
    send(client, "post", "auth/token/refresh/", {"refresh": tokens["refresh"]})
    assert set(OutstandingToken.objects.values_list("token", flat=True)) == {""}


@pytest.mark.parametrize("change", ["password", "off", "gone"])
def test_tokens_end_with_the_password_and_the_account(client, grace, change: str):
    tokens = log_in(client).json()
    if change == "gone":
        grace.delete()
    else:
        grace.set_password("another pass phrase")
        grace.is_active = change != "off"
        grace.save()
    assert code_of(me(client, tokens["access"]))[0] == 401
    assert code_of(send(client, "post", "auth/token/refresh/", {"refresh": tokens["refresh"]}))[0] == 401


def test_tokens_of_a_former_secret_key_count_while_it_is_believed(client, grace, settings):
    settings.SECRET_KEY = "the old secret key"
    tokens = log_in(client).json()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = (
        "the new secret key",
        ["older still", "the old secret key"],
    )
    assert me(client, tokens["access"]).status_code == 200
    renewed = send(client, "post", "auth/token/refresh/", {"refresh": tokens["refresh"]}).json()
    settings.SECRET_KEY_FALLBACKS = []
    assert code_of(me(client, tokens["access"]))[0] == 401
    assert me(client, renewed["access"]).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_many_who_show_a_refresh_token_at_once_one_gets_new_ones():
    from apps.users.account_services import account_with_password
    from apps.users.token_services import new_tokens, renewed_tokens

    User.objects.create_user("grace", password=PASSWORD)
    tokens = new_tokens(account_with_password(login="grace", password=PASSWORD))

    def show(_: int) -> bool:
        try:
            renewed_tokens(refresh=tokens.refresh, is_repeat=False)
            return True
        except NotAuthenticated:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(show, range(8))) == [False] * 7 + [True]


def test_what_has_expired_is_forgotten(client, grace):
    from django.contrib.sessions.models import Session

    tokens = log_in(client).json()
    log_in(Client(), path="auth/session/")
    send(client, "post", "auth/logout/", {"refresh": tokens["refresh"]})
    call_command("forget_logins")
    assert (OutstandingToken.objects.count(), Session.objects.count()) == (1, 1)
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        call_command("forget_logins")
    assert (OutstandingToken.objects.count(), Session.objects.count()) == (0, 0)


# --- Sessions ----------------------------------------------------------------------------------------


def test_a_session_is_a_cookie_out_of_reach_of_scripts(client, grace):
    answer = log_in(client, path="auth/session/")
    assert (answer.status_code, answer.json()["username"]) == (200, "Grace")
    assert answer.json().keys() == {"id", "username", "email", "profile", "date_joined"}
    assert {(cookie["httponly"], cookie["samesite"]) for cookie in answer.cookies.values()} == {(True, "Lax")}
    assert send(client, "get", "users/me/").json()["email"] == "grace@example.org"


def test_who_logs_in_gets_another_session_than_the_one_before(client, grace):
    """Whoever knew the one before gains nothing."""
    session = client.session
    session["seen"] = True
    session.save()
    before = client.cookies["sessionid"].value
    log_in(client, path="auth/session/")
    assert client.cookies["sessionid"].value != before


def test_a_session_ends(client, grace):
    log_in(client, path="auth/session/")
    stolen = Client()
    stolen.cookies["sessionid"] = client.cookies["sessionid"].value
    answers = [send(client, "delete", "auth/session/") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    for one in (client, stolen):
        assert code_of(send(one, "get", "users/me/"))[0] == 401


def test_logging_out_ends_the_session(client, grace):
    log_in(client, path="auth/session/")
    assert send(client, "post", "auth/logout/").status_code == 204
    assert code_of(send(client, "get", "users/me/"))[0] == 401


@pytest.mark.parametrize(
    ("method", "path"), [("post", "auth/session/"), ("delete", "auth/session/"), ("post", "users/")]
)
def test_pages_of_other_sites_can_t_log_anybody_in_or_out(client, grace, method: str, path: str):
    headers = {"Origin": "https://evil.example"}
    assert (
        code_of(send(client, method, path, {"username": "grace", "password": PASSWORD}, **headers))[0] == 403
    )
    assert not client.cookies


def test_a_login_passes_over_what_it_replaces(client, grace, bo):
    token = guest_token(bo)
    bo.delete()
    client.cookies["sessionid"] = "nonsense"
    answer = log_in(client, **{"X-Guest-Token": token}, **bearer("nonsense"))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "auth/token/",
        "auth/session/",
        "auth/password/reset/",
        "auth/password/reset/confirm/",
        "auth/password/",
    ],
)
def test_six_tries_a_minute_are_too_many(client, settings, path: str):
    settings.RATE_LIMIT_FACTOR = 1
    answers = [send(Client(), "post", path) for _ in range(6)]
    assert [answer.status_code for answer in answers[:5]] == [401 if path == "auth/password/" else 400] * 5
    assert code_of(answers[5]) == (429, "RATE_LIMITED")
