"""Analytics over HTTP. Figures of all are for everybody, those of a person for that person and staff."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.analytics import documentation
from apps.analytics.engagement import engagement_of
from apps.analytics.payloads import activity_payload
from apps.analytics.selectors import activities_by_id, summary_at, trends_at
from apps.analytics.serializers import named_person, read_activities, zone_of
from apps.analytics.services import NewActivity, record_activities
from apps.users.selectors import own_id, whose_taste
from core.early_reads import read_once
from core.endpoints import documented
from core.idempotency import keep_recipe, recipe_of_repeat
from core.identity import caller_of
from core.pagination import whole_number
from core.parsing import json_body

MAX_TREND_DAYS, USUAL_TREND_DAYS = 90, 7
MAX_TRENDS, USUAL_TRENDS = 100, 10


def _who_did_it(request: HttpRequest, body: Callable[[], Any]) -> int:
    """The caller; with OPEN_DISCOVERY_API whom the body names. Raises NotAuthenticated, NotFound."""
    caller = caller_of(request)
    named = named_person(body()) if settings.OPEN_DISCOVERY_API else None
    return own_id(caller) if named is None else whose_taste(caller, named)


def _told(request: HttpRequest) -> list[NewActivity]:
    """What `read_activities` gives and raises, too."""
    body = read_once(request, json_body)
    return read_activities(body, user_id=_who_did_it(request, lambda: body), now=timezone.now())


class AnalyticsViewSet(viewsets.ViewSet):
    """What people do with tracks."""

    # Its only write has up to 500 things to check.
    reads_early = (_told,)

    @documented(documentation.RECORD)
    def record(self, request: Request) -> Response:
        user_id = _who_did_it(request._request, lambda: request.data)
        if known := recipe_of_repeat(request._request):
            stored = activities_by_id(user_id, [int(number) for number in known.split()])
        else:
            _ = request.data  # which refuses what is no JSON
            stored = record_activities(user_id=user_id, told=read_once(request._request, _told))
        shown = [activity_payload(one) for one in stored]
        response = Response(shown if isinstance(request.data, list) else shown[0], status=201)
        keep_recipe(response, " ".join(str(one.id) for one in shown))
        return response

    @documented(documentation.SUMMARY)
    def summary(self, request: Request) -> Response:
        del request
        return Response(summary_at(timezone.now()))

    @documented(documentation.TRENDS)
    def trends(self, request: Request) -> Response:
        days = whole_number(request, "days", USUAL_TREND_DAYS, least=1, most=MAX_TREND_DAYS)
        limit = whole_number(request, "limit", USUAL_TRENDS, least=1, most=MAX_TRENDS)
        return Response(trends_at(timezone.now(), days=days, limit=limit))

    @documented(documentation.ME)
    def me(self, request: Request) -> Response:
        return _figures(request, own_id(caller_of(request._request)))

    @documented(documentation.PERSON)
    def person(self, request: Request, user_id: int) -> Response:
        return _figures(request, whose_taste(caller_of(request._request), user_id))


def _figures(request: Request, user_id: int) -> Response:
    figures = engagement_of(user_id, now=timezone.now(), zone=zone_of(request))
    return Response(figures, headers={"Cache-Control": "private, no-cache"})
