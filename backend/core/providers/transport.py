"""One HTTP request to a service, and its response: bounded in time and size."""

import functools
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

import httpx

from core.providers.responses import (
    Failure,
    ProviderError,
    ProviderResponse,
    TimeSource,
    Version,
    seconds_asked_for,
)

# A longer one is no version that anybody would keep.
MAX_VERSION = 200


@dataclass(frozen=True, slots=True)
class ProviderRequest:
    """What is asked. Printed, it shows only where: the words may be a person's, the rest holds secrets."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RequestBounds:
    """Of one request. Silence ends it after `seconds`, and so does a body that only drips."""

    connect_seconds: float = 3.0
    seconds: float = 5.0
    max_bytes: int = 4 * 1024 * 1024


class ProviderTransport:
    """Connections to one service, shared by all threads of a process."""

    def __init__(self, provider: str, base_url: str, *, bounds: RequestBounds, times: TimeSource) -> None:
        self._provider = provider
        self._bounds = bounds
        self._times = times
        self._http = httpx.Client(
            base_url=base_url,
            verify=_authorities(),
            timeout=httpx.Timeout(bounds.seconds, connect=bounds.connect_seconds),
            follow_redirects=False,
            # Unpacked, a small body may be of any size.
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Tutti"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def ask(self, question: ProviderRequest) -> ProviderResponse:
        """The answer, whatever its status. Raises ProviderError when there is none."""
        try:
            return self._ask(question)
        except httpx.TimeoutException:
            failure = Failure.SLOW
        except httpx.RemoteProtocolError:
            failure = Failure.CUT
        except httpx.TransportError:
            failure = Failure.UNREACHABLE
        # Not from within: what httpx raises has the request on it, with all its secrets.
        raise ProviderError(self._provider, failure)

    def _ask(self, question: ProviderRequest) -> ProviderResponse:
        deadline = self._times.clock() + self._bounds.seconds
        with self._http.stream(
            question.method,
            question.path,
            params=question.params,
            headers=question.headers,
            data=question.form,
        ) as response:
            asked_for = seconds_asked_for(response.headers.get("Retry-After"), now=self._times.wall_clock())
            body = (
                self._body(response, deadline) if response.is_success else self._refusal(response, deadline)
            )
            version = Version(
                response.headers.get("ETag", "")[:MAX_VERSION],
                response.headers.get("Last-Modified", "")[:MAX_VERSION],
            )
            return ProviderResponse(response.status_code, asked_for, body, version)

    def _refusal(self, response: httpx.Response, deadline: float) -> bytes:
        """What a refusal (4xx) says of itself; where that does not come, the status says enough."""
        if response.is_client_error:
            with suppress(ProviderError, httpx.TransportError):
                return self._body(response, deadline)
        return b""

    def _body(self, response: httpx.Response, deadline: float) -> bytes:
        body = bytearray()
        for part in response.iter_raw():
            body += part
            if len(body) > self._bounds.max_bytes:
                raise ProviderError(self._provider, Failure.TOO_LARGE)
            if self._times.clock() > deadline:
                raise ProviderError(self._provider, Failure.SLOW)
        return bytes(body)


@functools.cache
def _authorities() -> ssl.SSLContext:
    """Whom to believe certificates of; read once a process, for that takes a while."""
    return httpx.create_ssl_context()
