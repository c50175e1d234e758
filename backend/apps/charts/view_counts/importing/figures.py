"""The figures in a document, whichever of the known shapes it has; each is checked by itself."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apps.charts.view_counts.services import DayFigure
from apps.charts.view_counts.words import CountedService, Status
from apps.tracks.facts import FactError, checked_isrc

LARGEST_COUNT = 2**63 - 1
# As earlier programs called the fields.
COUNTS = ("view_count", "total_view_count", "current_count", "count", "views")
DELTAS = ("delta_count", "delta_view_count", "delta")
MOMENTS = ("recorded_date", "timestamp", "current_timestamp", "last_updated", "date")
SERVICES = {name.replace("_", ""): name for name in CountedService.values}
# Tables of counts by service, and one service's counts by the field's name.
BY_SERVICE, OF_SERVICE = "view_counts", "_view"
DAYS_LISTED, DAY_CURRENT = ("historical_view", "historical", "history"), ("current_view", "current")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class BadFigure(ValueError):
    """What is wrong with a figure."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A figure, and the difference that the export itself gives for it."""

    figure: DayFigure
    delta: int | None


def figures_of(document: Mapping[str, Any], *, now: datetime) -> Iterator[Reported | BadFigure]:
    """One for each day that it tells of. A document without any is bad itself."""
    try:
        isrc = _isrc_of(document)
        days = list(_days_of(document))
        if not days:
            raise BadFigure("has no view counts")
    except BadFigure as error:
        yield error
        return
    for service, day in days:
        try:
            yield _reported(isrc, _service_of(service), day, now)
        except BadFigure as error:
            yield BadFigure(f"{isrc}: {error}")


def _days_of(document: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Flat: a day of a service. By service: lists of days. A track's: one field a service, with a history."""
    service = document.get("service", document.get("service_name"))
    if service is not None and (
        _first(document, COUNTS) is not None or any(name in document for name in COUNTS)
    ):
        yield service, document
        return
    tables: dict[Any, Any] = {}
    if isinstance(by_service := document.get(BY_SERVICE), Mapping):
        tables |= by_service
    tables |= {
        name.removesuffix(OF_SERVICE): value
        for name, value in document.items()
        if name.endswith(OF_SERVICE) and isinstance(value, Mapping)
    }
    for name, table in tables.items():
        yield from ((name, day) for day in _listed(table))


def _listed(table: Any) -> list[Any]:
    if isinstance(table, list):
        return table
    if not isinstance(table, Mapping):
        return [table]
    days = [day for name in DAYS_LISTED for day in table.get(name) or ()]
    return days + [table[name] for name in DAY_CURRENT if table.get(name)]


def _reported(isrc: str, service: str, day: Any, now: datetime) -> Reported:
    if not isinstance(day, Mapping):
        raise BadFigure(f"{_short(day)} is no day of view counts")
    moment = _moment_of(day)
    if moment < EARLIEST or moment.date() > now.date():
        raise BadFigure(f"{moment:%Y-%m-%d} is no day on which this was counted")
    count, delta = _number(_first(day, COUNTS), "count"), _number(_first(day, DELTAS), "delta")
    if count is not None and not 0 <= count <= LARGEST_COUNT:
        raise BadFigure(f"the count {count} is negative or too large")
    # A field without a value is a day without a figure: never zero.
    status = Status.MISSING if count is None else Status.OK
    return Reported(DayFigure(isrc, service, moment.date(), moment, status, count), delta)


def _isrc_of(document: Mapping[str, Any]) -> str:
    isrc = document.get("isrc")
    if not isinstance(isrc, str):
        raise BadFigure("has no ISRC")
    try:
        return checked_isrc(isrc)
    except FactError:
        raise BadFigure(f"{_short(isrc)} is not an ISRC") from None


def _service_of(name: Any) -> str:
    known = SERVICES.get(str(name).lower().replace("_", "").replace(" ", ""))
    if known is None:
        raise BadFigure(f"{_short(name)} is no service whose counts are kept")
    return known


def _moment_of(day: Mapping[str, Any]) -> datetime:
    value = _first(day, MOMENTS)
    if isinstance(value, Mapping):
        value = value.get("$date")
        if isinstance(value, Mapping):
            value = value.get("$numberLong")
    try:
        moment = _moment(value)
    except (ValueError, OverflowError, OSError, TypeError):
        raise BadFigure(f"{_short(value)} is no date") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _moment(value: Any) -> datetime:
    """ISO 8601; a number is milliseconds since 1970, as MongoDB has it."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and not value.lstrip("-").isdigit():
        return datetime.fromisoformat(value.strip())
    if isinstance(value, bool) or value is None:
        raise ValueError
    return datetime.fromtimestamp(int(value) / 1000, tz=UTC)


def _number(value: Any, what: str) -> int | None:
    """A whole number in any of the ways in which MongoDB writes one."""
    if isinstance(value, Mapping):
        value = (
            next(iter(value.values()), None)
            if set(value) <= {"$numberLong", "$numberInt", "$numberDouble"}
            else value
        )
    if value is None:
        return None
    if isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadFigure(f"the {what} {_short(value)} is no number")
    if isinstance(value, float) and not (math.isfinite(value) and value.is_integer()):
        raise BadFigure(f"the {what} {value} is no whole number")
    return int(value)


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((fields[name] for name in names if fields.get(name) is not None), None)


def _short(value: Any) -> str:
    return repr(value)[:60]
