"""Charts of genres and of rooms over HTTP, in the envelope of chart clients."""

from datetime import date
from typing import Any

from django.utils import timezone
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.charts import payloads
from apps.charts.payloads import ChartChange, ChartMovement, ChartPlays
from apps.charts.room_charts import (
    MAX_PLAYS,
    PLACES,
    WEEKS_LOOKED_AT,
    RoomChartEntryPayload,
    RoomChartPayload,
    RoomChartResponse,
    Week,
    room_chart,
)
from apps.charts.selectors.charts import (
    Order,
    chart_of,
    edition_on,
    index,
    is_made_of_samples,
    service_list,
    stored_charts,
)
from apps.charts.selectors.tracks import chart_track, track_page
from apps.charts.serializers import genre_named, ranked_service_named, read_query
from apps.charts.services import add_to_library
from apps.tracks.payloads import track_payload
from core.endpoints import LOCATION, Parameter, ResponseSpec, endpoint
from core.errors import InvalidInput, invalid, raises

DATE = Parameter(
    "date",
    "query",
    {"type": "string", "format": "date"},
    "Today or a past day: the newest chart or list on that day. Default: the newest of all.",
)
SORT = Parameter(
    "sort",
    "query",
    {"type": "string", "enum": [one.value for one in Order]},
    "The order: by rank (default), by plays, or by the growth of plays within a week.",
)


def success(message: str, data: Any, *, is_sample: bool, status: int = 200, **headers: str) -> Response:
    body = {"status": "success", "message": message, "is_sample": is_sample, "data": data}
    return Response(body, status=status, headers=headers)


class ChartViewSet(viewsets.ViewSet):
    """Charts of genres, services' lists, and their tracks."""

    tag = "charts"

    @endpoint(ResponseSpec(200, example=payloads.INDEX), is_enveloped=True)
    def list(self, request: Request) -> Response:
        """The genres, services and orders of charts."""
        del request
        return success("The genres, services and orders of charts.", index(), is_sample=is_made_of_samples())

    @endpoint(
        ResponseSpec(200, example=payloads.CHART),
        parameters=[SORT, DATE],
        errors=[genre_named, read_query],
        is_enveloped=True,
    )
    def chart(self, request: Request, genre: str) -> Response:
        """The chart of a genre.

        The chart has the tracks that are on the lists of at least two services. The points of a track are the
        sum of its ranks on three lists, or that sum plus 1000 on two. The chart is ordered by points, lowest
        first, then by the best single rank, then by ISRC. `movement` compares with the last edition that had
        tracks; `peak` and `days_on_chart` cover all editions up to this one.

        If a source was not `ok` on that day, its last good list is used, for up to 7 days; `fetched_at` is
        the time of that list. A day without a plausible list has no chart.

        `plays` are the last plausible counts up to the chart's day, at most 7 days old. `counts` has the day
        of each count, and its status on the chart's day: `ok`; `anomaly`, if it fell, or jumped far beyond
        the usual growth; `stale`, if the service repeats older counts; `failed`; `missing`. `change` is
        summed over the services that are `ok` on the first and the last day of the period.
        """
        return chart_response(request, genre)

    @endpoint(
        ResponseSpec(200, example=payloads.SERVICE_LIST),
        parameters=[DATE],
        errors=[genre_named, read_query],
        is_enveloped=True,
    )
    def service_list(self, request: Request, genre: str, service: str) -> Response:
        """A service's own list, as it was fetched."""
        listed = service_list(genre_named(genre), ranked_service_named(service), read_query(request)["date"])
        return success(
            f"The list of {service} for {genre} of {listed.date}.", listed, is_sample=listed.is_sample
        )

    @endpoint(ResponseSpec(200, example=payloads.TRACK), errors=[chart_track], is_enveloped=True)
    def track(self, request: Request, isrc: str) -> Response:
        """A track: its ranks, its play counts, its URLs at services, and similar tracks.

        `embed` of a service is the service's own player for a frame. It is null if the service has none for
        this track, or if the server's `EMBED_HOSTS` does not contain its host.
        """
        del request
        track = chart_track(isrc)
        return success("The track.", track_page(track), is_sample=track.is_sample)

    @endpoint(
        ResponseSpec(201, "The track is in the library now.", payloads.IN_LIBRARY, LOCATION),
        ResponseSpec(200, "The library had it already.", payloads.IN_LIBRARY, LOCATION),
        errors=[chart_track, add_to_library],
        is_enveloped=True,
    )
    def library(self, request: Request, isrc: str) -> Response:
        """Add the track to the library, so that it can be queued."""
        del request
        track, is_new = add_to_library(track=chart_track(isrc))
        return success(
            "The track is in the library now." if is_new else "The library has the track.",
            track_payload(track),
            is_sample=False,
            status=201 if is_new else 200,
            Location=f"/api/tracks/{track.pk}/",
        )


