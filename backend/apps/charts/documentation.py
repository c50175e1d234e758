"""What the endpoints of charts take and answer."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from apps.charts.charts import Order
from apps.charts.genres import RANKED, Genre
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
    GraphDataAnswer,
    GraphTrackPayload,
    HeaderArtAnswer,
    HeaderArtPayload,
    LastUpdatedAnswer,
    LastUpdatedPayload,
    LibraryTrackAnswer,
    ListEntryPayload,
    RankOnDayPayload,
    ServiceLinkPayload,
    ServiceListAnswer,
    ServiceListPayload,
    SimilarTrackPayload,
    SimilarTracksPayload,
    TrendingAnswer,
    TrendingTrackPayload,
)
from apps.tracks.documentation import TRACK as LIBRARY_TRACK
from core.endpoints import LOCATION, Answer, Endpoint, Parameter, Refusal
from core.errors import Conflict, InvalidInput, NotFound

TAG = "charts"
DAY, DAY_BEFORE = date(2025, 12, 4), date(2025, 12, 3)
AT = datetime(2025, 12, 4, 2, 31, tzinfo=UTC)
ISRC, NAME, ARTIST = "ZZTUT2500001", "Paper Lantern Summer", "Vera Lindholt"
URL = "https://charts.example/spotify/track/ZZTUT2500001"

GENRE = Parameter("genre", "path", {"type": "string", "enum": Genre.values}, "The genre.", is_required=True)
SERVICE = Parameter(
    "service",
    "path",
    {"type": "string", "enum": [one.value for one in RANKED]},
    "A service that has lists.",
    is_required=True,
)
ISRC_PARAMETER = Parameter(
    "isrc",
    "path",
    {"type": "string", "pattern": "^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$"},
    "The recording's code.",
    is_required=True,
)
DATE = Parameter(
    "date",
    "query",
    {"type": "string", "format": "date"},
    "A day that is past, or today: what was out then. Without it the newest.",
)
SORT = Parameter(
    "sort",
    "query",
    {"type": "string", "enum": [one.value for one in Order]},
    "By rank, which is usual; by plays; or by how much more it is played than a week ago.",
)
NO_CHART = Refusal(NotFound, "There is no such genre, no such service, or nothing of it that early.")
NO_TRACK = Refusal(NotFound, "No chart has had a track of this ISRC.")
BAD_QUERY = Refusal(
    InvalidInput,
    "The day lies ahead or is none, or the order is none.",
    {"date": ["Must not be in the future."]},
)
CHART_PAYLOAD = ChartPayload(
    genre="pop",
    date=DAY,
    compared_with=DAY_BEFORE,
    is_sample=True,
    sources=[ChartSource("spotify", "ok", AT, DAY), ChartSource("soundcloud", "failed", AT, DAY_BEFORE)],
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


def _endpoint(name: str, summary: str, answer: Any, **told: Any) -> Endpoint:
    return Endpoint(
        tag=TAG,
        name=name,
        summary=summary,
        answers=(Answer(200, f"{summary}.", type(answer), answer),),
        is_enveloped=True,
        **told,
    )


INDEX = _endpoint(
    "list",
    "What there are charts of",
    ChartIndexAnswer(
        "success",
        "What there are charts of.",
        ChartIndexPayload(
            genres=[ChartGenre("pop", first_date=DAY, date=DAY, is_sample=True)],
            services=[ChartService("spotify", is_ranked=True), ChartService("youtube", is_ranked=False)],
            ranks=["rank", "plays", "trending"],
        ),
        is_sample=True,
    ),
)
CHART = _endpoint(
    "chart",
    "The chart of a genre",
    ChartAnswer("success", "The pop chart of 2025-12-04.", CHART_PAYLOAD, is_sample=True),
    description=(
        "Tracks that two services or more have on their lists. On three, a track has the sum of its places "
        "as points, on two 1000 more; the fewest points come first, of equals the best single place, then "
        "the ISRC. `movement` is since the last edition before that had tracks, `peak` and `days_on_chart` "
        "are of all editions until then. A source that was not `ok` that day is represented by its last good "
        "list, for up to 7 days; `fetched_at` says of when that is. A day without a plausible list has no "
        "chart. `plays` are the last plausible figures until the chart's day, no older than 7 days. `counts` "
        "says the day of each, and what became of it on the chart's day: `ok`; `anomaly`, it fell or jumped "
        "far beyond what is usual; `stale`, the service repeats older figures; `failed`; `missing`. `change` "
        "adds up the services that are `ok` both on the chart's day and so many days before."
    ),
    parameters=(GENRE, SORT, DATE),
    refusals=(NO_CHART, BAD_QUERY),
)
SERVICE_LIST = _endpoint(
    "service_list",
    "A service's own list, as it was taken",
    ServiceListAnswer(
        "success",
        "The list of spotify for pop of 2025-12-04.",
        ServiceListPayload(
            genre="pop",
            service="spotify",
            date=DAY,
            is_sample=True,
            status="ok",
            fetched_at=AT,
            name="Sample: pop",
            description="",
            cover_url="",
            url="https://charts.example/spotify/pop",
            tracks=[ListEntryPayload(1, ISRC, NAME, ARTIST, "", "", URL)],
        ),
        is_sample=True,
    ),
    parameters=(GENRE, SERVICE, DATE),
    refusals=(NO_CHART, BAD_QUERY),
)
TRACK = _endpoint(
    "track",
    "One track: where it is and was, how often it is played",
    ChartTrackAnswer(
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
            ranks=[
                RankOnDayPayload("pop", DAY, 1, {"spotify": 2, "soundcloud": 1}, {"soundcloud": DAY_BEFORE})
            ],
            chart_days={"pop": [DAY]},
            counts=COUNTS,
            similar=SimilarTracksPayload(
                "ok", [SimilarTrackPayload("ZZTUT2500002", "Second Window Left", "The Tuesday Post", 0.9731)]
            ),
        ),
        is_sample=True,
    ),
    description=(
        "A service's `embed` is its own player, in a frame; null where there is none for this track, or "
        "where `EMBED_HOSTS` of the server does not name its host."
    ),
    parameters=(ISRC_PARAMETER,),
    refusals=(NO_TRACK,),
)
IN_LIBRARY = LibraryTrackAnswer("success", "The library has the track.", LIBRARY_TRACK, is_sample=True)
LIBRARY = replace(
    _endpoint(
        "library",
        "Take the track into the library, so that it can be queued",
        IN_LIBRARY,
        parameters=(ISRC_PARAMETER,),
        refusals=(
            NO_TRACK,
            Refusal(Conflict, "Another track has got the ISRC meanwhile.", {"isrc": ISRC, "track_id": 7}),
        ),
    ),
    answers=(
        Answer(201, "The track is in the library now.", LibraryTrackAnswer, IN_LIBRARY, LOCATION),
        Answer(200, "The library had it already.", LibraryTrackAnswer, IN_LIBRARY, LOCATION),
    ),
)
GRAPH_DATA = _endpoint(
    "read",
    "Counts of the tracks of a chart, day by day",
    GraphDataAnswer(
        "success",
        "Counts of the pop chart.",
        [GraphTrackPayload(1, ISRC, NAME, ARTIST, COUNTS)],
        is_sample=True,
    ),
    parameters=(GENRE,),
    refusals=(NO_CHART,),
)
PLAYLIST_DATA = replace(CHART, name="read", description="As `/api/charts/{genre}/`.")
SERVICE_PLAYLIST = replace(
    SERVICE_LIST,
    name="read",
    parameters=(GENRE, SERVICE),
    refusals=(NO_CHART,),
    description="As `/api/charts/{genre}/{service}/`.",
)
LAST_UPDATED = _endpoint(
    "read",
    "When a chart was published last",
    LastUpdatedAnswer("success", "The pop chart's age.", LastUpdatedPayload("pop", DAY, AT), is_sample=True),
    parameters=(GENRE,),
    refusals=(NO_CHART,),
)
HEADER_ART = _endpoint(
    "read",
    "Covers and names of the services' lists",
    HeaderArtAnswer(
        "success",
        "Covers of the lists for pop.",
        {"spotify": HeaderArtPayload("Sample: pop", "", "", "https://charts.example/spotify/pop")},
        is_sample=True,
    ),
    parameters=(GENRE,),
    refusals=(NO_CHART,),
)
TRENDING = _endpoint(
    "read",
    "What is played more than a week ago, the most first",
    TrendingAnswer(
        "success",
        "What is played more than a week ago.",
        [TrendingTrackPayload(ISRC, NAME, ARTIST, 52_500, DAY, {"spotify": "missing", "soundcloud": "ok"})],
        is_sample=True,
    ),
    description=(
        "At most 100 tracks. The week ends with `date`, the newest day that was counted; a service's figures "
        "count where they are `ok` on both days."
    ),
)
