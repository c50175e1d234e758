"""A client of one music service: bounded requests, retries, and pauses while the service is overloaded."""

import functools
import logging
import math
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Self, TypeVar

import httpx
from django.core.cache import cache
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_exponential_jitter, wait_random

from core.metrics import PROVIDER_REQUESTS
from core.providers.responses import (
    IN_TROUBLE,
    PASSING,
    SYSTEM_TIME,
    Clock,
    Failure,
    ProviderError,
    ProviderResponse,
    Read,
    TimeSource,
    Version,
    Versioned,
    retry_after_seconds_of,
    value_of,
    versioned_of,
)
from core.resilience import CircuitBreaker

# --- One request and its response --------------------------------------------------------------------

# A longer one is no version that anybody would keep.
MAX_VERSION = 200


@dataclass(frozen=True, slots=True)
class ProviderRequest:
    """One request. Its `repr` has only the method and path: parameters may be personal, the rest has
    secrets.
    """

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


def failure_of(error: httpx.TransportError) -> Failure:
    if isinstance(error, httpx.TimeoutException):
        return Failure.SLOW
    return Failure.CUT if isinstance(error, httpx.RemoteProtocolError) else Failure.UNREACHABLE


class ProviderTransport:
    """Connections to one service, shared by all threads of a process."""

    def __init__(self, provider: str, base_url: str, *, bounds: RequestBounds, times: TimeSource) -> None:
        self._provider = provider
        self._bounds = bounds
        self._times = times
        self._http = httpx.Client(
            base_url=base_url,
            verify=authorities(),
            timeout=httpx.Timeout(bounds.seconds, connect=bounds.connect_seconds),
            follow_redirects=False,
            # Unpacked, a small body may be of any size.
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Tutti"},
        )

    def close(self) -> None:
        self._http.close()

    def ask(self, question: ProviderRequest) -> ProviderResponse:
        """The response, with any status. Raises ProviderError if there is none."""
        try:
            return self._ask(question)
        except httpx.TransportError as error:
            failure = failure_of(error)
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
            asked_for = retry_after_seconds_of(
                response.headers.get("Retry-After"), now=self._times.wall_clock()
            )
            body = (
                self._body(response, deadline) if response.is_success else self._rejection(response, deadline)
            )
            version = Version(
                response.headers.get("ETag", "")[:MAX_VERSION],
                response.headers.get("Last-Modified", "")[:MAX_VERSION],
            )
            return ProviderResponse(response.status_code, asked_for, body, version)

    def _rejection(self, response: httpx.Response, deadline: float) -> bytes:
        """The body of a 4xx response; if it cannot be read, the status is enough."""
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
def authorities() -> ssl.SSLContext:
    """The trusted certificate authorities; read once per process, because that is slow."""
    return httpx.create_ssl_context()


# --- The client --------------------------------------------------------------------------------------

logger = logging.getLogger(__name__)
T = TypeVar("T")

