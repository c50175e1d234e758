"""Who is calling: an account before a guest before an address; whom joins and votes are counted for."""

from typing import Any

import pytest
from django.conf import settings as plain_settings
from django.core.signing import Signer
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.realtime.admission import Admission
from apps.users.authentication import guest_caller, guest_for_token, guest_token, voter_of
from apps.users.models import Guest, User
from apps.users.services import count_newcomer, rename_guest
from apps.users.tests.conftest import ADDRESS
from core.errors import NotAuthenticated, NotFound
from core.identity import Caller, Visit, caller_for, claimed_caller
from core.network import network_of
from core.rate_limits import JOINS_OF_VOTER, NEW_GUESTS, RateLimitExceeded

GUESTS = 5
NO_TOKENS = [
    *("", ":", "x", "a:b", "a:b:c", "\ud800", "\ud800:x", "x:\ud800", "\x00", "\x00:\x00", "é", "é:é"),
    "a" * 10_000,
]


def visit(*, session: str = "", cookie: str = "", header: str = "", agent: str = "curl") -> Visit:
    cookies = {plain_settings.SESSION_COOKIE_NAME: session, plain_settings.GUEST_COOKIE_NAME: cookie}
    headers = {"user-agent": agent, "x-guest-token": header}
    return Visit(
        address=ADDRESS,
        headers={name: value for name, value in headers.items() if value},
        cookies={name: value for name, value in cookies.items() if value},
    )


def visitor(**shown: str) -> Caller:
    return caller_for(visit(**shown))


# --- A guest's token, which only the server can make -----------------------------------------------------


@pytest.mark.parametrize("token", NO_TOKENS)
def test_an_invalid_token_is_rejected_and_an_invalid_cookie_ignored(bo, token: str):
    assert guest_for_token(token) is None
    with pytest.raises(NotAuthenticated):
        guest_caller(token, address=ADDRESS)
    assert visitor(cookie=token).guest_id is None
    for shown in (visit(cookie=token), visit(header=token)):
        assert claimed_caller(shown).key == claimed_caller(visit()).key
        assert claimed_caller(shown).key.startswith("net:")


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_a_modified_token_is_invalid(bo, place: int, character: str):
    token = guest_token(bo)
    place %= len(token)
    tampered = token[:place] + character + token[place + 1 :]
    assert guest_for_token(tampered) == (bo if tampered == token else None)


def test_signatures_of_another_guest_another_purpose_or_a_deleted_guest_are_invalid(bo):
    cem = Guest.objects.create(name="Cem")
    token = guest_token(bo)
    assert guest_for_token(cem.pk + token.removeprefix(bo.pk)) is None
    assert guest_for_token(Signer(salt="elsewhere").sign(bo.pk)) is None
    assert guest_for_token(Signer().sign(bo.pk)) is None
    guest_id = bo.pk
    bo.delete()
    assert guest_for_token(token) is None
    with pytest.raises(NotFound):
        rename_guest(guest_id=guest_id, name="Cem")


def test_a_token_signed_with_a_former_secret_is_valid_while_that_is_a_fallback(bo, settings):
    settings.SECRET_KEY = "the old one"
    token = guest_token(bo)
    settings.SECRET_KEY = "the new one"
    assert guest_for_token(token) is None
    settings.SECRET_KEY_FALLBACKS = ["the old one"]
    assert guest_for_token(token) == bo
    assert guest_token(bo) != token


# --- An account --------------------------------------------------------------------------------------


def test_an_account_is_shown_by_its_full_name_or_its_username(ada, bo, ada_s_session):
    ada.first_name, ada.last_name, ada.is_staff = "x" * 50, "y" * 50, True
    ada.save()
    assert visitor(session=ada_s_session).name == "x" * 50
    ada.first_name = ada.last_name = ""
    ada.save()
    caller = visitor(session=ada_s_session, cookie=guest_token(bo))
    assert (caller.name, caller.is_staff, caller.guest_id) == ("ada", True, None)
    client = Client()
    client.cookies[plain_settings.GUEST_COOKIE_NAME] = guest_token(bo)
    client.force_login(ada)
    assert client.get("/api/guests/me/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("session", ["nonsense", "\x00", "é", "x" * 5000])
def test_an_invalid_session_is_ignored(session: str):
    assert visitor(session=session).key.startswith("net:")


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}])
def test_a_session_of_a_deactivated_account_or_a_former_password_is_invalid(
    ada: User, bo: Guest, ada_s_session: str, change: dict[str, Any]
):
    User.objects.filter(pk=ada.pk).update(**change)
    assert visitor(session=ada_s_session).user_id is None
    assert visitor(session=ada_s_session, cookie=guest_token(bo)).guest_id == bo.pk


# --- Whom joins are counted for: the caller's key, which for guests no query finds out ---------------


def join(visit: Visit) -> None:
    Admission()._checked(visit, network_of(visit.address), True)


@pytest.mark.parametrize("by", ["cookie", "header"])
def test_guests_are_identified_without_a_query_and_limited_separately(
    bo: Guest, settings, django_assert_num_queries, by
):
    settings.RATE_LIMIT_FACTOR = 1
    others = [Guest.objects.create(name=f"Guest {number}") for number in range(GUESTS)]
    shown = visit(**{by: guest_token(bo)})
    assert claimed_caller(shown).key == caller_for(shown).key == f"guest:{bo.pk}"
    with django_assert_num_queries(0):
        for _ in range(JOINS_OF_VOTER.max_calls):
            join(shown)
        with pytest.raises(RateLimitExceeded):
            join(visit(header=guest_token(bo)))
        for other in others:
            join(visit(**{by: guest_token(other)}))


def test_the_key_of_an_account_identifies_the_caller(ada: User, ada_s_session: str):
    shown = visit(session=ada_s_session)
    assert claimed_caller(shown).key == caller_for(shown).key == f"user:{ada.pk}"


# --- Whom a vote belongs to; each new agent of an address counts like a new guest --------------------


def voter(agent: str, *, is_voting: bool = True) -> str:
    shown = visit(agent=agent)
    return voter_of(shown, caller_for(shown), is_voting=is_voting).key


@pytest.mark.redis  # newcomers are counted in the shared cache
def test_reads_create_no_voter_and_guests_and_user_agents_share_one_limit(settings):
    settings.RATE_LIMIT_FACTOR = 2 / NEW_GUESTS.max_calls
    for agent in "abcdefgh":
        voter(agent, is_voting=False)
    own = voter("x")
    count_newcomer(address=ADDRESS)
    assert voter("a") == voter("b") != own == voter("x", is_voting=False)
    with pytest.raises(RateLimitExceeded):
        count_newcomer(address=ADDRESS)
