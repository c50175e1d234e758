"""The legacy URLs: operations by name, the error envelope of chart clients, and pages with examples."""

import json
import re
from collections.abc import Callable
from datetime import date

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from apps.charts.models import Edition
from apps.charts.payloads import ARTIST, AT, COUNTS, DAY, ISRC, NAME, CountHistoryPayload, Success
from apps.charts.selectors.charts import entries_of, list_headers
from apps.charts.selectors.play_counts import histories, most_trending
from apps.charts.selectors.tracks import chart_tracks
from apps.counts.models import CountStatus
from core.errors import NotFound
from core.json_codec import Instant, json_bytes

# --- Error envelope ----------------------------------------------------------------------------------


OPERATIONS = (
    "GetAvailableGenres",
    "GetPlaylistMetadata",
    "GetPlaylist",
    "GetPlaylistRanks",
    "GetPlayCounts",
    "GetServiceConfigs",
    "GetIframeConfigs",
    "GenerateIframeUrl",
    "GetRankButtonLabels",
    "GetMiscButtonLabels",
    "GetStaticConfig",
    "GetSimilarTracks",
)


# The legacy URLs also exist without /api. Below /api/health/, live and ready have no envelope.
OLDER = "graph-data|playlist-data|service-playlist|last-updated|header-art"
BY_GRAPHQL = "|".join(["gql", *OPERATIONS])
ENVELOPED = re.compile(
    rf"/(?:api/(?:charts|trending-isrcs|{BY_GRAPHQL}|rooms/.*/chart)|(?:api/)?(?:{OLDER}))(?:/.*)?|/api/health/?",
    re.DOTALL,
)


class EnvelopeMiddleware:
    """Adds the envelope to errors. It runs outside of all middleware and views that may reject a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code >= 400 and ENVELOPED.fullmatch(request.path_info):
            _wrap(response)
        return response


def _wrap(response: HttpResponseBase) -> None:
    is_json = response.headers.get("Content-Type", "").startswith("application/json")
    if not isinstance(response, HttpResponse) or not is_json or not response.content:
        return
    body = json.loads(response.content)
    if isinstance(body, dict) and body.keys() == {"error"}:
        error = body["error"]
        response.content = json_bytes(
            {"status": "error", "message": error["message"], "data": None, "error": error}
        )
        response.headers["Content-Length"] = str(len(response.content))


# --- Pages -------------------------------------------------------------------------------------------


class GraphTrackPayload(msgspec.Struct, frozen=True):
    rank: int
    isrc: str
    name: str
    artist: str
    view_counts: dict[str, CountHistoryPayload]


class HeaderArtPayload(msgspec.Struct, frozen=True):
    name: str
    description: str
    cover_url: str
    url: str


class LastUpdatedPayload(msgspec.Struct, frozen=True):
    genre: str
    date: date
    last_updated: Instant


class TrendingTrackPayload(msgspec.Struct, frozen=True):
    """`change`: over the week until `date`, of the services that are `ok` in `counts` only."""

    isrc: str
    name: str
    artist: str
    change: int
    date: date
    counts: dict[str, CountStatus]


class GraphDataResponse(msgspec.Struct, frozen=True):
    status: Success
    message: str
    data: list[GraphTrackPayload]
    is_sample: bool


class LastUpdatedResponse(msgspec.Struct, frozen=True):
    status: Success
    message: str
    data: LastUpdatedPayload
    is_sample: bool


class HeaderArtResponse(msgspec.Struct, frozen=True):
    status: Success
    message: str
    data: dict[str, HeaderArtPayload]
    is_sample: bool


class TrendingResponse(msgspec.Struct, frozen=True):
    status: Success
    message: str
    data: list[TrendingTrackPayload]
    is_sample: bool


GRAPH_DATA = GraphDataResponse(
    "success",
    "Counts of the pop chart.",
    [GraphTrackPayload(1, ISRC, NAME, ARTIST, COUNTS)],
    is_sample=True,
)
LAST_UPDATED = LastUpdatedResponse(
    "success", "The pop chart's age.", LastUpdatedPayload("pop", DAY, AT), is_sample=True
)
HEADER_ART = HeaderArtResponse(
    "success",
    "Covers of the lists for pop.",
    {"spotify": HeaderArtPayload("Sample: pop", "", "", "https://charts.example/spotify/pop")},
    is_sample=True,
)
TRENDING = TrendingResponse(
    "success",
    "Tracks with the largest growth of plays in a week.",
    [TrendingTrackPayload(ISRC, NAME, ARTIST, 52_500, DAY, {"spotify": "missing", "soundcloud": "ok"})],
    is_sample=True,
)

MAX_TRENDING = 100


def graph_data(edition: Edition) -> list[GraphTrackPayload]:
    entries = entries_of(edition)
    counts = histories([entry.track.isrc for entry in entries])
    return [
        GraphTrackPayload(
            rank=entry.rank,
            isrc=entry.track.isrc,
            name=entry.track.name,
            artist=entry.track.artist,
            view_counts=counts[entry.track.isrc],
        )
        for entry in entries
    ]


def last_updated(edition: Edition) -> LastUpdatedPayload:
    assert edition.published_at is not None  # noqa: S101 - only published editions are found
    return LastUpdatedPayload(edition.genre, edition.issued_on, edition.published_at)


def header_art(genre: str) -> dict[str, HeaderArtPayload]:
    """By service, the header of the list that is shown. Raises NotFound if there is no list."""
    headers = list_headers(genre)
    if not headers:
        raise NotFound(f"There is no list of any service for {genre}.")
    return {
        service: HeaderArtPayload(header.name, header.description, header.cover_url, header.url)
        for service, header in headers.items()
    }


def trending() -> list[TrendingTrackPayload]:
    day, trends = most_trending(MAX_TRENDING)
    tracks = chart_tracks([one.isrc for one in trends])
    return [
        TrendingTrackPayload(
            one.isrc, tracks[one.isrc].name, tracks[one.isrc].artist, one.change, day, dict(one.counts)
        )
        for one in trends
        if day and one.isrc in tracks
    ]
