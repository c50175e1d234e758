"""What chart clients get: every answer in the envelope that they know."""

from datetime import date
from typing import Literal

import msgspec

from apps.counts.models import CountStatus
from apps.tracks.payloads import TrackPayload
from core.json_codec import Instant

Kind = Literal["new", "up", "down", "same", "re-entry"]
# Where a field is called `date`.
Day = date
# The names of ChartChange.
Span = Literal["1d", "7d", "30d"]
Success = Literal["success"]


class ChartSource(msgspec.Struct, frozen=True):
    """What a service gave: `ok`; or `failed`, `quarantined`, `stale`, `missing` and an older list, if any.

    `date` is the day of the list that the chart uses; `is_confirmed` is false of a list that continues none
    before it, or has many lines that no other list has. Both are null without a list.
    """

    service: str
    status: str
    fetched_at: Instant | None
    date: date | None
    is_confirmed: bool | None


class ChartServiceRank(msgspec.Struct, frozen=True):
    rank: int
    url: str


class ChartMovement(msgspec.Struct, frozen=True):
    kind: Kind
    by: int


class ChartPlays(msgspec.Struct, frozen=True):
    """What was counted; null is not known."""

    total: int | None = None
    spotify: int | None = None
    apple_music: int | None = None
    soundcloud: int | None = None
    youtube: int | None = None


class ChartCount(msgspec.Struct, frozen=True):
    """`status` is that of the chart's day; `date` is the day of the figure in `plays`, null without one.

    `in_change` names the changes that include this service.
    """

    status: CountStatus
    date: date | None
    in_change: list[Span]


class ChartChange(msgspec.Struct, frozen=True):
    """How many plays more than so many days before; null unless that day and the chart's were counted."""

    day: int | None = msgspec.field(name="1d", default=None)
    week: int | None = msgspec.field(name="7d", default=None)
    month: int | None = msgspec.field(name="30d", default=None)


class ChartEntryPayload(msgspec.Struct, frozen=True):
    rank: int
    isrc: str
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


class ChartPayload(msgspec.Struct, frozen=True):
    """One genre's chart of one day. `is_sample`: it is invented, until a real one is gathered.

    `compared_with` is the day of the chart before, which movements are against; null for the first.
    """

    genre: str
    date: date
    compared_with: Day | None
    is_sample: bool
    sources: list[ChartSource]
    tracks: list[ChartEntryPayload]


class ListEntryPayload(msgspec.Struct, frozen=True):
    """`isrc` is null where the recording could not be identified."""

    rank: int
    isrc: str | None
    name: str
    artist: str
    album: str
    cover_url: str
    url: str


class ServiceListPayload(msgspec.Struct, frozen=True):
    """A service's own list. `status` is that of the last attempt; the list is the last good one.

    `is_confirmed` as in ChartSource.
    """

    genre: str
    service: str
    date: date
    is_sample: bool
    status: str
    is_confirmed: bool
    fetched_at: Instant | None
    name: str
    description: str
    cover_url: str
    url: str
    tracks: list[ListEntryPayload]


class EmbedPayload(msgspec.Struct, frozen=True):
    """A frame with the service's own player, as the service wants it. `height` is in pixels."""

    url: str
    allow: str
    height: int
    referrer_policy: str | None


class ServiceLinkPayload(msgspec.Struct, frozen=True):
    """`embed` is null where its player may not be shown: the operator allows hosts."""

    url: str
    service_track_id: str
    embed: EmbedPayload | None


class RankOnDayPayload(msgspec.Struct, frozen=True):
    """`older_lists`: of each service whose list of that day could not be used, the day of the one before."""

    genre: str
    date: date
    rank: int
    services: dict[str, int]
    older_lists: dict[str, Day]


class CountOnDayPayload(msgspec.Struct, frozen=True, gc=False):
    """`anomaly`: it fell, or jumped far beyond what is usual; `stale`: an older figure is repeated."""

    date: date
    count: int | None
    delta: int | None
    status: CountStatus


class CountHistoryPayload(msgspec.Struct, frozen=True):
    current: int | None
    last_updated: Instant | None
    historical: list[CountOnDayPayload]


class SimilarTrackPayload(msgspec.Struct, frozen=True):
    isrc: str
    name: str
    artist: str
    similarity: float


class SimilarTracksPayload(msgspec.Struct, frozen=True):
    """`missing`: the track's audio features are not known, so nothing can be compared."""

    status: Literal["ok", "missing"]
    tracks: list[SimilarTrackPayload]


class ChartTrackPayload(msgspec.Struct, frozen=True):
    """`chart_days`: by genre, each day of a chart since the track was first on it."""

    isrc: str
    name: str
    artist: str
    album: str
    cover_url: str
    is_sample: bool
    services: dict[str, ServiceLinkPayload]
    ranks: list[RankOnDayPayload]
    chart_days: dict[str, list[date]]
    counts: dict[str, CountHistoryPayload]
    similar: SimilarTracksPayload


class ChartGenre(msgspec.Struct, frozen=True):
    """`date` is that of its newest chart, `first_date` that of its oldest; null before there is any."""

    name: str
    first_date: date | None
    date: date | None
    is_sample: bool | None


class ChartService(msgspec.Struct, frozen=True):
    """`is_ranked`: it has lists; else it is only counted and linked to."""

    name: str
    is_ranked: bool


class ChartIndexPayload(msgspec.Struct, frozen=True):
    genres: list[ChartGenre]
    services: list[ChartService]
    ranks: list[str]


# --- In the envelope ---------------------------------------------------------------------------------


class ChartIndexAnswer(msgspec.Struct, frozen=True):
    status: Success
    message: str
    data: ChartIndexPayload
    is_sample: bool


class ChartAnswer(msgspec.Struct, frozen=True):
    status: Success
    message: str
    data: ChartPayload
    is_sample: bool


class ServiceListAnswer(msgspec.Struct, frozen=True):
    status: Success
    message: str
    data: ServiceListPayload
    is_sample: bool


class ChartTrackAnswer(msgspec.Struct, frozen=True):
    status: Success
    message: str
    data: ChartTrackPayload
    is_sample: bool


class LibraryTrackAnswer(msgspec.Struct, frozen=True):
    status: Success
    message: str
    data: TrackPayload
    is_sample: bool