# Jitter, so that clients with the same delay do not retry at the same moment.
SPREAD_SECONDS = 0.3
# The pause after a 429 without `Retry-After`: Spotify counts requests in windows of 30 seconds.
BUSY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Attempts, waits and pauses. A request to a silent service takes less than 30 seconds in total."""

    attempts: int = 3
    first_wait_seconds: float = 0.3
    # If the service requests a longer wait, the request fails and the service is paused.
    longest_wait_seconds: float = 2.0
    # Whether to wait until a pause is over: only if no user waits.
    waits_for_cooldown: bool = False
    # After this many failures in a row, of any requests, the service is paused.
    failure_threshold: int = 5
    open_seconds: float = 30.0


BOUNDS, PATIENCE = RequestBounds(), RetryPolicy()


class Cooldown:
    """Stored in the shared cache, so that other processes need not be rejected by the service first."""

    def __init__(self, provider: str, *, clock: Clock) -> None:
        """`clock` counts seconds from 1970, because other processes read its values."""
        self._key = f"provider:{provider}:rests-until"
        self._clock = clock

    def seconds_left(self) -> float:
        rests_until: float | None = cache.get(self._key)
        return 0.0 if rests_until is None else max(0.0, rests_until - self._clock())

    def take(self, seconds: float) -> None:
        if seconds > self.seconds_left():
            # The cache expires it; the time in the value decides, by this clock.
            cache.set(self._key, self._clock() + seconds, timeout=math.ceil(seconds))


class ProviderClient:
    """For all threads of a process. Each service has one, for its breaker is in it."""

    def __init__(
        self,
        provider: str,
        base_url: str,
        *,
        bounds: RequestBounds = BOUNDS,
        patience: RetryPolicy = PATIENCE,
        times: TimeSource = SYSTEM_TIME,
    ) -> None:
        """`provider` is what logs, metrics and the cache know it by: a word of letters and dashes."""
        self.provider = provider
        self._line = ProviderTransport(provider, base_url, bounds=bounds, times=times)
        self._rest = Cooldown(provider, clock=times.wall_clock)
        self._breaker = CircuitBreaker(
            seconds=patience.open_seconds,
            failures=patience.failure_threshold,
            clock=times.clock,
        )
        self._patience = patience
        self._times = times

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._line.close()

    def ask(self, question: ProviderRequest, read: Read[T]) -> T:
        """What `read` returns for the response. Raises ProviderError for any failure."""
        return self._ask(question, lambda response: value_of(self.provider, response, read))

    def request_if_changed(
        self, question: ProviderRequest, read: Read[T], known: Version
    ) -> Versioned[T] | None:
        """The same, with the state's version; None when that is `known` still."""
        asked = replace(question, headers={**question.headers, **known.headers()})
        return self._ask(asked, lambda response: versioned_of(self.provider, response, read))

    def _ask(self, question: ProviderRequest, make: Callable[[ProviderResponse], T]) -> T:
        retrying = Retrying(
            sleep=self._times.wait,
            stop=stop_after_attempt(self._patience.attempts),
            wait=self._pause_seconds,
            retry=retry_if_exception(self._is_retryable),
            reraise=True,
        )
        value: T = retrying(self._attempt, question, make)
        return value

    def _attempt(self, question: ProviderRequest, make: Callable[[ProviderResponse], T]) -> T:
        self._check_availability()
        try:
            value = make(self._line.ask(question))
        except ProviderError as error:
            self._record_result(error)
            raise
        self._breaker.succeeded()
        PROVIDER_REQUESTS.labels(self.provider, "answered").inc()
        return value

    def _check_availability(self) -> None:
        seconds_left = self._rest.seconds_left()
        if seconds_left > 0:
            raise ProviderError(self.provider, Failure.RESTING, retry_after_seconds=seconds_left)
        if not self._breaker.allows_call():
            raise ProviderError(self.provider, Failure.RESTING)

    def _record_result(self, error: ProviderError) -> None:
        PROVIDER_REQUESTS.labels(self.provider, error.failure).inc()
        logger.warning("A music service failed: %s", error)
        if error.failure is Failure.BUSY and error.retry_after_seconds is None:
            error.retry_after_seconds = BUSY_SECONDS
        if error.retry_after_seconds:
            self._rest.take(error.retry_after_seconds)
        if error.failure in IN_TROUBLE:
            self._breaker.failed()
        else:
            self._breaker.succeeded()  # it responds, even if not with the expected status

    def _is_retryable(self, error: BaseException) -> bool:
        return (
            isinstance(error, ProviderError)
            and (error.failure in PASSING or self._is_short_cooldown(error))
            and (error.retry_after_seconds or 0.0) <= self._patience.longest_wait_seconds
            and not self._breaker.is_open
        )

    def _is_short_cooldown(self, error: ProviderError) -> bool:
        is_known = error.failure is Failure.RESTING and error.retry_after_seconds is not None
        return is_known and self._patience.waits_for_cooldown

    def _pause_seconds(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, ProviderError) and error.retry_after_seconds is not None:
            return error.retry_after_seconds + wait_random(0, SPREAD_SECONDS)(state)
        longest = self._patience.longest_wait_seconds
        first = self._patience.first_wait_seconds
        return wait_exponential_jitter(multiplier=first, max=longest, jitter=first)(state)
