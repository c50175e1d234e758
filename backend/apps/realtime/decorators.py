"""Decorators for cross-cutting concerns: events, rate limits, caching, checks, logging."""

import functools
import inspect
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, ParamSpec, TypeVar, cast

import structlog
from django.core.cache import cache
from django.db import IntegrityError, models, transaction

from apps.realtime.broadcasting import broadcast_event
from core.database import joined_transaction, violated_constraint
from core.errors import ApiError
from core.metrics import CACHE_RESULTS, WRITE_SECONDS
from core.rate_limits import LocalRateLimiter, count_call

__all__ = [
    "broadcast_event",
    "cache_result",
    "log_action",
    "prevent_duplicate_track",
    "rate_limit",
    "validate_playing_state",
]

P = ParamSpec("P")
R = TypeVar("R")
Function = Callable[P, R]

logger: structlog.stdlib.BoundLogger = structlog.get_logger("tutti.actions")


def log_action(name: str) -> Callable[[Function[P, R]], Function[P, R]]:
    """Writes one line for each call: the action, how it ended, how long it took. Measures it, too."""
    seconds = {outcome: WRITE_SECONDS.labels(name, outcome) for outcome in ("done", "refused", "failed")}

    def decorate(function: Function[P, R]) -> Function[P, R]:
        @functools.wraps(function)
        def logged(*args: P.args, **kwargs: P.kwargs) -> R:
            began = time.perf_counter()
            outcome, reason = "failed", ""
            try:
                result = function(*args, **kwargs)
                outcome = "done"
            except ApiError as refusal:
                outcome, reason = "refused", f" {refusal.code}"
                raise
            finally:
                took = time.perf_counter() - began
                seconds[outcome].observe(took)
                logger.info(name, outcome=outcome + reason, milliseconds=round(took * 1000, 1))
            return result

        return logged

    return decorate


def rate_limit(
    max_calls: int, period: float, *, key: Callable[P, str | LocalRateLimiter]
) -> Callable[[Function[P, R]], Function[P, R]]:
    """Lets `max_calls` pass within `period` seconds, scaled by RATE_LIMIT_FACTOR.

    Raises RateLimitExceeded above.

    `key` is given the call's arguments and returns who is counted: a text for the shared cache, or the
    LocalRateLimiter of one connection. A coroutine function is counted before it runs.
    """

    def count(*args: P.args, **kwargs: P.kwargs) -> None:
        counted = key(*args, **kwargs)
        if isinstance(counted, LocalRateLimiter):
            counted.count(max_calls=max_calls, period_seconds=period)
        else:
            count_call(counted, max_calls=max_calls, period_seconds=period)

    def decorate(function: Function[P, R]) -> Function[P, R]:
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def limited_later(*args: P.args, **kwargs: P.kwargs) -> Any:
                count(*args, **kwargs)
                return await function(*args, **kwargs)

            return cast("Function[P, R]", limited_later)

        @functools.wraps(function)
        def limited(*args: P.args, **kwargs: P.kwargs) -> R:
            count(*args, **kwargs)
            return function(*args, **kwargs)

        return limited

    return decorate


def cache_result(timeout: float) -> Callable[[Function[P, R]], Function[P, R]]:
    """Caches results in the shared cache for `timeout` seconds, by the arguments' `repr`.

    For functions whose result follows from their arguments: pass what it depends on, such as a stream's
    epoch and seq, and nothing is ever stale. A result of None is cached too.
    """

    def decorate(function: Function[P, R]) -> Function[P, R]:
        prefix = f"result:{function.__module__}.{function.__qualname__}"
        hits, misses = (CACHE_RESULTS.labels(function.__name__, result) for result in ("hit", "miss"))

        @functools.wraps(function)
        def cached(*args: P.args, **kwargs: P.kwargs) -> R:
            arguments = repr((args, sorted(kwargs.items())))
            key = f"{prefix}:{sha256(arguments.encode()).hexdigest()}"
            held = cache.get(key)
            (misses if held is None else hits).inc()
            if held is None:
                held = (function(*args, **kwargs),)
                cache.set(key, held, timeout=timeout)
            return cast("tuple[R]", held)[0]

        return cached

    return decorate


def validate_playing_state(*, check: Callable[[R], None]) -> Callable[[Function[P, R]], Function[P, R]]:
    """Runs `check` on the result inside the call's transaction; when it raises, that is rolled back."""

    def decorate(function: Function[P, R]) -> Function[P, R]:
        @functools.wraps(function)
        def validated(*args: P.args, **kwargs: P.kwargs) -> R:
            with joined_transaction():
                result = function(*args, **kwargs)
                with transaction.atomic(savepoint=False):
                    check(result)
            return result

        return validated

    return decorate


def prevent_duplicate_track(
    *, model: type[models.Model], constraint: str, error: Callable[..., ApiError]
) -> Callable[[Function[P, R]], Function[P, R]]:
    """Answers the broken unique `constraint` of `model` with what `error` makes of the call's arguments."""

    def decorate(function: Function[P, R]) -> Function[P, R]:
        @functools.wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except IntegrityError as broken:
                if violated_constraint(broken, among=model) != constraint:
                    raise
            raise error(*args, **kwargs)

        return guarded

    return decorate
