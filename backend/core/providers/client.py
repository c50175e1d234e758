"""A client of one music service: asks again when that helps, and not at all while it makes no sense."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_exponential_jitter, wait_random

from core.breaker import Breaker
from core.metrics import PROVIDER_REQUESTS
from core.providers.answers import Answer, Read, Version, Versioned, value_of, versioned_of
from core.providers.failures import IN_TROUBLE, PASSING, Failure, ProviderError
from core.providers.lines import Bounds, Line, Question
from core.providers.rest import Rest
from core.providers.times import OWN_TIMES, Times

logger = logging.getLogger(__name__)
T = TypeVar("T")

# Of those who are told to come back at the same moment, not all do.
SPREAD_SECONDS = 0.3
# Who says that it is busy, and not until when: Spotify counts over so many seconds.
BUSY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How hard a service is tried. One that says nothing costs a question less than half a minute."""

    attempts: int = 3
    first_wait_seconds: float = 0.3
    # Who wants to be left alone for longer is not waited for, but left alone.
    longest_wait_seconds: float = 2.0
    # So is a service that another question was told to leave alone, where nobody sits and waits.
    waits_out_rests: bool = False
    # So many failures in a row, of any questions, and it is not asked for a while.
    failures_until_left_alone: int = 5
    left_alone_seconds: float = 30.0


BOUNDS, PATIENCE = Bounds(), Patience()


class ProviderClient:
    """For all threads of a process. Each service has one, for its breaker is in it."""

    def __init__(
        self,
        provider: str,
        base_url: str,
        *,
        bounds: Bounds = BOUNDS,
        patience: Patience = PATIENCE,
        times: Times = OWN_TIMES,
    ) -> None:
        """`provider` is what logs, metrics and the cache know it by: a word of letters and dashes."""
        self.provider = provider
        self._line = Line(provider, base_url, bounds=bounds, times=times)
        self._rest = Rest(provider, clock=times.wall_clock)
        self._breaker = Breaker(
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

    def ask(self, question: Question, read: Read[T]) -> T:
        """What `read` makes of the answer. Raises ProviderError, whatever goes wrong."""
        return self._ask(question, lambda answer: value_of(self.provider, answer, read))

    def ask_if_changed(self, question: Question, read: Read[T], known: Version) -> Versioned[T] | None:
        """The same, with the state's version; None when that is `known` still."""
        asked = replace(question, headers={**question.headers, **known.headers()})
        return self._ask(asked, lambda answer: versioned_of(self.provider, answer, read))

    def _ask(self, question: Question, make: Callable[[Answer], T]) -> T:
        retrying = Retrying(
            sleep=self._times.wait,
            stop=stop_after_attempt(self._patience.attempts),
            wait=self._pause_seconds,
            retry=retry_if_exception(self._is_worth_another_attempt),
            reraise=True,
        )
        value: T = retrying(self._attempt, question, make)
        return value

    def _attempt(self, question: Question, make: Callable[[Answer], T]) -> T:
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
        if not self._breaker.lets_pass():
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
