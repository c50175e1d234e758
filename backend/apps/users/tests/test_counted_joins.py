"""Whom joins are counted for: the same key as the caller's, which for guests no query finds out."""

import pytest
from django.conf import settings

from apps.realtime.admission import Admission
from apps.users.models import Guest, User
from apps.users.recognition import guest_token
from apps.users.tests.conftest import ADDRESS
from core.addresses import network_of
from core.identity import Visit, caller_for, claimed_caller
from core.limits import JOINS_OF_VOTER
from core.rate_limits import TooManyCalls

GUESTS = 5


def with_cookie(token: str, *, name: str = settings.GUEST_COOKIE_NAME) -> Visit:
    return Visit(address=ADDRESS, headers={"user-agent": "curl"}, cookies={name: token})


def with_header(token: str) -> Visit:
    return Visit(address=ADDRESS, headers={"user-agent": "curl", "x-guest-token": token})


def join(visit: Visit) -> None:
    Admission()._checked(visit, network_of(visit.address), True)


@pytest.mark.parametrize("shown", [with_cookie, with_header])
def test_guests_join_without_a_query(db: None, django_assert_num_queries, shown):
    visits = [shown(guest_token(Guest.objects.create(name=f"Guest {number}"))) for number in range(GUESTS)]
    with django_assert_num_queries(0):
        for visit in visits:
            join(visit)


def test_each_guest_s_joins_are_counted_alone(bo: Guest, settings):
    settings.RATE_LIMIT_FACTOR = 1
    cem = Guest.objects.create(name="Cem")
    for _ in range(JOINS_OF_VOTER.max_calls):
        join(with_cookie(guest_token(bo)))
    with pytest.raises(TooManyCalls):
        join(with_header(guest_token(bo)))
    join(with_cookie(guest_token(cem)))


@pytest.mark.parametrize("shown", [with_cookie, with_header])
def test_a_guest_s_key_is_the_caller_s(bo: Guest, shown):
    visit = shown(guest_token(bo))
    assert claimed_caller(visit).key == caller_for(visit).key == f"guest:{bo.pk}"


def test_an_account_s_key_is_the_caller_s(ada: User, ada_s_session: str):
    visit = with_cookie(ada_s_session, name=settings.SESSION_COOKIE_NAME)
    assert claimed_caller(visit).key == caller_for(visit).key == f"user:{ada.pk}"


@pytest.mark.parametrize("token", ["nonsense", "a:b", "\x00", "é", "\ud800"])
@pytest.mark.parametrize("shown", [with_cookie, with_header])
def test_a_token_that_is_not_valid_makes_nobody(token: str, shown):
    assert claimed_caller(shown(token)).key == claimed_caller(with_cookie("")).key
    assert claimed_caller(shown(token)).key.startswith("net:")
