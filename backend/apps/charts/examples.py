"""Examples of what the endpoints of charts return, for the API documents."""

from datetime import UTC, date, datetime

from apps.charts.payloads import (
    ChartAnswer,
    ChartChange,
    ChartCount,
    ChartEntryPayload,
    ChartGenre,
    ChartIndexAnswer,
    ChartIndexPayload,
    ChartMovement,
    ChartPayload,
    ChartPlays,
    ChartService,
    ChartServiceRank,
    ChartSource,
    ChartTrackAnswer,
    ChartTrackPayload,
    CountHistoryPayload,
    CountOnDayPayload,
    EmbedPayload,
    LibraryTrackAnswer,
    ListEntryPayload,
    RankOnDayPayload,
    ServiceLinkPayload,
    ServiceListAnswer,
    ServiceListPayload,
    SimilarTrackPayload,
    SimilarTracksPayload,
)
from apps.tracks.payloads import EXAMPLE_TRACK as LIBRARY_TRACK

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
        ChartSource("spotify", "ok", AT, DAY, is_confirmed=True),
        ChartSource("soundcloud", "failed", AT, DAY_BEFORE, is_confirmed=True),
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
CHART = ChartAnswer("success", "The pop chart of 2025-12-04.", CHART_PAYLOAD, is_sample=True)
IN_LIBRARY = LibraryTrackAnswer("success", "The library has the track.", LIBRARY_TRACK, is_sample=False)
INDEX = ChartIndexAnswer(
    "success",
    "What there are charts of.",
    ChartIndexPayload(
        genres=[ChartGenre("pop", first_date=DAY, date=DAY, is_sample=True)],
        services=[ChartService("spotify", is_ranked=True), ChartService("youtube", is_ranked=False)],
        ranks=["rank", "plays", "trending"],
    ),
    is_sample=True,
)
SERVICE_LIST = ServiceListAnswer(
    "success",
    "The list of spotify for pop of 2025-12-04.",
    ServiceListPayload(
        genre="pop",
        service="spotify",
        date=DAY,
        is_sample=True,
        status="ok",
        is_confirmed=True,
        fetched_at=AT,
        name="Sample: pop",
        description="",
        cover_url="",
        url="https://charts.example/spotify/pop",
        tracks=[ListEntryPayload(1, ISRC, NAME, ARTIST, "", "", URL)],
    ),
    is_sample=True,
)
TRACK = ChartTrackAnswer(
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
