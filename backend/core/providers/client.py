"""A client of one music service: retries where that helps, and makes no requests while the service rests."""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self, TypeVar

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
    value_of,
    versioned_of,
)
from core.providers.transport import ProviderRequest, ProviderTransport, RequestBounds
from core.resilience import CircuitBreaker

logger = logging.getLogger(__name__)
T = TypeVar("T")

# Jitter: clients that are to come back at the same moment spread out.
SPREAD_SECONDS = 0.3
# Who says that it is busy, and not until when: Spotify counts over so many seconds.
BUSY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How hard a service is tried. One that says nothing costs a question less than half a minute."""

    attempts: int = 3
    first_wait_seconds: float = 0.3
    # Who wants to be left alone for longer is not waited for, but left alone.
    longest_wait_seconds: float = 2.0
    # Whether to wait for a service that has asked for a pause: only where no user waits.
    waits_out_rests: bool = False
    # So many failures in a row, of any questions, and it is not asked for a while.
    failures_until_left_alone: int = 5
    left_alone_seconds: float = 30.0


BOUNDS, PATIENCE = RequestBounds(), RetryPolicy()


class Cooldown:
    """Stored in the shared cache, so that other processes need not be rejected by the service first."""

    def __init__(self, provider: str, *, clock: Clock) -> None:
        """`clock` counts seconds from 1970: other processes read what it says."""
        self._key = f"provider:{provider}:rests-until"
        self._clock = clock

    def seconds_left(self) -> float:
        rests_until: float | None = cache.get(self._key)
        return 0.0 if rests_until is None else max(0.0, rests_until - self._clock())

    def take(self, seconds: float) -> None:
        if seconds > self.seconds_left():
            # The cache forgets it in time; what counts is the moment, as the clock has it.
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
            seconds=patience.left_alone_seconds,
            failures=patience.failures_until_left_alone,
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
        """What `read` makes of the answer. Raises ProviderError, whatever goes wrong."""
        return self._ask(question, lambda answer: value_of(self.provider, answer, read))

    def ask_if_changed(self, question: ProviderRequest, read: Read[T], known: Version) -> Versioned[T] | None:
        """The same, with the state's version; None when that is `known` still."""
        asked = replace(question, headers={**question.headers, **known.headers()})
        return self._ask(asked, lambda answer: versioned_of(self.provider, answer, read))

    def _ask(self, question: ProviderRequest, make: Callable[[ProviderResponse], T]) -> T:
        retrying = Retrying(
            sleep=self._times.wait,
            stop=stop_after_attempt(self._patience.attempts),
            wait=self._pause_seconds,
            retry=retry_if_exception(self._is_worth_another_attempt),
            reraise=True,
        )
        value: T = retrying(self._attempt, question, make)
        return value

    def _attempt(self, question: ProviderRequest, make: Callable[[ProviderResponse], T]) -> T:
        self._check_that_it_may_be_asked()
        try:
            value = make(self._line.ask(question))
        except ProviderError as error:
            self._learn_from(error)
            raise
        self._breaker.succeeded()
        PROVIDER_REQUESTS.labels(self.provider, "answered").inc()
        return value

    def _check_that_it_may_be_asked(self) -> None:
        seconds_left = self._rest.seconds_left()
        if seconds_left > 0:
            raise ProviderError(self.provider, Failure.RESTING, retry_after_seconds=seconds_left)
        if not self._breaker.allows_call():
            raise ProviderError(self.provider, Failure.RESTING)

    def _learn_from(self, error: ProviderError) -> None:
        PROVIDER_REQUESTS.labels(self.provider, error.failure).inc()
        logger.warning("A music service failed: %s", error)
        if error.failure is Failure.BUSY and error.retry_after_seconds is None:
            error.retry_after_seconds = BUSY_SECONDS
        if error.retry_after_seconds:
            self._rest.take(error.retry_after_seconds)
        if error.failure in IN_TROUBLE:
            self._breaker.failed()
        else:
            self._breaker.succeeded()  # it answers, if not what was hoped for

    def _is_worth_another_attempt(self, error: BaseException) -> bool:
        return (
            isinstance(error, ProviderError)
            and (error.failure in PASSING or self._is_short_rest(error))
            and (error.retry_after_seconds or 0.0) <= self._patience.longest_wait_seconds
            and not self._breaker.is_open
        )

    def _is_short_rest(self, error: ProviderError) -> bool:
        is_known = error.failure is Failure.RESTING and error.retry_after_seconds is not None
        return is_known and self._patience.waits_out_rests

    def _pause_seconds(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, ProviderError) and error.retry_after_seconds is not None:
            return error.retry_after_seconds + wait_random(0, SPREAD_SECONDS)(state)
        longest = self._patience.longest_wait_seconds
        first = self._patience.first_wait_seconds
        return wait_exponential_jitter(multiplier=first, max=longest, jitter=first)(state)
