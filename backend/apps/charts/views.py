"""Charts of genres and of rooms over HTTP, in the envelope that chart clients know."""

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
    RoomChartAnswer,
    RoomChartEntryPayload,
    RoomChartPayload,
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
from apps.charts.selectors.tracks import track_page
from apps.charts.serializers import genre_named, ranked_service_named, read_query, track_named
from apps.charts.services import add_to_library
from apps.tracks.payloads import track_payload
from core.endpoints import LOCATION, Parameter, ResponseSpec, endpoint
from core.errors import InvalidInput, invalid, raises

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


def success(message: str, data: Any, *, is_sample: bool, status: int = 200, **headers: str) -> Response:
    body = {"status": "success", "message": message, "is_sample": is_sample, "data": data}
    return Response(body, status=status, headers=headers)


class ChartViewSet(viewsets.ViewSet):
    """What is popular, on how many services, and since when."""

    tag = "charts"

    @endpoint(ResponseSpec(200, example=payloads.INDEX), is_enveloped=True)
    def list(self, request: Request) -> Response:
        """What there are charts of."""
        del request
        return success("What there are charts of.", index(), is_sample=is_made_of_samples())

    @endpoint(
        ResponseSpec(200, example=payloads.CHART),
        parameters=[SORT, DATE],
        errors=[genre_named, read_query],
        is_enveloped=True,
    )
    def chart(self, request: Request, genre: str) -> Response:
        """The chart of a genre.

        Tracks that two services or more have on their lists. On three, a track has the sum of its places as
        points, on two 1000 more; the fewest points come first, of equals the best single place, then the
        ISRC. `movement` is since the last edition before that had tracks, `peak` and `days_on_chart` are of
        all editions until then. A source that was not `ok` that day is represented by its last good list, for
        up to 7 days; `fetched_at` says of when that is. A day without a plausible list has no chart. `plays`
        are the last plausible figures until the chart's day, no older than 7 days. `counts` says the day of
        each, and what became of it on the chart's day: `ok`; `anomaly`, it fell or jumped far beyond what is
        usual; `stale`, the service repeats older figures; `failed`; `missing`. `change` adds up the services
        that are `ok` both on the chart's day and so many days before.
        """
        return chart_response(request, genre)

    @endpoint(
        ResponseSpec(200, example=payloads.SERVICE_LIST),
        parameters=[DATE],
        errors=[genre_named, read_query],
        is_enveloped=True,
    )
    def service_list(self, request: Request, genre: str, service: str) -> Response:
        """A service's own list, as it was taken."""
        listed = service_list(genre_named(genre), ranked_service_named(service), read_query(request)["date"])
        return success(
            f"The list of {service} for {genre} of {listed.date}.", listed, is_sample=listed.is_sample
        )

    @endpoint(ResponseSpec(200, example=payloads.TRACK), errors=[track_named], is_enveloped=True)
    def track(self, request: Request, isrc: str) -> Response:
        """One track: where it is and was, how often it is played.

        A service's `embed` is its own player, in a frame; null where there is none for this track, or where
        `EMBED_HOSTS` of the server does not name its host.
        """
        del request
        track = track_named(isrc)
        return success("The track.", track_page(track), is_sample=track.is_sample)

    @endpoint(
        ResponseSpec(201, "The track is in the library now.", payloads.IN_LIBRARY, LOCATION),
        ResponseSpec(200, "The library had it already.", payloads.IN_LIBRARY, LOCATION),
        errors=[track_named, add_to_library],
        is_enveloped=True,
    )
    def library(self, request: Request, isrc: str) -> Response:
        """Take the track into the library, so that it can be queued."""
        del request
        track, is_new = add_to_library(track=track_named(isrc))
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


# No room is as old. Far from the first year that there is, so that a year can be looked back.
FIRST_YEAR = 1980


@raises(invalid("The week lies ahead, or is none.", week="Weeks are written like 2025-W49."))
def week_asked_for(text: str | None, *, today: date) -> Week:
    """Without one the week that goes on."""
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
        raise InvalidInput.of("week", f"Lies before {FIRST_YEAR}.")
    return week


WEEK = Parameter(
    "week",
    "query",
    {"type": "string", "pattern": "^(19[89][0-9]|[2-9][0-9]{3})-W(0[1-9]|[1-4][0-9]|5[0-3])$"},
    "A week that is past, or this one, as ISO 8601 numbers them. Weeks begin on Monday, in UTC. Without it "
    "this week.",
)
CHART = RoomChartAnswer(
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
    """What a room plays and loves."""

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
        """What a room plays and loves, by week.

        In the shape of `{shape}`. Each play that began in the week is a point, and so is each vote that an
        item had when it was last played (votes against count less); equals are ordered by plays, then by
        first play. At most {places} tracks. Tracks are identified by ISRC, else by their id in the library,
        and shown as they were played; what has left the library stays, with `track_id` null.

        `plays.total` is how often the room played it that week, `change.7d` how much more that is than the
        week before; services, the other figures and the other changes are not a room's, and empty or null.
        `movement` is since the week before. `days_on_chart` counts charts, as everywhere: here weeks. It,
        `peak` and returns look back {weeks} weeks, that one included, and up to {plays} plays. `genre` is
        empty, `date` the last day that is counted.
        """
        today = timezone.now().date()
        week = week_asked_for(request.query_params.get("week"), today=today)
        chart = room_chart(slug, week, today=today)
        message = f"The chart of {chart.room} of {chart.week}."
        return success(message, chart, is_sample=chart.is_sample)
