"""A room's chart as clients get it: in the shape of a genre's, and with what only a room knows."""

from datetime import date

import msgspec

from apps.charts.payloads import (
    ChartChange,
    ChartCount,
    ChartMovement,
    ChartPlays,
    ChartServiceRank,
    ChartSource,
    Day,
    Success,
)


class RoomChartEntryPayload(msgspec.Struct, frozen=True):
    """`plays.total` are plays in the room that week; `votes` those of its items when they were last played.

    `track_id` is null when the library no longer has the track.
    """

    rank: int
    isrc: str | None
    name: str
    artist: str
    album: str
    cover_url: str
    services: dict[str, ChartServiceRank]
    plays: ChartPlays
    counts: dict[str, ChartCount]
    change: ChartChange
    days_on_chart: int
    peak: int
    movement: ChartMovement
    track_id: int | None
    votes: int


class RoomChartPayload(msgspec.Struct, frozen=True):
    """One room's chart of one week. `date` is its last day, `compared_with` that of the week before."""

    genre: str
    date: date
    compared_with: Day
    is_sample: bool
    sources: list[ChartSource]
    tracks: list[RoomChartEntryPayload]
    room: str
    week: str


class RoomChartAnswer(msgspec.Struct, frozen=True):
    status: Success
    message: str
    data: RoomChartPayload
    is_sample: bool
