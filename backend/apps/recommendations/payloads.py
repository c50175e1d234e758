"""Payloads of recommendations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from apps.recommendations.models import Recommendation, RecommendationList
from apps.tracks.payloads import formatted_duration, track_payload
from core.json_codec import Instant

SourceWord = Literal["cache", "database", "computed"]


class ReasonPayload(msgspec.Struct, frozen=True):
    """`kind` is for programs, `text` for users; `track_id` is the track that the text mentions, if any."""

    kind: str
    text: str
    track_id: int | None


class RecommendedTrackPayload(msgspec.Struct, frozen=True):
    """A track of the library, or an external track, whose `id` is null until it is added to the library."""

    id: int | None
    title: str
    artist: str
    album: str
    duration_seconds: int | None
    duration_formatted: str | None
    genre: str
    cover_url: str | None
    isrc: str | None
    created_at: Instant | None
    has_audio: bool
    explicit: bool | None


class RecommendationPayload(msgspec.Struct, frozen=True):
    """Activities refer to `id` as `recommendation_id`."""

    id: int
    rank: int
    score: float
    track: RecommendedTrackPayload
    provider: str
    reasons: Sequence[ReasonPayload]
    preview_url: str | None
    external_url: str | None


class RecommendationsPayload(msgspec.Struct, frozen=True, kw_only=True):
    """`stale`: outdated, and being recomputed. `missing_sources` did not respond when it was computed."""

    source: SourceWord
    generated_at: Instant
    stale: bool
    missing_sources: Sequence[str]
    count: int
    recommendations: Sequence[RecommendationPayload]


class PersonRecommendationsPayload(RecommendationsPayload, frozen=True, kw_only=True):
    user_id: int


class RoomRecommendationsPayload(RecommendationsPayload, frozen=True, kw_only=True):
    room: str


@dataclass(frozen=True, slots=True)
class StoredListPayload:
    """A complete stored list; each response contains a part of it."""

    generated_at: datetime
    usual_count: int
    missing_sources: tuple[str, ...]
    recommendations: tuple[RecommendationPayload, ...]


def stored_list_payload(kept: RecommendationList, rows: Iterable[Recommendation]) -> StoredListPayload:
    """Of rows with their tracks, in order."""
    return StoredListPayload(
        kept.generated_at, kept.usual_count, tuple(kept.missing_sources), tuple(map(_recommendation, rows))
    )


def _recommendation(row: Recommendation) -> RecommendationPayload:
    outside: dict[str, Any] = row.outside or {}
    return RecommendationPayload(
        id=row.pk,
        rank=row.rank or 0,
        score=row.score,
        track=_track(row),
        provider=row.provider,
        reasons=tuple(ReasonPayload(**reason) for reason in row.reasons),
        preview_url=outside.get("preview_url"),
        external_url=outside.get("external_url"),
    )


def _track(row: Recommendation) -> RecommendedTrackPayload:
    if row.track is not None:
        return RecommendedTrackPayload(**msgspec.structs.asdict(track_payload(row.track)))
    outside: dict[str, Any] = row.outside or {}
    return RecommendedTrackPayload(
        id=None,
        title=outside["title"],
        artist=outside["artist"],
        album=outside["album"],
        duration_seconds=outside["duration_seconds"],
        duration_formatted=formatted_duration(outside["duration_seconds"]),
        genre="",
        cover_url=outside["cover_url"],
        isrc=outside["isrc"],
        created_at=None,
        has_audio=False,
        explicit=None,
    )
