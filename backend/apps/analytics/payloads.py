"""Payloads of activities and statistics."""

import datetime
from collections.abc import Sequence
from typing import Any

import msgspec

from apps.analytics.models import Activity
from apps.tracks.payloads import TrackPayload
from core.json_codec import Instant


class ActivityPayload(msgspec.Struct, frozen=True):
    """One activity of a user. `track_id` is null if the track was deleted from the library."""

    id: int
    user_id: int
    track_id: int | None
    recommendation_id: int | None
    activity_type: str
    context: dict[str, Any]
    occurred_at: Instant
    received_at: Instant


class CountsByTypePayload(msgspec.Struct, frozen=True):
    play: int = 0
    like: int = 0
    dislike: int = 0
    skip: int = 0
    share: int = 0


class SummaryPayload(msgspec.Struct, frozen=True):
    """Statistics of all users together. `_7d` means today and the six days before, in UTC.

    Guests have no account; active guests have added a track or voted. Votes are those for tracks in queues.
    """

    users: int
    active_users_7d: int
    tracks: int
    recommendations: int
    activities: int
    activities_7d: int
    by_type: CountsByTypePayload
    room_plays: int
    guests: int
    active_guests_7d: int
    queue_items: int
    votes: int
    generated_at: Instant


class NamedTrendPayload(msgspec.Struct, frozen=True):
    """An artist or a genre, with its counts in the requested days, and in as many days before."""

    name: str
    count: int
    previous: int
    change: int


class TrackTrendPayload(msgspec.Struct, frozen=True):
    track: TrackPayload
    count: int
    previous: int
    change: int


class TrendsPayload(msgspec.Struct, frozen=True):
    """The days from `from` to `to`, both included. The most frequent come first."""

    days: int
    first: datetime.date = msgspec.field(name="from")
    last: datetime.date = msgspec.field(name="to")
    artists: Sequence[NamedTrendPayload]
    genres: Sequence[NamedTrendPayload]
    tracks: Sequence[TrackTrendPayload]


class NamedCountPayload(msgspec.Struct, frozen=True):
    name: str
    count: int


class TrackCountPayload(msgspec.Struct, frozen=True):
    track: TrackPayload
    count: int


class DateCountPayload(msgspec.Struct, frozen=True):
    date: datetime.date
    count: int


class EngagementPayload(msgspec.Struct, frozen=True):
    """Statistics of one user. Rates are relative to the number of plays, and null without plays."""

    user_id: int
    activities: int
    activities_7d: int
    by_type: CountsByTypePayload
    like_rate: float | None
    skip_rate: float | None
    top_artists: Sequence[NamedCountPayload]
    top_genres: Sequence[NamedCountPayload]
    top_tracks: Sequence[TrackCountPayload]
    by_day: Sequence[DateCountPayload]
    by_hour: Sequence[int]


def activity_payload(activity: Activity) -> ActivityPayload:
    return ActivityPayload(
        id=activity.pk,
        user_id=activity.user_id,
        track_id=activity.track_id,
        recommendation_id=activity.recommendation_number,
        activity_type=activity.kind,
        context=activity.context,
        occurred_at=activity.occurred_at,
        received_at=activity.received_at,
    )
