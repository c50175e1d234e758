"""Analytics over HTTP. Statistics of all users are public; those of one user are for that user and staff."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.analytics.payloads import (
    ActivityPayload,
    CountsByTypePayload,
    DateCountPayload,
    EngagementPayload,
    NamedCountPayload,
    NamedTrendPayload,
    SummaryPayload,
    TrackCountPayload,
    TrackTrendPayload,
    TrendsPayload,
    activity_payload,
)
from apps.analytics.selectors import activities_by_id, engagement_of, summary_at, trends_at
from apps.analytics.serializers import (
    MAX_ACTIVITIES,
    ActivitySerializer,
    named_person,
    read_activities,
    zone_of,
)
from apps.analytics.services import NewActivity, check_activity_limits, record_activities
from apps.tracks.payloads import EXAMPLE_TRACK
from apps.users.selectors import authorized_profile_owner, own_id
from core.endpoints import Body, Parameter, ResponseSpec, endpoint, endpoint_like
from core.errors import ErrorSpec, NotPermitted, invalid
from core.idempotency import replayed_recipe, store_recipe
from core.identity import caller_of, visit_of
from core.json_codec import json_body, read_once
from core.network import network_of
from core.pagination import whole_number
from core.rate_limits import ACTIVITIES_OF_ADDRESS, check_rate_limit

MAX_TREND_DAYS, USUAL_TREND_DAYS = 90, 7
MAX_TRENDS, USUAL_TRENDS = 100, 10
AT = datetime(2025, 12, 4, 10, tzinfo=UTC)
BY_TYPE = CountsByTypePayload(play=40, like=6, skip=3)
FIGURES = ResponseSpec(
    200,
    "The user's statistics.",
    EngagementPayload(
        user_id=1,
        activities=49,
        activities_7d=12,
        by_type=BY_TYPE,
        like_rate=0.15,
        skip_rate=0.075,
        top_artists=[NamedCountPayload("Queen", 9)],
        top_genres=[NamedCountPayload("rock", 21)],
        top_tracks=[TrackCountPayload(EXAMPLE_TRACK, 4)],
        by_day=[DateCountPayload(date(2025, 12, 1), 37), DateCountPayload(date(2025, 12, 4), 12)],
        by_hour=[*[0] * 19, 20, 19, 10, 0, 0],
    ),
)
ZONE = Parameter(
    "tz",
    "query",
    {"type": "string", "minLength": 1},
    "The time zone of days and hours, such as `Europe/Berlin`. Default: UTC.",
)


def _user_id_of(request: HttpRequest, body: Callable[[], Any]) -> int:
    """The caller; with OPEN_DISCOVERY_API the user that the body names. Raises NotAuthenticated, NotFound."""
    caller = caller_of(request)
    named = named_person(body()) if settings.OPEN_DISCOVERY_API else None
    return own_id(caller) if named is None else authorized_profile_owner(caller, named)


def _reported(request: HttpRequest) -> list[NewActivity]:
    """Like `read_activities`, but checks the limits before it reads a list."""
    body = read_once(request, json_body)
    user_id = _user_id_of(request, lambda: body)
    if isinstance(body, list) and len(body) <= MAX_ACTIVITIES:
        check_activity_limits(user_id, len(body))
    return read_activities(body, user_id=user_id, now=timezone.now())


class AnalyticsViewSet(viewsets.ViewSet):
    """Activities of users, and statistics of them."""

    tag = "analytics"
    # Its only write has up to 500 activities to validate.
    reads_early = (_reported,)

    @endpoint(
        ResponseSpec(
            201,
            "The stored activity, or a list of them.",
            ActivityPayload(
                id=31,
                user_id=1,
                track_id=1,
                recommendation_id=None,
                activity_type="play",
                context={"room": "kitchen"},
                occurred_at=AT,
                received_at=AT,
            ),
            body=ActivityPayload | list[ActivityPayload],
        ),
        body=Body(
            ActivitySerializer,
            {"track_id": 1, "activity_type": "play", "context": {"room": "kitchen"}},
            name="NewActivity",
        ),
        errors=[own_id, read_activities, record_activities],
        values={"max_activities": MAX_ACTIVITIES},
    )
    def record(self, request: Request) -> Response:
        """Record activities: what you did with tracks.

        Send one activity, or a list of up to {max_activities}; of a list, either all or none are stored. The
        response to a list is a list, and an error in it names the field with its index (`3.track_id`). Send
        either `track_id` or `recommendation_id`; `interaction` and `interaction_type` are aliases of
        `activity_type`. `occurred_at` defaults to the current time, and may be up to 5 minutes in the future.
        A user may record up to 2,000 activities an hour and 20,000 a day, an address 10,000 an hour.
        """
        user_id = _user_id_of(request, lambda: request.data)
        if known := replayed_recipe(request):
            stored = activities_by_id(user_id, [int(number) for number in known.split()])
        else:
            _ = request.data  # rejects a body that is not JSON
            reported = read_once(request, _reported)
            address = network_of(visit_of(request).address)
            check_rate_limit(ACTIVITIES_OF_ADDRESS, address, times=len(reported))
            stored = record_activities(user_id=user_id, activities=reported)
        shown = [activity_payload(one) for one in stored]
        response = Response(shown if isinstance(request.data, list) else shown[0], status=201)
        store_recipe(response, " ".join(str(one.id) for one in shown))
        return response

    @endpoint(
        ResponseSpec(
            200,
            "The statistics.",
            SummaryPayload(
                users=12,
                active_users_7d=5,
                tracks=35,
                recommendations=240,
                activities=49,
                activities_7d=12,
                by_type=BY_TYPE,
                room_plays=88,
                guests=31,
                active_guests_7d=9,
                queue_items=42,
                votes=120,
                generated_at=AT,
            ),
        ),
        name="read",
    )
    def summary(self, request: Request) -> Response:
        """Statistics of all users together.

        `_7d` means today and the six days before, in UTC. The response identifies no user.
        """
        del request
        return Response(summary_at(timezone.now()))

    @endpoint(
        ResponseSpec(
            200,
            "The trends.",
            TrendsPayload(
                days=7,
                first=date(2025, 11, 28),
                last=date(2025, 12, 4),
                artists=[NamedTrendPayload("Queen", 9, 4, 5)],
                genres=[NamedTrendPayload("rock", 21, 30, -9)],
                tracks=[TrackTrendPayload(EXAMPLE_TRACK, 4, 0, 4)],
            ),
        ),
        parameters=[
            Parameter(
                "days",
                "query",
                {"type": "integer", "minimum": 1, "maximum": MAX_TREND_DAYS},
                f"The number of days. Default: {USUAL_TREND_DAYS}.",
            ),
            Parameter(
                "limit",
                "query",
                {"type": "integer", "minimum": 1, "maximum": MAX_TRENDS},
                f"The maximum length of each list. Default: {USUAL_TRENDS}.",
            ),
        ],
        errors=[invalid("Invalid parameter.", days="Must be a whole number from 1 to 90.")],
        name="read",
    )
    def trends(self, request: Request) -> Response:
        """The artists, genres and tracks that are played, liked and shared most, and their changes.

        `count` is over the last `days` UTC days, including today; `previous` is over as many days before;
        `change` is `count − previous`. Each user counts once per track, kind and hour. Artists and genres
        that differ only in case are combined.
        """
        days = whole_number(request, "days", USUAL_TREND_DAYS, least=1, most=MAX_TREND_DAYS)
        limit = whole_number(request, "limit", USUAL_TRENDS, least=1, most=MAX_TRENDS)
        return Response(trends_at(timezone.now(), days=days, limit=limit))

    @endpoint(
        FIGURES,
        parameters=[ZONE],
        errors=[
            ErrorSpec(
                NotPermitted,
                "Another user is logged in; the same whether or not that person exists.",
            ),
            authorized_profile_owner,
            zone_of,
        ],
        name="read",
    )
    def person(self, request: Request, user_id: int) -> Response:
        """A user's statistics (for that user and staff).

        All values are over all time, except `activities_7d`: today and the six days before. Favourites are
        those that were played, liked or shared most. `by_day` lists the latest 1,000 days with activities;
        `by_hour` has 24 counts. Rates are relative to the number of plays, and null without plays.
        """
        return _figures(request, authorized_profile_owner(caller_of(request), user_id))

    @endpoint_like(person, errors=[own_id, zone_of])
    def me(self, request: Request) -> Response:
        """Your own statistics."""
        return _figures(request, own_id(caller_of(request)))


def _figures(request: Request, user_id: int) -> Response:
    figures = engagement_of(user_id, now=timezone.now(), zone=zone_of(request))
    return Response(figures, headers={"Cache-Control": "private, no-cache"})
