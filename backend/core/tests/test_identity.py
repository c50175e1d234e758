"""Who is calling: the first that recognises somebody wins, else the network address with the user agent."""

import pytest
from django.test import RequestFactory

from core.identity import Caller, Visit, caller_for, network_key, scope_headers, visit_of, visit_of_scope

ADA = Caller(key="user:1", address="192.0.2.1", name="Ada", user_id=1)
VISIT = Visit(address="192.0.2.1", headers={"user-agent": "curl/8"})


def test_the_first_that_recognises_wins_and_those_behind_are_not_asked():
    asked: list[Visit] = []
    assert caller_for(VISIT, [lambda _visit: None, lambda _visit: ADA, asked.append]) is ADA
    assert asked == []


def test_somebody_unknown_is_the_address_with_the_user_agent():
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
    forwarded = [("X-Forwarded-For", "198.51.100.1"), ("x-forwarded-for", "203.0.113.5")]
    visit = visit_of_scope(scope(*forwarded, ("Cookie", 'a=b; c="d e"')))
    assert (visit.address, visit.user_agent) == ("203.0.113.5", "")
    assert visit.cookies == {"a": "b", "c": "d e"}
    assert scope_headers(scope(*forwarded)) == {"x-forwarded-for": "198.51.100.1,203.0.113.5"}
    assert visit_of_scope(scope(client=None)).address == "unknown"


@pytest.mark.parametrize("header", ["=", "a", ";;;", "a=b; c\x01=d", "\xff=\xff"])
def test_cookies_that_make_no_sense_are_passed_over(header: str):
    assert "c\x01" not in visit_of_scope(scope(("cookie", header))).cookies
