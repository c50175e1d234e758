"""Charts over HTTP, in the envelope that chart clients know."""

from typing import Any

from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.charts import documentation, pages
from apps.charts.charts import chart_of, edition_on
from apps.charts.payloads import ChartPayload
from apps.charts.serializers import genre_named, ranked_service_named, read_query, track_named
from apps.charts.services import take_into_library
from apps.tracks.payloads import track_payload
from core.endpoints import documented


def success(message: str, data: Any, *, status: int = 200, **headers: str) -> Response:
    return Response({"status": "success", "message": message, "data": data}, status=status, headers=headers)


class ChartViewSet(viewsets.ViewSet):
    """What is popular, on how many services, and since when."""

    @documented(documentation.INDEX)
    def list(self, request: Request) -> Response:
        del request
        return success("What there are charts of.", pages.index())

    @documented(documentation.CHART)
    def chart(self, request: Request, genre: str) -> Response:
        chart = _chart(request, genre)
        return success(f"The {genre} chart of {chart.date}.", chart)

    @documented(documentation.SERVICE_LIST)
    def service_list(self, request: Request, genre: str, service: str) -> Response:
        told = pages.service_list(
            genre_named(genre), ranked_service_named(service), read_query(request)["date"]
        )
        return success(f"The list of {service} for {genre} of {told.date}.", told)

    @documented(documentation.TRACK)
    def track(self, request: Request, isrc: str) -> Response:
        del request
        return success("The track.", pages.track_page(track_named(isrc)))

    @documented(documentation.LIBRARY)
    def library(self, request: Request, isrc: str) -> Response:
        del request
        track, is_new = take_into_library(track=track_named(isrc))
        message = "The track is in the library now." if is_new else "The library has the track."
        return success(
            message, track_payload(track), status=201 if is_new else 200, Location=f"/api/tracks/{track.pk}/"
        )


class OlderViewSet(viewsets.ViewSet):
    """The addresses that chart clients have always known."""

    @documented(documentation.GRAPH_DATA)
    def graph_data(self, request: Request, genre: str) -> Response:
        del request
        return success(f"Counts of the {genre} chart.", pages.graph_data(genre_named(genre)))

    @documented(documentation.PLAYLIST_DATA)
    def playlist_data(self, request: Request, genre: str) -> Response:
        chart = _chart(request, genre)
        return success(f"The {genre} chart of {chart.date}.", chart)

    @documented(documentation.SERVICE_PLAYLIST)
    def service_playlist(self, request: Request, genre: str, service: str) -> Response:
        del request
        told = pages.service_list(genre_named(genre), ranked_service_named(service), None)
        return success(f"The list of {service} for {genre} of {told.date}.", told)

    @documented(documentation.LAST_UPDATED)
    def last_updated(self, request: Request, genre: str) -> Response:
        del request
        return success(f"The {genre} chart's age.", pages.last_updated(genre_named(genre)))

    @documented(documentation.HEADER_ART)
    def header_art(self, request: Request, genre: str) -> Response:
        del request
        return success(f"Covers of the lists for {genre}.", pages.header_art(genre_named(genre)))

    @documented(documentation.TRENDING)
    def trending(self, request: Request) -> Response:
        del request
        return success("What is played more than a week ago.", pages.trending())


def _chart(request: Request, genre: str) -> ChartPayload:
    query = read_query(request)
    edition = edition_on(genre_named(genre), query["date"])
    return chart_of(edition, order=query["sort"], is_newest=query["date"] is None)
