"""Whom a vote belongs to; each new agent of an address counts like a new guest."""

import pytest

from apps.users.recognition import voter_of
from apps.users.services import count_newcomer
from apps.users.tests.conftest import ADDRESS
from core.identity import Caller, Visit, caller_for
from core.limits import NEWCOMERS
from core.rate_limits import TooManyCalls

ADA = Caller(key="user:1", address=ADDRESS, name="Ada", user_id=1)
BO = Caller(key="guest:b", address=ADDRESS, name="Bo", guest_id="b")


@pytest.fixture(autouse=True)
def two_an_hour(settings) -> None:
    settings.RATE_LIMIT_FACTOR = 2 / NEWCOMERS.max_calls


def voter(agent: str, *, address: str = ADDRESS, is_voting: bool = True) -> str:
    visit = Visit(address=address, headers={"user-agent": agent})
    return voter_of(visit, caller_for(visit), is_voting=is_voting).key


@pytest.mark.parametrize("caller", [ADA, BO], ids=["account", "guest"])
def test_an_account_and_a_guest_are_their_own_voters(caller: Caller):
    for agent in "abcde":
        visit = Visit(address=ADDRESS, headers={"user-agent": agent})
        assert voter_of(visit, caller, is_voting=True) is caller
    assert voter("first") != voter("second")


def test_each_agent_is_a_voter_up_to_the_limit():
    first, second = voter("a"), voter("b")
    assert first != second


def test_over_the_limit_the_address_is_one_voter_whatever_it_calls_itself():
    voter("a"), voter("b")
    third, fourth = voter("c"), voter("d")
    assert third == fourth
    assert third not in {voter("a"), voter("b")}


def test_who_is_known_stays_a_voter_over_the_limit():
    first = voter("a")
    for agent in "bcde":
        voter(agent)
    assert voter("a") == first


def test_who_only_looks_is_not_counted():
    for agent in "abcdefgh":
        voter(agent, is_voting=False)
    assert voter("x") != voter("y")
    assert voter("x", is_voting=False) == voter("x")


def test_each_address_is_counted_alone():
    for agent in "abc":
        voter(agent)
    assert voter("a", address="192.0.2.2") != voter("b", address="192.0.2.2")


def test_addresses_of_one_household_are_counted_together():
    household = [f"2001:db8:1:2::{number}" for number in range(1, 5)]
    keys = [voter("a", address=address) for address in household]
    network_wide = [voter(agent, address=household[3]) for agent in "xyz"]
    assert len(set(keys[:2])) == 2
    assert len(set(network_wide)) == 1


def test_guests_and_agents_are_counted_together():
    count_newcomer(address=ADDRESS)
    count_newcomer(address=ADDRESS)
    assert voter("a") == voter("b")


def test_without_limits_every_agent_is_a_voter(settings):
    settings.RATE_LIMIT_FACTOR = 0
    assert len({voter(str(number)) for number in range(20)}) == 20


def test_a_newcomer_over_the_limit_is_refused():
    count_newcomer(address=ADDRESS)
    count_newcomer(address=ADDRESS)
    with pytest.raises(TooManyCalls):
        count_newcomer(address=ADDRESS)
    count_newcomer(address="192.0.2.2")


def test_by_default_200_newcomers_an_hour_come_from_one_address(settings):
    settings.RATE_LIMIT_FACTOR = 1
    for _ in range(200):
        count_newcomer(address=ADDRESS)
    with pytest.raises(TooManyCalls) as refusal:
        count_newcomer(address=ADDRESS)
    assert 0 < (refusal.value.retry_after_seconds or 0) <= 3600
