"""Charts over HTTP, in the envelope that chart clients know."""

from typing import Any

from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.charts import documentation, pages
from apps.charts.charts import chart_of, edition_on
from apps.charts.payloads import ChartPayload
from apps.charts.selectors import is_made_of_samples
from apps.charts.serializers import genre_named, ranked_service_named, read_query, track_named
from apps.charts.services import take_into_library
from apps.tracks.payloads import track_payload
from core.endpoints import documented


def success(message: str, data: Any, *, is_sample: bool, status: int = 200, **headers: str) -> Response:
    body = {"status": "success", "message": message, "is_sample": is_sample, "data": data}
    return Response(body, status=status, headers=headers)


class ChartViewSet(viewsets.ViewSet):
    """What is popular, on how many services, and since when."""

    @documented(documentation.INDEX)
    def list(self, request: Request) -> Response:
        del request
        return success("What there are charts of.", pages.index(), is_sample=is_made_of_samples())

    @documented(documentation.CHART)
    def chart(self, request: Request, genre: str) -> Response:
        chart = _chart(request, genre)
        return success(f"The {genre} chart of {chart.date}.", chart, is_sample=chart.is_sample)

    @documented(documentation.SERVICE_LIST)
    def service_list(self, request: Request, genre: str, service: str) -> Response:
        told = pages.service_list(
            genre_named(genre), ranked_service_named(service), read_query(request)["date"]
        )
        return success(f"The list of {service} for {genre} of {told.date}.", told, is_sample=told.is_sample)

    @documented(documentation.TRACK)
    def track(self, request: Request, isrc: str) -> Response:
        del request
        track = track_named(isrc)
        return success("The track.", pages.track_page(track), is_sample=track.is_sample)

    @documented(documentation.LIBRARY)
    def library(self, request: Request, isrc: str) -> Response:
        del request
        chart_track = track_named(isrc)
        track, is_new = take_into_library(track=chart_track)
        return success(
            "The track is in the library now." if is_new else "The library has the track.",
            track_payload(track),
            is_sample=chart_track.is_sample,
            status=201 if is_new else 200,
            Location=f"/api/tracks/{track.pk}/",
        )


class OlderViewSet(viewsets.ViewSet):
    """The addresses that chart clients have always known."""

    @documented(documentation.GRAPH_DATA)
    def graph_data(self, request: Request, genre: str) -> Response:
        del request
        edition = edition_on(genre_named(genre), None)
        counts = pages.graph_data(edition)
        return success(f"Counts of the {genre} chart.", counts, is_sample=edition.is_sample)

    @documented(documentation.PLAYLIST_DATA)
    def playlist_data(self, request: Request, genre: str) -> Response:
        chart = _chart(request, genre)
        return success(f"The {genre} chart of {chart.date}.", chart, is_sample=chart.is_sample)

    @documented(documentation.SERVICE_PLAYLIST)
    def service_playlist(self, request: Request, genre: str, service: str) -> Response:
        del request
        told = pages.service_list(genre_named(genre), ranked_service_named(service), None)
        return success(f"The list of {service} for {genre} of {told.date}.", told, is_sample=told.is_sample)

    @documented(documentation.LAST_UPDATED)
    def last_updated(self, request: Request, genre: str) -> Response:
        del request
        edition = edition_on(genre_named(genre), None)
        age = pages.last_updated(edition)
        return success(f"The {genre} chart's age.", age, is_sample=edition.is_sample)

    @documented(documentation.HEADER_ART)
    def header_art(self, request: Request, genre: str) -> Response:
        del request
        art = pages.header_art(genre_named(genre))
        return success(f"Covers of the lists for {genre}.", art, is_sample=is_made_of_samples())

    @documented(documentation.TRENDING)
    def trending(self, request: Request) -> Response:
        del request
        tracks = pages.trending()
        return success("What is played more than a week ago.", tracks, is_sample=is_made_of_samples())


def _chart(request: Request, genre: str) -> ChartPayload:
    query = read_query(request)
    edition = edition_on(genre_named(genre), query["date"])
    return chart_of(edition, order=query["sort"], is_newest=query["date"] is None)
