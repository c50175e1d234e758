"""Payloads of chart responses, and their examples for the API documents."""

from datetime import UTC, date, datetime
from typing import Literal

import msgspec

from apps.counts.models import CountStatus
from apps.tracks.payloads import EXAMPLE_TRACK as LIBRARY_TRACK
from apps.tracks.payloads import TrackPayload
from core.json_codec import Instant

Kind = Literal["new", "up", "down", "same", "re-entry"]
# Where a field is called `date`.
Day = date
# The names of ChartChange.
Span = Literal["1d", "7d", "30d"]
Success = Literal["success"]


class ChartSource(msgspec.Struct, frozen=True):
    """The status of a service's list: `ok`, `failed`, `quarantined`, `stale` or `missing`.

    Unless it is `ok`, the chart uses an older list, if there is one; `date` is the day of the list that is
    used. `is_confirmed` is false for a list without a predecessor, or with many lines that no other list has.
    `unreadable` is the number of its lines that could not be read. All three are null without a list.
    """

    service: str
    status: str
    fetched_at: Instant | None
    date: date | None
    is_confirmed: bool | None
    unreadable: int | None


class ChartServiceRank(msgspec.Struct, frozen=True):
    rank: int
    url: str


class ChartMovement(msgspec.Struct, frozen=True):
    kind: Kind
    by: int


class ChartPlays(msgspec.Struct, frozen=True):
    """Play counts; null if unknown."""

    total: int | None = None
    spotify: int | None = None
    apple_music: int | None = None
    soundcloud: int | None = None
    youtube: int | None = None


class ChartCount(msgspec.Struct, frozen=True):
    """`status` is that on the chart's day; `date` is the day of the count in `plays`, null without one.

    `in_change` lists the changes that include this service.
    """

    status: CountStatus
    date: date | None
    in_change: list[Span]


class ChartChange(msgspec.Struct, frozen=True):
    """The growth of plays over 1, 7 and 30 days; null unless the first and the last day were counted."""

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
    """One genre's chart of one day. `is_sample`: an invented chart, until a real one exists.

    `compared_with` is the day of the previous chart, with which movements compare; null for the first.
    """

    genre: str
    date: date
    compared_with: Day | None
    is_sample: bool
    sources: list[ChartSource]
    tracks: list[ChartEntryPayload]


class ListEntryPayload(msgspec.Struct, frozen=True):
    """`isrc` is null if the recording could not be identified."""

    rank: int
    isrc: str | None
    name: str
    artist: str
    album: str
    cover_url: str
    url: str


class ServiceListPayload(msgspec.Struct, frozen=True):
    """A service's own list. `status` is that of the last attempt; the list is the last good one.

    `is_confirmed` and `unreadable` as in ChartSource.
    """

    genre: str
    service: str
    date: date
    is_sample: bool
    status: str
    is_confirmed: bool
    unreadable: int
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
    """`older_lists`: for each service without a usable list of that day, the day of the previous one."""

    genre: str
    date: date
    rank: int
    services: dict[str, int]
    older_lists: dict[str, Day]


class CountOnDayPayload(msgspec.Struct, frozen=True, gc=False):
    """`anomaly`: it fell, or jumped far beyond the usual growth; `stale`: an older count is repeated."""

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


class ChartIndexResponse(msgspec.Struct, frozen=True):
    status: Success
    message: str
    data: ChartIndexPayload
    is_sample: bool


class ChartResponse(msgspec.Struct, frozen=True):
    status: Success
    message: str
    data: ChartPayload
    is_sample: bool


class ServiceListResponse(msgspec.Struct, frozen=True):
    status: Success
    message: str
    data: ServiceListPayload
    is_sample: bool


class ChartTrackResponse(msgspec.Struct, frozen=True):
    status: Success
    message: str
    data: ChartTrackPayload
    is_sample: bool


class LibraryTrackResponse(msgspec.Struct, frozen=True):
    status: Success
    message: str
    data: TrackPayload
    is_sample: bool


