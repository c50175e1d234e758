"""Who is calling: the first that recognises somebody wins, else the network address with the user agent."""

import pytest
from django.test import RequestFactory

from core import identity
from core.errors import NotAuthenticated
from core.identity import (
    Caller,
    Visit,
    caller_for,
    caller_of,
    network_key,
    recognise_with,
    scope_headers,
    visit_of,
    visit_of_scope,
)

ADA = Caller(key="user:1", address="192.0.2.1", name="Ada", user_id=1)
BO = Caller(key="guest:b", address="192.0.2.1", name="Bo", guest_id="b")
VISIT = Visit(address="192.0.2.1", headers={"user-agent": "curl/8"})


@pytest.fixture
def recognisers(monkeypatch) -> list[identity.Recogniser]:
    own: list[identity.Recogniser] = []
    monkeypatch.setattr(identity, "_recognisers", own)
    return own


def test_the_first_that_recognises_wins(recognisers):
    recognise_with(lambda _visit: None, lambda _visit: ADA, lambda _visit: BO)
    assert caller_for(VISIT) is ADA


def test_those_behind_the_winner_are_not_asked(recognisers):
    def fail(_visit: Visit) -> None:
        raise AssertionError

    recognise_with(lambda _visit: ADA, fail)
    assert caller_for(VISIT) is ADA


def test_a_token_that_is_wrong_is_not_passed_over(recognisers):
    def refuse(_visit: Visit) -> None:
        raise NotAuthenticated

    recognise_with(refuse, lambda _visit: BO)
    with pytest.raises(NotAuthenticated):
        caller_for(VISIT)


def test_registering_twice_asks_once(recognisers):
    def nobody(_visit: Visit) -> None:
        return None

    recognise_with(nobody)
    recognise_with(nobody)
    assert recognisers == [nobody]


def test_somebody_unknown_is_the_address_with_the_user_agent(recognisers):
    caller = caller_for(VISIT)
    assert (caller.user_id, caller.guest_id, caller.name, caller.is_staff) == (None, None, "", False)
    assert caller.address == VISIT.address
    assert caller == caller_for(Visit(address="192.0.2.1", headers={"user-agent": "curl/8", "x": "y"}))
    for other in (Visit("192.0.2.2", VISIT.headers), Visit("192.0.2.1", {"user-agent": "curl/9"})):
        assert caller_for(other).key != caller.key


def test_a_network_key_shows_no_address_and_can_not_be_made_from_other_parts(settings):
    key = network_key("192.0.2.1", "curl")
    assert key.startswith("net:")
    assert "192.0.2.1" not in key
    assert len(key) <= 64
    assert key != network_key("192.0.2.1\ncur", "l")
    settings.SECRET_KEY = "another"
    assert key != network_key("192.0.2.1", "curl")


def test_a_caller_is_found_once_for_a_request(recognisers):
    asked: list[Visit] = []
    recognise_with(lambda visit: asked.append(visit))
    request = RequestFactory().get("/")
    assert caller_of(request) is caller_of(request)
    assert len(asked) == 1


def test_a_request_tells_its_address_its_headers_and_its_cookies(settings):
    settings.TRUSTED_PROXIES = 1
    request = RequestFactory().get(
        "/",
        headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.5", "X-Guest-Token": "t", "User-Agent": "curl"},
        REMOTE_ADDR="192.0.2.9",
    )
    request.COOKIES["a"] = "b"
    visit = visit_of(request)
    assert (visit.address, visit.headers["x-guest-token"], visit.user_agent) == ("203.0.113.5", "t", "curl")
    assert visit.cookies == {"a": "b"}


def scope(
    *headers: tuple[str, str], client: tuple[str, int] | None = ("192.0.2.9", 5000)
) -> dict[str, object]:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return {"headers": raw, "client": client}


def test_a_scope_tells_the_same_as_a_request(settings):
    settings.TRUSTED_PROXIES = 1
    visit = visit_of_scope(
        scope(
            ("X-Forwarded-For", "198.51.100.1"),
            ("x-forwarded-for", "203.0.113.5"),
            ("Cookie", 'a=b; c="d e"'),
        )
    )
    assert visit.address == "203.0.113.5"
    assert visit.cookies == {"a": "b", "c": "d e"}
    assert visit.user_agent == ""


def test_a_scope_without_a_client_is_of_an_unknown_address():
    assert visit_of_scope(scope(client=None)).address == "unknown"


@pytest.mark.parametrize("header", ["=", "a", ";;;", "a=b; c\x01=d", "\xff=\xff"])
def test_cookies_that_make_no_sense_are_passed_over(header: str):
    assert "c\x01" not in visit_of_scope(scope(("cookie", header))).cookies


def test_headers_that_occur_twice_are_joined_under_their_lower_case_name():
    assert scope_headers(scope(("Accept", "a"), ("ACCEPT", "b"), ("Origin", "c"))) == {
        "accept": "a,b",
        "origin": "c",
    }
