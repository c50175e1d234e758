"""What a service's answer says: the value in it, or how it fails. Knows no network."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from core.providers.failures import Failure, ProviderError

T = TypeVar("T")
# What makes a value of a body, such as `msgspec.json.Decoder(Shape).decode`; raises one of UNREADABLE.
Read = Callable[[bytes], T]

# From this on a number in an error is a status of HTTP, not a code of the service's own.
FIRST_ERROR_STATUS = 400
# What a body may be that can't be read: no JSON, not UTF-8, nested without end, another shape.
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)


NOT_MODIFIED = 304
# A code, not a sentence: those could repeat what was asked.
REASON = re.compile(r"[A-Za-z][A-Za-z_]{0,59}")


@dataclass(frozen=True, slots=True)
class Version:
    """What a service calls the state that it has given (RFC 9110, 8.8). "" where it says none."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        """Of a question that is to be answered only with another state."""
        told = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in told.items() if value}


NO_VERSION = Version()


@dataclass(frozen=True, slots=True)
class Answer:
    """As it came over the line. `retry_after_seconds` is what it asks for, None where it asks nothing."""

    status: int
    retry_after_seconds: float | None
    body: bytes
    version: Version = NO_VERSION


@dataclass(frozen=True, slots=True)
class Versioned(Generic[T]):
    """A value, and what the service calls this state of it."""

    value: T
    version: Version


class _Complaint(msgspec.Struct):
    """Where services say that something is wrong, some of them with status 200."""

    error: Any = None
    errors: Any = None


# Made here, by one thread: msgspec does not bear that two threads use a new type at once.
_COMPLAINTS = msgspec.json.Decoder(_Complaint)


def value_of(provider: str, answer: Answer, read: Read[T]) -> T:
    """Raises ProviderError for whatever is not a good answer that can be read so."""
    status = answer.status if answer.status >= 300 else _status_inside(answer.body)
    if status is not None:
        raise ProviderError(
            provider,
            _failure_of(status),
            status=status,
            retry_after_seconds=answer.retry_after_seconds,
            reasons=_reasons_inside(answer.body),
        )
    with suppress(*UNREADABLE):
        return read(answer.body)
    raise ProviderError(provider, Failure.GARBAGE, status=answer.status)


def versioned_of(provider: str, answer: Answer, read: Read[T]) -> Versioned[T] | None:
    """None when the service says that nothing has changed. Raises ProviderError as `value_of` does."""
    if answer.status == NOT_MODIFIED:
        return None
    return Versioned(value_of(provider, answer, read), answer.version)


def _status_inside(body: bytes) -> int | None:
    """What a good status hides: the status in the body, else 500; None where that complains of nothing."""
    try:
        complaint = _COMPLAINTS.decode(body)
    except UNREADABLE:
        return None
    about = complaint.error or complaint.errors
    if not about:
        return None
    told = (about.get("status") or about.get("code")) if isinstance(about, dict) else None
    return told if isinstance(told, int) and told >= FIRST_ERROR_STATUS else 500


def _reasons_inside(body: bytes) -> frozenset[str]:
    """As Google gives them, in the `reason` of `error.errors` and of `error.details`."""
    try:
        error = _COMPLAINTS.decode(body).error
    except UNREADABLE:
        return frozenset()
    if not isinstance(error, dict):
        return frozenset()
    lists = [part for name in ("errors", "details") if isinstance(part := error.get(name), list)]
    told = [one.get("reason") for part in lists for one in part if isinstance(one, dict)]
    return frozenset(one for one in told if isinstance(one, str) and REASON.fullmatch(one))


def _failure_of(status: int) -> Failure:
    if status >= 500:
        return Failure.BROKEN
    if status < FIRST_ERROR_STATUS:
        return Failure.REDIRECTED
    return {401: Failure.NOT_ALLOWED, 408: Failure.SLOW, 429: Failure.BUSY}.get(status, Failure.REFUSED)
