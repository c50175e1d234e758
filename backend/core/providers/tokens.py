"""Tokens of OAuth 2.0's client credentials: fetched seldom, shared by all, fetched anew when refused."""

import threading
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

import msgspec
from django.core.cache import cache
from django.utils.crypto import salted_hmac

from core.providers.answers import Read, Version, Versioned
from core.providers.client import ProviderClient
from core.providers.failures import Failure, ProviderError
from core.providers.lines import Question
from core.providers.times import OWN_TIMES, Times

T = TypeVar("T")

# Of the 60 minutes for which most count, so that none expires on its way; of others at most this part.
MAX_KEPT_SECONDS = 55 * 60.0
KEPT_PART = 55 / 60


@dataclass(frozen=True, slots=True)
class Credentials:
    """Printing them shows nothing of the secret."""

    client_id: str
    client_secret: str = field(repr=False)

    def headers(self) -> dict[str, str]:
        both = f"{self.client_id}:{self.client_secret}"
        return {"Authorization": f"Basic {b64encode(both.encode()).decode()}"}


class _Grant(msgspec.Struct):
    # What a header can hold.
    access_token: Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]{1,4096}\Z")]
    expires_in: Annotated[float, msgspec.Meta(gt=0)]


_read_grant = msgspec.json.Decoder(_Grant).decode


class Tokens:
    """Of one service and one pair of credentials."""

    def __init__(
        self,
        accounts: ProviderClient,
        credentials: Credentials,
        *,
        path: str,
        times: Times = OWN_TIMES,
    ) -> None:
        self._accounts = accounts
        self._credentials = credentials
        self._path = path
        self._clock = times.wall_clock  # other processes read what it says
        # With other credentials there is another token.
        known_by = f"{accounts.provider} {path} {credentials.client_id} {credentials.client_secret}"
        self._key = f"provider:{salted_hmac('core.providers.tokens', known_by).hexdigest()}:token"
        self._fetching = threading.Lock()

    def current(self) -> str:
        """Raises ProviderError."""
        return self._kept() or self._fetched(instead_of=None)

    def instead_of(self, refused: str) -> str:
        """Another one, which somebody else may have fetched already. Raises ProviderError."""
        return self._fetched(instead_of=refused)

    def _kept(self) -> str | None:
        kept: tuple[str, float] | None = cache.get(self._key)
        if kept is None:
            return None
        token, kept_until = kept
        return token if self._clock() < kept_until else None

    def _fetched(self, *, instead_of: str | None) -> str:
        """Of many threads that find none, the first asks, and the others take what it got."""
        with self._fetching:
            kept = self._kept()
            if kept is not None and kept != instead_of:
                return kept
            question = Question(
                "POST",
                self._path,
                headers=self._credentials.headers(),
                form={"grant_type": "client_credentials"},
            )
            grant = self._granted(question)
            seconds = min(MAX_KEPT_SECONDS, grant.expires_in * KEPT_PART)
            # The cache forgets it in time; what counts is the moment, as the clock has it.
            cache.set(self._key, (grant.access_token, self._clock() + seconds), timeout=int(seconds))
            return grant.access_token

    def _granted(self, question: Question) -> _Grant:
        try:
            return self._accounts.ask(question, _read_grant)
        except ProviderError as error:
            if error.failure is not Failure.REFUSED:
                raise
            # Nothing else is asked here, so it is the credentials that are refused (RFC 6749, 5.2: with 400).
            raise ProviderError(error.provider, Failure.NOT_ALLOWED, status=error.status) from error


class AuthorisedClient:
    """Asks with a token, and once more with another when that one is refused."""

    def __init__(self, client: ProviderClient, tokens: Tokens) -> None:
        self._client = client
        self._tokens = tokens

    def get(self, path: str, params: dict[str, str], read: Read[T]) -> T:
        """What `read` makes of the answer. Raises ProviderError."""
        return self._asked(lambda token: self._client.ask(_with(token, path, params), read))

    def get_if_changed(
        self, path: str, params: dict[str, str], read: Read[T], known: Version
    ) -> Versioned[T] | None:
        """The same, with the state's version; None when that is `known` still."""
        return self._asked(lambda token: self._client.ask_if_changed(_with(token, path, params), read, known))

    def _asked(self, ask: Callable[[str], T]) -> T:
        token = self._tokens.current()
        try:
            return ask(token)
        except ProviderError as error:
            if error.failure is not Failure.NOT_ALLOWED:
                raise
        return ask(self._tokens.instead_of(token))


def _with(token: str, path: str, params: dict[str, str]) -> Question:
    return Question("GET", path, params=params, headers={"Authorization": f"Bearer {token}"})
