"""The list of entry points, the documents, the metrics, and the fallback for unknown paths."""

import hmac
import math
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.charts.monitoring import clear_gauges as clear_charts
from apps.charts.monitoring import show as show_charts
from apps.charts.signals import CHART_STREAM_KIND
from apps.jobs.selectors import count_runs, oldest_wait_seconds
from apps.playlist.models import STREAM_KIND
from apps.realtime.event_schema import events_schema
from apps.realtime.models import kind_named
from core.endpoints import ResponseSpec, Schema, endpoint
from core.error_responses import error_response, safe_methods_only
from core.errors import NotFound, NotPermitted
from core.metrics import JOB_RUNS, JOBS_OLDEST_QUEUED

ENTRY_POINTS = {
    "tracks": "/api/tracks/",
    "genres": "/api/tracks/genres/",
    "playlist": "/api/playlist/",
    "history": "/api/playlist/history/",
    "events": "/api/playlist/events/",
    "stream": "/api/stream",
    "rooms": "/api/rooms/",
    "guests": "/api/guests/",
    "users": "/api/users/",
    "session": "/api/auth/session/",
    "summary": "/api/analytics/summary/",
    "trends": "/api/analytics/trends/",
    "room_recommendations": "/api/rooms/main/recommendations/",
    "charts": "/api/charts/",
    "room_chart": "/api/rooms/main/chart/",
    "trending_tracks": "/api/trending-isrcs/",
    "graphql": "/api/gql/",
    "graphql_schema": "/api/schema.graphql",
    "page": "/api/page/",
    "health": "/api/health/",
    "live": "/api/health/live",
    "ready": "/api/health/ready",
    "docs": "/api/docs/",
    "redoc": "/api/redoc/",
    "schema": "/api/schema.json",
    "openapi": "/api/openapi.json",
    "events_schema": "/api/events.schema.json",
}
SOCKET = "/ws/playlist/"
SOCKETS = {"socket": SOCKET, "charts_socket": "/ws/charts/"}


class EntryPoints(APIView):
    """Entry points of the API."""

    tag = "documents"

    @endpoint(
        ResponseSpec(
            200,
            "URLs by name.",
            {"tracks": "http://localhost:4000/api/tracks/"},
            body=dict[str, str],
        ),
        name="entry_points",
    )
    def get(self, request: Request) -> Response:
        """Entry points of the API."""
        addresses = {name: request.build_absolute_uri(path) for name, path in ENTRY_POINTS.items()}
        sockets = {
            name: request.build_absolute_uri(path).replace("http", "ws", 1) for name, path in SOCKETS.items()
        }
        return Response({**addresses, **sockets})


class AnythingElse(APIView):
    """An unknown path below /api/. A GET without the final slash is redirected.

    Ignores Accept headers: a browser receives the same 404.
    """

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002
        del force
        return super().perform_content_negotiation(request, force=True)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        slashed = request.path_info.endswith("/")
        if slashed or request.method not in {"GET", "HEAD"} or not _is_known_path(f"{request.path_info}/"):
            raise NotFound

    def get(self, request: Request) -> HttpResponse:
        # Escaped: a path may contain line breaks, which are invalid in headers.
        return HttpResponse(status=301, headers={"Location": request.get_full_path(force_append_slash=True)})


def _is_known_path(path: str) -> bool:
    try:
        return getattr(resolve(path).func, "cls", None) is not AnythingElse
    except Resolver404:
        return False


class SwaggerSchema(APIView):
    """The Swagger 2.0 document."""

    tag = "documents"

    @endpoint(ResponseSpec(200, "Swagger 2.0.", body=dict), name="read")
    def get(self, request: Request) -> Response:
        """This document."""
        del request
        from apps.api.swagger import (
            swagger_document,  # imported late: drf-yasg loads slowly and is rarely needed
        )

        return Response(swagger_document())


class OpenAPISchema(APIView):
    """The same as an OpenAPI 3 document."""

    tag = "documents"

    @endpoint(ResponseSpec(200, "OpenAPI 3.0.", body=dict), name="read")
    def get(self, request: Request) -> Response:
        """This document as OpenAPI 3."""
        del request
        from apps.api.openapi import openapi_document  # as above

        return Response(openapi_document())


class EventsSchema(APIView):
    """The JSON Schema of all messages of the WebSocket."""

    tag = "documents"

    @endpoint(ResponseSpec(200, "JSON Schema 2020-12.", body=dict), name="read")
    def get(self, request: Request) -> Response:
        """All messages, events and close codes of the WebSocket."""
        del request
        return Response(messages_schema())


def messages_schema() -> Schema:
    return events_schema([kind_named(STREAM_KIND), kind_named(CHART_STREAM_KIND)])


def page(template: str) -> Callable[[HttpRequest], HttpResponse]:
    """A page that shows the Swagger document with scripts from this server."""

    @safe_methods_only
    def show(request: HttpRequest) -> HttpResponse:
        return render(request, template)

    return show


# --- `/metrics` in Prometheus's format, for this machine and for clients with the METRICS_TOKEN ------

# Headers added by proxies. Requests through a proxy on this machine are not local.
FORWARDING_HEADERS = ("Forwarded", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Proto", "Via")


@safe_methods_only
def metrics(request: HttpRequest) -> HttpResponse:
    """This process's metrics since its start, and those of jobs."""
    if not (_comes_from_this_machine(request) or _shows_token(request)):
        return error_response(NotPermitted("Only from the server's own machine, or with the METRICS_TOKEN."))
    _update_job_metrics()
    _update_chart_metrics()
    return HttpResponse(
        generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
    )


def _update_job_metrics() -> None:
    """While the database is unavailable, the metrics of jobs are omitted."""
    JOB_RUNS.clear()
    try:
        for (kind, status), number in count_runs().items():
            JOB_RUNS.labels(kind, status).set(number)
        JOBS_OLDEST_QUEUED.set(oldest_wait_seconds(timezone.now()))
    except Exception:  # it may raise anything
        JOBS_OLDEST_QUEUED.set(math.nan)


def _update_chart_metrics() -> None:
    try:
        show_charts(timezone.now())
    except Exception:  # as above
        clear_charts()


def _comes_from_this_machine(request: HttpRequest) -> bool:
    """Whether the peer and all forwarded IP addresses are local, regardless of TRUSTED_PROXIES."""
    forwarded = request.headers.get("X-Forwarded-For")
    if forwarded is None and any(name in request.headers for name in FORWARDING_HEADERS):
        return False
    chain = [*(forwarded.split(",") if forwarded is not None else []), request.META.get("REMOTE_ADDR") or ""]
    return all(_is_own(address.strip()) for address in chain)


def _is_own(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return parsed.ipv4_mapped.is_loopback
    return parsed.is_loopback


def _shows_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted: str = settings.METRICS_TOKEN
    is_same = hmac.compare_digest(token.strip().encode(), wanted.encode())
    return bool(wanted) and scheme.lower() == "bearer" and is_same
