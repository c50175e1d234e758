"""Tokens: one for all, for 55 minutes, and another when it is rejected."""

import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.providers.oauth import AuthorisedClient, Credentials, Tokens
from core.providers.responses import Failure, ProviderError, TimeSource
from core.tests.clocks import FakeClock
from core.tests.providers.conftest import PATH, MakeClient, Thing, read_thing
from core.tests.providers.fake_service import Act, FakeService, Handler, answers

# Processes share tokens by the shared cache.
pytestmark = pytest.mark.redis
TOKEN_PATH = "/api/token"
CREDENTIALS = Credentials("an-app", "sesame-0123456789")
REJECTED = {"error": {"status": 401, "message": "The access token expired"}}
MINUTE = 60.0
CALLERS = 8

MakeTokens = Callable[..., Tokens]


class TokenIssuer:
    """Gives a new token each time; the things are for who shows the newest."""

    def __init__(self) -> None:
        self.given = 0
        self.seconds = 3600.0

    def give(self, handler: Handler) -> None:
        self.given += 1
        body = {"access_token": f"token-{self.given}", "token_type": "Bearer", "expires_in": self.seconds}
        answers(body)(handler)

    def check(self, handler: Handler) -> None:
        is_newest = handler.asked.headers.get("authorization") == f"Bearer token-{self.given}"
        answers({"value": self.given} if is_newest else REJECTED, status=200 if is_newest else 401)(handler)


@pytest.fixture
def grants() -> TokenIssuer:
    return TokenIssuer()


@pytest.fixture
def service(grants: TokenIssuer) -> Iterator[FakeService]:
    with FakeService({TOKEN_PATH: grants.give, PATH: grants.check}) as started:
        yield started


@pytest.fixture
def make_tokens(make_client: MakeClient, service: FakeService, clock: FakeClock) -> MakeTokens:
    """Each is as one of another process: they have nothing in common but the cache."""

    def make(credentials: Credentials = CREDENTIALS) -> Tokens:
        accounts = make_client(name="accounts", url=service.url)
        return Tokens(accounts, credentials, path=TOKEN_PATH, times=TimeSource(wall_clock=clock))

    return make


@pytest.fixture
def tokens(make_tokens: MakeTokens) -> Tokens:
    return make_tokens()


@pytest.fixture
def authorised(make_client: MakeClient, tokens: Tokens) -> AuthorisedClient:
    return AuthorisedClient(make_client(), tokens)


def things(client: AuthorisedClient) -> Thing:
    return client.get("/things", {}, read_thing)


def test_a_token_is_requested_with_the_credentials(tokens: Tokens, service: FakeService) -> None:
    assert tokens.current() == "token-1"
    (asked,) = service.asked
    assert (asked.method, asked.form) == ("POST", {"grant_type": "client_credentials"})
    both = b64encode(b"an-app:sesame-0123456789").decode()
    assert asked.headers["authorization"] == f"Basic {both}"
    assert "sesame" not in repr(CREDENTIALS)


@pytest.mark.parametrize(
    ("seconds", "kept_seconds"), [(3600.0, 55 * MINUTE), (24 * 3600.0, 55 * MINUTE), (120.0, 110.0)]
)
def test_a_token_is_cached_for_55_minutes_or_until_shortly_before_its_end(
    tokens: Tokens, clock: FakeClock, grants: TokenIssuer, seconds: float, kept_seconds: float
) -> None:
    grants.seconds = seconds
    assert tokens.current() == "token-1"
    clock.advance(kept_seconds - 1)
    assert tokens.current() == "token-1"
    clock.advance(1)
    assert tokens.current() == "token-2"


def test_processes_share_a_token_per_credentials(make_tokens: MakeTokens) -> None:
    assert [make_tokens().current() for _ in range(3)] == ["token-1"] * 3
    assert make_tokens(Credentials("an-app", "another secret")).current() == "token-2"


def test_of_concurrent_threads_one_requests_a_token(tokens: Tokens, grants: TokenIssuer) -> None:
    together = threading.Barrier(CALLERS)

    def call(_number: int) -> str:
        together.wait()
        return tokens.current()

    with ThreadPoolExecutor(CALLERS) as pool:
        got = list(pool.map(call, range(CALLERS)))
    assert (got, grants.given) == (["token-1"] * CALLERS, 1)


# --- A rejected token --------------------------------------------------------------------------------


def test_a_rejected_token_is_fetched_again_once(authorised: AuthorisedClient, grants: TokenIssuer) -> None:
    assert things(authorised) == Thing(1)
    grants.given += 1  # the service drops the first
    assert things(authorised) == Thing(3)
    assert things(authorised) == Thing(3)
    assert grants.given == 3


def test_a_rejected_new_token_is_an_error(
    authorised: AuthorisedClient, service: FakeService, grants: TokenIssuer
) -> None:
    service.then(PATH, *[answers(REJECTED, status=401)] * 2)
    with pytest.raises(ProviderError) as raised:
        things(authorised)
    assert raised.value.failure is Failure.NOT_ALLOWED
    assert (grants.given, len(service.asked_for(PATH))) == (2, 2)


def test_a_caller_with_a_rejected_token_uses_one_that_another_has_renewed(
    make_tokens: MakeTokens, grants: TokenIssuer
) -> None:
    first, other = make_tokens(), make_tokens()
    rejected = first.current()
    assert [first.instead_of(rejected), other.instead_of(rejected)] == ["token-2", "token-2"]
    assert grants.given == 2


# --- When there is none ------------------------------------------------------------------------------

NONE: dict[str, tuple[Act, Failure]] = {
    "wrong credentials": (answers({"error": "invalid_client"}, status=400), Failure.NOT_ALLOWED),
    "no credentials": (answers({"error": "invalid_client"}, status=401), Failure.NOT_ALLOWED),
    "no token": (answers({"token_type": "Bearer", "expires_in": 3600}), Failure.GARBAGE),
    "a header in it": (answers({"access_token": "a\r\nX-B: c", "expires_in": 3600}), Failure.GARBAGE),
    "an end of a line": (answers({"access_token": "a\n", "expires_in": 3600}), Failure.GARBAGE),
    "expired already": (answers({"access_token": "a", "expires_in": 0}), Failure.GARBAGE),
}


@pytest.mark.parametrize(("act", "failure"), NONE.values(), ids=NONE)
def test_without_a_token_no_request_is_sent(
    authorised: AuthorisedClient, service: FakeService, act: Act, failure: Failure
) -> None:
    service.then(TOKEN_PATH, act)
    with pytest.raises(ProviderError) as raised:
        things(authorised)
    assert (raised.value.provider, raised.value.failure) == ("accounts", failure)
    assert service.asked_for(PATH) == []
    assert things(authorised) == Thing(1)
