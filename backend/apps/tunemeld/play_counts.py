"""Play counts of tracks as GraphQL shows them: as numbers, as text for people and as JSON by service."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry
from msgspec import to_builtins

from apps.charts.genres import MusicService
from apps.charts.payloads import CountHistoryPayload
from apps.charts.selectors.play_counts import TrackCounts

UNITS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K"))


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


def as_json(histories: Mapping[str, CountHistoryPayload]) -> dict[str, Any]:
    """By service: the current count, when it was counted, and the last 30 days, the newest first."""
    return {
        service: {
            "current": history.current,
            "last_updated": history.last_updated.isoformat() if history.last_updated else None,
            "historical": to_builtins(history.historical[::-1]),
        }
        for service, history in histories.items()
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


def play_counts(isrc: str, counts: TrackCounts) -> TrackPlayCountType:
    values = _columns("total", counts.total, counts.total_growth)
    for service in MusicService.values:
        current = counts.current(service)
        values |= _columns(service, current.view_count if current else None, counts.growth.get(service))
        values[f"{service}_updated_at"] = current.last_updated if current else None
    return TrackPlayCountType(isrc=isrc, **values)


def _columns(of: str, count: int | None, percentage: float | None) -> dict[str, Any]:
    return {
        f"{of}_current_play_count": count,
        f"{of}_weekly_change_percentage": percentage,
        f"{of}_current_play_count_abbreviated": abbreviated(count),
        f"{of}_weekly_change_percentage_formatted": formatted(percentage),
    }
