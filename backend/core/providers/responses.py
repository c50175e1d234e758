"""Responses of a service: the value, the failure, `Retry-After`; and the clock. No network."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

import msgspec


class Failure(StrEnum):
    """In words for logs, metrics and records."""

    UNREACHABLE = "unreachable"
    SLOW = "slow"
    # The connection ended before the response did, or the response was no HTTP.
    CUT = "cut"
    # It reports an internal failure (5xx), or an error in a 200 response.
    BROKEN = "broken"
    # The service received too many requests (429).
    BUSY = "busy"
    # The request was not sent: the service is paused, or has failed too often.
    RESTING = "resting"
    # No JSON, or not of the shape that was expected.
    GARBAGE = "garbage"
    TOO_LARGE = "too_large"
    # A redirect. It is not followed, since it could lead anywhere with our credentials.
    REDIRECTED = "redirected"
    # 401: the token has expired, or the credentials are wrong.
    NOT_ALLOWED = "not_allowed"
    # Only this request was rejected (other 4xx).
    REJECTED = "refused"


# Nothing changes these but another setting, or another version of this program.
PERMANENT = {Failure.TOO_LARGE, Failure.REDIRECTED, Failure.NOT_ALLOWED, Failure.REJECTED}
# Often over a moment later.
PASSING = {Failure.UNREACHABLE, Failure.SLOW, Failure.CUT, Failure.BROKEN, Failure.BUSY}
# With these, the service itself has failed, with any request.
IN_TROUBLE = {
    *(Failure.UNREACHABLE, Failure.SLOW, Failure.CUT, Failure.BROKEN),
    *(Failure.GARBAGE, Failure.TOO_LARGE, Failure.REDIRECTED),
}


class ProviderError(Exception):
    """A request to a service failed. The text contains neither the request nor the person."""

    def __init__(
        self,
        provider: str,
        failure: Failure,
        *,
        status: int | None = None,
        retry_after_seconds: float | None = None,
        reasons: frozenset[str] = frozenset(),
    ) -> None:
        details = [] if status is None else [f"status {status}", *sorted(reasons)]
        said = f" ({', '.join(details)})" if details else ""
        super().__init__(f"{provider}: {failure}{said}")
        self.provider = provider
        self.failure = failure
        self.status = status
        # The service's own error codes.
        self.reasons = reasons
        # How long the service itself wants to be left alone.
        self.retry_after_seconds = retry_after_seconds

    @property
    def is_temporary(self) -> bool:
        """Whether the same request may succeed later."""
        return self.failure not in PERMANENT


# --- Responses ---------------------------------------------------------------------------------------


T = TypeVar("T")
# What makes a value of a body, such as `msgspec.json.Decoder(Shape).decode`; raises one of UNREADABLE.
Read = Callable[[bytes], T]

# From this on a number in an error is a status of HTTP, not a code of the service's own.
FIRST_ERROR_STATUS = 400
# Bodies that cannot be read: no JSON, not UTF-8, nested too deeply, another shape.
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)


NOT_MODIFIED = 304
# A code, not a sentence: a sentence could repeat the request.
REASON = re.compile(r"[A-Za-z][A-Za-z_]{0,59}")


@dataclass(frozen=True, slots=True)
class Version:
    """The service's identifier of the returned state (ETag, RFC 9110, 8.8.3). "" if it has none."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        """For a request that is conditional on another state."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


NO_VERSION = Version()


@dataclass(frozen=True, slots=True)
class ProviderResponse:
    """The received response. `retry_after_seconds` is its `Retry-After`, None without one."""

    status: int
    retry_after_seconds: float | None
    body: bytes
    version: Version = NO_VERSION


@dataclass(frozen=True, slots=True)
class Versioned(Generic[T]):
    """A value, and the service's identifier of its state."""

    value: T
    version: Version


class _Complaint(msgspec.Struct):
    """Where services say that something is wrong, some of them with status 200."""

    error: Any = None
    errors: Any = None


# Created here, by one thread: msgspec fails if two threads use a new type concurrently.
_COMPLAINTS = msgspec.json.Decoder(_Complaint)


def value_of(provider: str, response: ProviderResponse, read: Read[T]) -> T:
    """Raises ProviderError for any response that is not a readable success."""
    status = response.status if response.status >= 300 else _status_inside(response.body)
    if status is not None:
        raise ProviderError(
            provider,
            _failure_of(status),
            status=status,
            retry_after_seconds=response.retry_after_seconds,
            reasons=_reasons_inside(response.body),
        )
    with suppress(*UNREADABLE):
        return read(response.body)
    raise ProviderError(provider, Failure.GARBAGE, status=response.status)


def versioned_of(provider: str, response: ProviderResponse, read: Read[T]) -> Versioned[T] | None:
    """None when the service says that nothing has changed. Raises ProviderError as `value_of` does."""
    if response.status == NOT_MODIFIED:
        return None
    return Versioned(value_of(provider, response, read), response.version)


def _status_inside(body: bytes) -> int | None:
    """The error in a response with status 2xx: the status in its body, else 500; None without an error."""
    try:
        complaint = _COMPLAINTS.decode(body)
    except UNREADABLE:
        return None
    about = complaint.error or complaint.errors
    if not about:
        return None
    status = (about.get("status") or about.get("code")) if isinstance(about, dict) else None
    return status if isinstance(status, int) and status >= FIRST_ERROR_STATUS else 500


def _reasons_inside(body: bytes) -> frozenset[str]:
    """As Google gives them, in the `reason` of `error.errors` and of `error.details`."""
    try:
        error = _COMPLAINTS.decode(body).error
    except UNREADABLE:
        return frozenset()
    if not isinstance(error, dict):
        return frozenset()
    lists = [part for name in ("errors", "details") if isinstance(part := error.get(name), list)]
    reasons = [one.get("reason") for part in lists for one in part if isinstance(one, dict)]
    return frozenset(one for one in reasons if isinstance(one, str) and REASON.fullmatch(one))


def _failure_of(status: int) -> Failure:
    if status >= 500:
        return Failure.BROKEN
    if status < FIRST_ERROR_STATUS:
        return Failure.REDIRECTED
    return {401: Failure.NOT_ALLOWED, 408: Failure.SLOW, 429: Failure.BUSY}.get(status, Failure.REJECTED)


# --- Time --------------------------------------------------------------------------------------------


Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class TimeSource:
    """`clock` counts seconds from anywhere, `wall_clock` from 1970, as other machines do."""

    clock: Clock = time.monotonic
    wall_clock: Clock = time.time
    wait: Callable[[float], None] = time.sleep


SYSTEM_TIME = TimeSource()


# --- Retry-After -------------------------------------------------------------------------------------


# Spotify requests up to a day. Longer times are cut to this.
MAX_SECONDS = 24 * 3600.0


def retry_after_seconds_of(header: str | None, *, now: float) -> float | None:
    """From now on, between 0 and MAX_SECONDS; None where the header says nothing that makes sense.

    It is a number of seconds or a date of HTTP (RFC 9110, 10.2.3). `now` is in seconds since 1970.
    """
    said = (header or "").strip()
    if not said.isascii():
        return None
    seconds = float(said) if said.isdigit() else _seconds_until(said, now=now)
    return None if seconds is None else min(max(seconds, 0.0), MAX_SECONDS)


def _seconds_until(date: str, *, now: float) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
        if moment.tzinfo is None:  # HTTP dates are in UTC, also without a time zone
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp() - now
    except (ValueError, OverflowError):
        return None
