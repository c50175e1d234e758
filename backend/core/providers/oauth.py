"""OAuth 2.0 client credentials: tokens are cached, shared by all processes, and replaced when rejected."""

import threading
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

import msgspec
from django.core.cache import cache
from django.utils.crypto import salted_hmac

from core.providers.client import ProviderClient, ProviderRequest
from core.providers.responses import SYSTEM_TIME, Failure, ProviderError, Read, TimeSource, Version, Versioned

T = TypeVar("T")

# Most tokens are valid for 60 minutes; cached for less, so that none expires on its way to the service.
# Tokens with another lifetime are cached for at most this part of it.
MAX_CACHED_SECONDS = 55 * 60.0
CACHED_PART = 55 / 60


@dataclass(frozen=True, slots=True)
class Credentials:
    """A client id and its secret, which `repr` does not show."""

    client_id: str
    client_secret: str = field(repr=False)

    def headers(self) -> dict[str, str]:
        both = f"{self.client_id}:{self.client_secret}"
        return {"Authorization": f"Basic {b64encode(both.encode()).decode()}"}


class _Grant(msgspec.Struct):
    # Characters that are valid in a header.
    access_token: Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]{1,4096}\Z")]
    expires_in: Annotated[float, msgspec.Meta(gt=0)]


_read_grant = msgspec.json.Decoder(_Grant).decode


class Tokens:
    """The access tokens of one service and one pair of credentials."""

    def __init__(
        self,
        accounts: ProviderClient,
        credentials: Credentials,
        *,
        path: str,
        times: TimeSource = SYSTEM_TIME,
    ) -> None:
        self._accounts = accounts
        self._credentials = credentials
        self._path = path
        self._clock = times.wall_clock  # other processes read the stored time
        # Other credentials have another token.
        known_by = f"{accounts.provider} {path} {credentials.client_id} {credentials.client_secret}"
        self._key = f"provider:{salted_hmac('core.providers.oauth', known_by).hexdigest()}:token"
        self._fetching = threading.Lock()

    def current(self) -> str:
        """The cached token, otherwise a new one. Raises ProviderError."""
        return self._cached() or self._fetched(instead_of=None)

    def instead_of(self, refused: str) -> str:
        """Another token, which another process may have fetched already. Raises ProviderError."""
        return self._fetched(instead_of=refused)

    def _cached(self) -> str | None:
        kept: tuple[str, float] | None = cache.get(self._key)
        if kept is None:
            return None
        token, kept_until = kept
        return token if self._clock() < kept_until else None

    def _fetched(self, *, instead_of: str | None) -> str:
        """Fetches a token. Of many threads only the first one sends a request; the others use its token."""
        with self._fetching:
            kept = self._cached()
            if kept is not None and kept != instead_of:
                return kept
            question = ProviderRequest(
                "POST",
                self._path,
                headers=self._credentials.headers(),
                form={"grant_type": "client_credentials"},
            )
            grant = self._granted(question)
            seconds = min(MAX_CACHED_SECONDS, grant.expires_in * CACHED_PART)
            # The timeout only removes it from the cache; the stored time decides whether it is valid.
            cache.set(self._key, (grant.access_token, self._clock() + seconds), timeout=int(seconds))
            return grant.access_token

    def _granted(self, question: ProviderRequest) -> _Grant:
        try:
            return self._accounts.ask(question, _read_grant)
        except ProviderError as error:
            if error.failure is not Failure.REJECTED:
                raise
            # This request only presents the credentials, so they were rejected (RFC 6749, 5.2: status 400).
            raise ProviderError(error.provider, Failure.NOT_ALLOWED, status=error.status) from error


class AuthorisedClient:
    """Sends requests with a token, and retries once with another token if it is rejected."""

    def __init__(self, client: ProviderClient, tokens: Tokens) -> None:
        self._client = client
        self._tokens = tokens

    def get(self, path: str, params: dict[str, str], read: Read[T]) -> T:
        """The response, parsed by `read`. Raises ProviderError."""
        return self._asked(lambda token: self._client.ask(_with(token, path, params), read))

    def get_if_changed(
        self, path: str, params: dict[str, str], read: Read[T], known: Version
    ) -> Versioned[T] | None:
        """The same, with its version; None if the version is still `known`."""
        return self._asked(
            lambda token: self._client.request_if_changed(_with(token, path, params), read, known)
        )

    def _asked(self, ask: Callable[[str], T]) -> T:
        token = self._tokens.current()
        try:
            return ask(token)
        except ProviderError as error:
            if error.failure is not Failure.NOT_ALLOWED:
                raise
        return ask(self._tokens.instead_of(token))


def _with(token: str, path: str, params: dict[str, str]) -> ProviderRequest:
    return ProviderRequest("GET", path, params=params, headers={"Authorization": f"Bearer {token}"})
