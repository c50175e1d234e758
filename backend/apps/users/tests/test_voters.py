"""Whom a vote belongs to; each new agent of an address counts like a new guest."""

import pytest

from apps.users.recognition import voter_of
from apps.users.services import count_newcomer
from apps.users.tests.conftest import ADDRESS
from core.identity import Visit, caller_for
from core.limits import NEWCOMERS

# Newcomers are counted in the shared cache.
pytestmark = pytest.mark.redis


@pytest.fixture(autouse=True)
def two_an_hour(settings) -> None:
    settings.RATE_LIMIT_FACTOR = 2 / NEWCOMERS.max_calls


def voter(agent: str, *, address: str = ADDRESS, is_voting: bool = True) -> str:
    visit = Visit(address=address, headers={"user-agent": agent})
    return voter_of(visit, caller_for(visit), is_voting=is_voting).key


def test_who_only_looks_is_not_counted():
    for agent in "abcdefgh":
        voter(agent, is_voting=False)
    assert voter("x") != voter("y")
    assert voter("x", is_voting=False) == voter("x")


def test_guests_and_agents_are_counted_together():
    count_newcomer(address=ADDRESS)
    count_newcomer(address=ADDRESS)
    assert voter("a") == voter("b")
