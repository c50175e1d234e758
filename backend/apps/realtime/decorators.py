"""Decorators for cross-cutting concerns: events, rate limits, caching, checks, logging."""

import functools
import inspect
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, ParamSpec, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import structlog
from django.core.cache import cache
from django.db import IntegrityError, models, transaction
from django.db.models.signals import ModelSignal, post_delete
from django.dispatch import Signal

from apps.realtime.services import append_event
from core.changes import BroadcastModel, Change, change_of
from core.database import joined_transaction, violated_constraint
from core.errors import ApiError
from core.metrics import CACHE_RESULTS, WRITE_SECONDS
from core.rate_limits import LocalRateLimiter, count_call

P = ParamSpec("P")
R = TypeVar("R")
Function = Callable[P, R]

logger: structlog.stdlib.BoundLogger = structlog.get_logger("tutti.actions")


def log_action(name: str) -> Callable[[Function[P, R]], Function[P, R]]:
    """Writes one line for each call: the action, how it ended, how long it took. Measures it, too."""
    seconds = {outcome: WRITE_SECONDS.labels(name, outcome) for outcome in ("done", "rejected", "failed")}

    def decorate(function: Function[P, R]) -> Function[P, R]:
        @functools.wraps(function)
        def logged(*args: P.args, **kwargs: P.kwargs) -> R:
            began = time.perf_counter()
            outcome, reason = "failed", ""
            try:
                result = function(*args, **kwargs)
                outcome = "done"
            except ApiError as error:
                outcome, reason = "rejected", f" {error.code}"
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


# --- Events ------------------------------------------------------------------------------------------

Payload = TypeVar("Payload")


@dataclass(frozen=True, slots=True)
class Broadcast(Generic[Payload]):
    """One event for one stream, where a change is broadcast on several."""

    stream_id: int
    payload: Payload


Condition = Callable[[Change[Any]], bool]
Receiver = Callable[[Any], Any]

# The module of an app that is its table of events. What tests connect beside is no part of the contract.
TABLE = "signals"
# Every event type, with what makes its payload; in the order of the tables.
_receivers: list[tuple[str, Receiver]] = []
# Tables of upper apps, by the table whose streams carry their events, too.
_added_tables: dict[str, list[str]] = {}


def add_table(table: str, *, to: str) -> None:
    """Events of this table belong to the streams of another one. Called once, when the apps are ready."""
    _added_tables.setdefault(to, []).append(table)


def event_payload_types(table: str = "") -> dict[str, Any]:
    """Every type of event with the type of its payload, as this table, or each, declares them."""
    by_type: dict[str, Any] = {}
    for event_type, receiver in _declared(table):
        payload = _payload_type(get_type_hints(receiver)["return"])
        by_type[event_type] = Union[by_type[event_type], payload] if event_type in by_type else payload  # noqa: UP007
    return by_type


def event_descriptions(table: str) -> dict[str, str]:
    """Every type of event of this table with the docstrings of its receivers, on one line."""
    by_type: dict[str, list[str]] = {}
    for event_type, receiver in _declared(table):
        by_type.setdefault(event_type, []).extend((receiver.__doc__ or "").split())
    return {event_type: " ".join(words) for event_type, words in by_type.items()}


def _declared(table: str) -> Iterator[tuple[str, Receiver]]:
    tables = [table, *_added_tables.get(table, ())]
    for event_type, receiver in _receivers:
        module = receiver.__module__
        if module.rpartition(".")[2] == TABLE and (not table or module in tables):
            yield event_type, receiver


def _payload_type(returned: Any) -> Any:
    """Of a receiver that returns payloads themselves, or an iterator of Broadcasts of them."""
    for part in get_args(returned):
        if get_origin(part) is Broadcast:
            return get_args(part)[0]
    return returned


def created(change: Change[Any]) -> bool:
    """When the row is new."""
    return change.before is None and change.after is not None


def changed(*fields: str) -> Condition:
    """When one of these fields of a row that was there before has another value now."""

    def has_changed(change: Change[Any]) -> bool:
        before, after = change.before, change.after
        if before is None or after is None:
            return False
        return any(getattr(before, field) != getattr(after, field) for field in fields)

    return has_changed


def broadcast_event(
    event_type: str,
    *,
    on: Signal,
    sender: Any,
    stream: Callable[[Any], int] | None = None,
    when: Condition | None = None,
) -> Callable[[Receiver], Receiver]:
    """Makes what the decorated function returns the payload of an event.

    With a model signal `on` of an BroadcastModel `sender`, the function gets the Change, if `when` holds of
    it. With any other signal it gets what was sent as `subject`. `stream` names the stream from the same
    argument; without it, the function returns Broadcasts, any number of them. Events are appended at once,
    within the transaction that sent the signal.
    """

    def decorate(receiver: Receiver) -> Receiver:
        def append(subject: Any, *, is_current: bool = False) -> None:
            result = receiver(subject)
            for broadcast in [Broadcast(stream(subject), result)] if stream else result:
                append_event(
                    stream_id=broadcast.stream_id,
                    event_type=event_type,
                    payload=broadcast.payload,
                    is_current=is_current,
                )

        def on_model_signal(
            instance: BroadcastModel, *, raw: bool = False, origin: Any = None, **_: Any
        ) -> None:
            if raw:  # a fixture is loaded: it restores rows, it doesn't change them
                return
            if on is post_delete and origin is not instance:
                return  # it goes with what it belongs to, as the items of a room with the room and its stream
            change = change_of(instance)
            if when is None or when(change):
                append(change, is_current=instance.is_current)

        def on_own_signal(subject: Any, **_: Any) -> None:
            append(subject)

        _receivers.append((event_type, receiver))
        handler = on_model_signal if isinstance(on, ModelSignal) else on_own_signal
        on.connect(handler, sender=sender, weak=False, dispatch_uid=f"{event_type}:{receiver.__qualname__}")
        return receiver

    return decorate
