"""What is read of a request once; of a named write before its transaction begins, so that nobody waits.

On SQLite that transaction has the write lock of the whole database, and a large body takes long to read.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Outcome:
    value: Any = None
    error: Exception | None = None


def read_once(request: HttpRequest, reading: Callable[[HttpRequest], T]) -> T:
    """What `reading` gives, or raises: also the second time."""
    outcomes: dict[Any, _Outcome] = request.__dict__.setdefault("tutti_read", {})
    if reading not in outcomes:
        outcomes[reading] = _outcome_of(reading, request)
    outcome = outcomes[reading]
    if outcome.error is not None:
        raise outcome.error
    value: T = outcome.value
    return value


def read_early(request: HttpRequest, *readings: Callable[[HttpRequest], Any]) -> None:
    """Reads it now. What is raised is raised when the view asks: it may have to refuse other things first."""
    for reading in readings:
        with suppress(Exception):
            read_once(request, reading)


def _outcome_of(reading: Callable[[HttpRequest], Any], request: HttpRequest) -> _Outcome:
    try:
        return _Outcome(value=reading(request))
    except Exception as error:
        return _Outcome(error=error)