def chart_response(request: Request, genre: str) -> Response:
    return stored_charts.response(request, lambda: _chart(request, genre))


def _chart(request: Request, genre: str) -> Response:
    query = read_query(request)
    edition = edition_on(genre_named(genre), query["date"])
    chart = chart_of(edition, order=query["sort"], is_newest=query["date"] is None)
    return success(f"The {genre} chart of {chart.date}.", chart, is_sample=chart.is_sample)


# No room is older. Later than Python's first year, so that a year can be subtracted.
FIRST_YEAR = 1980


@raises(invalid("The week is in the future, or invalid.", week="Weeks are written like 2025-W49."))
def week_asked_for(text: str | None, *, today: date) -> Week:
    """The requested week; without one, the current week."""
    this_week = Week.of(today)
    if text is None:
        return this_week
    try:
        week = Week.written(text)
    except ValueError as error:
        raise InvalidInput.of("week", str(error)) from None
    if week > this_week:
        raise InvalidInput.of("week", "Must not be in the future.")
    if week.begins_on.isocalendar().year < FIRST_YEAR:
        raise InvalidInput.of("week", f"Must be {FIRST_YEAR} or later.")
    return week


WEEK = Parameter(
    "week",
    "query",
    {"type": "string", "pattern": "^(19[89][0-9]|[2-9][0-9]{3})-W(0[1-9]|[1-4][0-9]|5[0-3])$"},
    "The current week or a past one, numbered by ISO 8601. Weeks begin on Monday, in UTC. Default: the "
    "current week.",
)
CHART = RoomChartResponse(
    "success",
    "The chart of kitchen of 2025-W49.",
    RoomChartPayload(
        genre="",
        date=date(2025, 12, 7),
        compared_with=date(2025, 11, 30),
        is_sample=False,
        sources=[],
        tracks=[
            RoomChartEntryPayload(
                rank=1,
                isrc=payloads.ISRC,
                name=payloads.NAME,
                artist=payloads.ARTIST,
                album="",
                cover_url="",
                services={},
                plays=ChartPlays(total=4),
                counts={},
                change=ChartChange(week=1),
                days_on_chart=3,
                peak=1,
                movement=ChartMovement("up", 2),
                track_id=1,
                votes=7,
            )
        ],
        room="kitchen",
        week="2025-W49",
    ),
    is_sample=False,
)


class RoomChartViewSet(viewsets.ViewSet):
    """Charts of rooms."""

    tag = "charts"

    @endpoint(
        ResponseSpec(200, "The chart; a week without a play has no tracks.", CHART),
        parameters=[WEEK],
        errors=[room_chart, week_asked_for],
        values={
            "places": PLACES,
            "weeks": WEEKS_LOOKED_AT,
            "plays": f"{MAX_PLAYS:,}",
            "shape": "/api/charts/{genre}/",
        },
        is_enveloped=True,
    )
    def read(self, request: Request, slug: str) -> Response:
        """The tracks that a room played and voted for most, by week.

        The format is that of `{shape}`. A track has a point for each play that began in the week, plus the
        votes that its item had when it was last played (votes against are subtracted). Equal points are
        ordered by plays, then by first play. The chart has up to {places} tracks. Tracks are identified by
        ISRC, otherwise by their ID in the library. A track that was deleted from the library has a `track_id`
        of null.

        `plays.total` is the number of plays in that week, `change.7d` the difference to the week before.
        Values that a room does not have, such as those of services, are empty or null. `movement` compares
        with the week before. `days_on_chart` is the number of charts with the track: here, of weeks. It,
        `peak` and re-entries cover {weeks} weeks including this one, and up to {plays} plays. `genre` is
        empty; `date` is the last counted day.
        """
        today = timezone.now().date()
        week = week_asked_for(request.query_params.get("week"), today=today)
        chart = room_chart(slug, week, today=today)
        message = f"The chart of {chart.room} of {chart.week}."
        return success(message, chart, is_sample=chart.is_sample)
