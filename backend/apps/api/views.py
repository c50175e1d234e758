"""The list of entry points, the documents, and the fallback for unknown paths."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.charts.signals import CHART_STREAM_KIND
from apps.playlist.models import STREAM_KIND
from apps.realtime.event_schema import events_schema
from apps.realtime.kinds import kind_named
from core.endpoints import ResponseSpec, endpoint
from core.error_responses import only_read
from core.errors import NotFound
from core.schemas import Schema

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

    @only_read
    def show(request: HttpRequest) -> HttpResponse:
        return render(request, template)

    return show
