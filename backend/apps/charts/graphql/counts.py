"""What is counted of tracks: plays now and their growth within a week, as numbers and as people read them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import strawberry

from apps.charts.genres import MusicService
from apps.charts.view_counts.deltas import begins_level, is_counted
from apps.charts.view_counts.selectors import DayCount, ServiceCounts, view_data
from apps.charts.view_counts.words import shown_status

WEEK = timedelta(days=7)
UNITS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K"))


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """Of one track at one service; without the newest day or the one a week before no `percentage`."""

    count: int | None = None
    percentage: float | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one track at all services. The total's growth compares only services counted on both days."""

    by_service: Mapping[str, ServiceFigures] = field(default_factory=dict)
    total: int | None = None
    percentage: float | None = None
    kept: Mapping[str, ServiceCounts] = field(default_factory=dict)

    def at(self, service: str) -> ServiceFigures:
        return self.by_service.get(service, NOTHING)


NOTHING = ServiceFigures()


def figures_of(isrcs: Collection[str]) -> dict[str, Figures]:
    """By ISRC, in two queries at most, however many there are."""
    return {isrc: _figures(kept) for isrc, kept in view_data(isrcs).items()}


def _figures(kept: Mapping[str, ServiceCounts]) -> Figures:
    by_service, now, before = {}, 0, 0
    # Every day that is counted has a row of each service, also of one that failed.
    newest = max((day.day for counts in kept.values() for day in counts.history), default=date.min)
    for service, counts in kept.items():
        pair = _week(counts.history, newest)
        if pair:
            now, before = now + pair[0], before + pair[1]
        current = counts.current
        by_service[service] = ServiceFigures(
            count=current.view_count if current else None,
            percentage=growth(*pair) if pair else None,
            updated_at=current.last_updated if current else None,
        )
    known = [one.count for one in by_service.values() if one.count is not None]
    return Figures(by_service, sum(known) if known else None, growth(now, before), kept)


def _week(days: Collection[DayCount], newest: date) -> tuple[int, int] | None:
    """What was counted on the newest day, and a week before; None unless both were, on one level."""
    counted = {
        one.day: one.view_count
        for one in days
        if one.view_count is not None and is_counted(one.view_count, one.flag)
    }
    if newest not in counted:
        return None
    before = counted.get(newest - WEEK)
    is_new_level = any(
        one.day > newest - WEEK and begins_level(one.view_count, one.delta, one.flag) for one in days
    )
    return None if before is None or is_new_level else (counted[newest], before)


def growth(now: int, before: int) -> float | None:
    """In per cent, to two decimals; of nothing there is none."""
    return round((now - before) * 100 / before, 2) if before else None


def abbreviated(count: int | None) -> str | None:
    """1234567 is 1.2M."""
    if count is None:
        return None
    for size, unit in UNITS:
        # What rounds to 1000 of a unit is one of the next.
        if count >= size - size // 2000:
            return f"{count / size:.1f}".removesuffix(".0") + unit
    return str(count)


def formatted(percentage: float | None) -> str | None:
    """2.345 is +2.3%."""
    if percentage is None:
        return None
    return f"{percentage:+.1f}".replace("+0.0", "0").replace("-0.0", "0").removesuffix(".0") + "%"


def as_json(kept: Mapping[str, ServiceCounts]) -> dict[str, Any]:
    """By service: what is counted now, when that was, and the last 30 days, the newest first."""
    return {
        service: {
            "current": counts.current.view_count if counts.current else None,
            "last_updated": counts.current.last_updated.isoformat() if counts.current else None,
            "historical": [
                {
                    "date": day.day.isoformat(),
                    "count": day.view_count,
                    "delta": day.delta,
                    "status": shown_status(day.status, day.flag),
                }
                for day in reversed(counts.history)
            ],
        }
        for service, counts in kept.items()
    }


@strawberry.type(description="What is counted of one track; null is not known.")
class TrackPlayCountType:
    isrc: str
    spotify_current_play_count: float | None
    spotify_weekly_change_percentage: float | None
    spotify_updated_at: datetime | None
    spotify_current_play_count_abbreviated: str | None
    spotify_weekly_change_percentage_formatted: str | None
    apple_music_current_play_count: float | None
    apple_music_weekly_change_percentage: float | None
    apple_music_updated_at: datetime | None
    apple_music_current_play_count_abbreviated: str | None
    apple_music_weekly_change_percentage_formatted: str | None
    youtube_current_play_count: float | None
    youtube_weekly_change_percentage: float | None
    youtube_updated_at: datetime | None
    youtube_current_play_count_abbreviated: str | None
    youtube_weekly_change_percentage_formatted: str | None
    soundcloud_current_play_count: float | None
    soundcloud_weekly_change_percentage: float | None
    soundcloud_updated_at: datetime | None
    soundcloud_current_play_count_abbreviated: str | None
    soundcloud_weekly_change_percentage_formatted: str | None
    total_current_play_count: float | None
    total_weekly_change_percentage: float | None
    total_current_play_count_abbreviated: str | None
    total_weekly_change_percentage_formatted: str | None


def play_counts(isrc: str, figures: Figures) -> TrackPlayCountType:
    values: dict[str, Any] = {}
    for service in MusicService.values:
        told = figures.at(service)
        values |= _columns(service, told.count, told.percentage)
        values[f"{service}_updated_at"] = told.updated_at
    return TrackPlayCountType(isrc=isrc, **values, **_columns("total", figures.total, figures.percentage))


def _columns(of: str, count: int | None, percentage: float | None) -> dict[str, Any]:
    return {
        f"{of}_current_play_count": count,
        f"{of}_weekly_change_percentage": percentage,
        f"{of}_current_play_count_abbreviated": abbreviated(count),
        f"{of}_weekly_change_percentage_formatted": formatted(percentage),
    }