DAY, DAY_BEFORE = date(2025, 12, 4), date(2025, 12, 3)
AT = datetime(2025, 12, 4, 2, 31, tzinfo=UTC)
ISRC, NAME, ARTIST = "ZZTUT2500001", "Paper Lantern Summer", "Vera Lindholt"
URL = "https://charts.example/spotify/track/ZZTUT2500001"

CHART_PAYLOAD = ChartPayload(
    genre="pop",
    date=DAY,
    compared_with=DAY_BEFORE,
    is_sample=True,
    sources=[
        ChartSource("spotify", "ok", AT, DAY, is_confirmed=True, unreadable=0),
        ChartSource("soundcloud", "failed", AT, DAY_BEFORE, is_confirmed=True, unreadable=2),
    ],
    tracks=[
        ChartEntryPayload(
            rank=1,
            isrc=ISRC,
            name=NAME,
            artist=ARTIST,
            album="",
            cover_url="",
            services={"spotify": ChartServiceRank(2, URL), "soundcloud": ChartServiceRank(1, URL)},
            plays=ChartPlays(total=127_500, soundcloud=127_500),
            counts={"soundcloud": ChartCount("ok", DAY, ["1d"]), "youtube": ChartCount("failed", None, [])},
            change=ChartChange(7500, None, None),
            days_on_chart=4,
            peak=1,
            movement=ChartMovement("up", 2),
        )
    ],
)
COUNTS = {
    "soundcloud": CountHistoryPayload(127_500, AT, [CountOnDayPayload(DAY, 127_500, 7500, "ok")]),
}
CHART = ChartResponse("success", "The pop chart of 2025-12-04.", CHART_PAYLOAD, is_sample=True)
IN_LIBRARY = LibraryTrackResponse("success", "The library has the track.", LIBRARY_TRACK, is_sample=False)
INDEX = ChartIndexResponse(
    "success",
    "What there are charts of.",
    ChartIndexPayload(
        genres=[ChartGenre("pop", first_date=DAY, date=DAY, is_sample=True)],
        services=[ChartService("spotify", is_ranked=True), ChartService("youtube", is_ranked=False)],
        ranks=["rank", "plays", "trending"],
    ),
    is_sample=True,
)
SERVICE_LIST = ServiceListResponse(
    "success",
    "The list of spotify for pop of 2025-12-04.",
    ServiceListPayload(
        genre="pop",
        service="spotify",
        date=DAY,
        is_sample=True,
        status="ok",
        is_confirmed=True,
        unreadable=0,
        fetched_at=AT,
        name="Sample: pop",
        description="",
        cover_url="",
        url="https://charts.example/spotify/pop",
        tracks=[ListEntryPayload(1, ISRC, NAME, ARTIST, "", "", URL)],
    ),
    is_sample=True,
)
TRACK = ChartTrackResponse(
    "success",
    "The track.",
    ChartTrackPayload(
        isrc=ISRC,
        name=NAME,
        artist=ARTIST,
        album="",
        cover_url="",
        is_sample=True,
        services={
            "spotify": ServiceLinkPayload(URL, "sampleZZTUT2500001", None),
            "youtube": ServiceLinkPayload(
                "https://www.youtube.com/watch?v=aaaaaaaaaaa",
                "aaaaaaaaaaa",
                EmbedPayload(
                    "https://www.youtube-nocookie.com/embed/aaaaaaaaaaa?autoplay=1",
                    "autoplay; encrypted-media; picture-in-picture",
                    315,
                    "strict-origin-when-cross-origin",
                ),
            ),
        },
        ranks=[RankOnDayPayload("pop", DAY, 1, {"spotify": 2, "soundcloud": 1}, {"soundcloud": DAY_BEFORE})],
        chart_days={"pop": [DAY]},
        counts=COUNTS,
        similar=SimilarTracksPayload(
            "ok", [SimilarTrackPayload("ZZTUT2500002", "Second Window Left", "The Tuesday Post", 0.9731)]
        ),
    ),
    is_sample=True,
)
