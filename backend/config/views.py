"""The front page without the page, the list of entry points, and what answers where nothing is."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config import documentation
from config.built_page import why_missing
from core.endpoints import documented
from core.errors import NotFound

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
    """Where to go."""

    @documented(documentation.ENTRY_POINTS)
    def get(self, request: Request) -> Response:
        addresses = {name: request.build_absolute_uri(path) for name, path in ENTRY_POINTS.items()}
        sockets = {
            name: request.build_absolute_uri(path).replace("http", "ws", 1) for name, path in SOCKETS.items()
        }
        return Response({**addresses, **sockets})


class AnythingElse(APIView):
    """An address below /api/ that means nothing; a GET that lacks its final slash is shown the way.

    Whatever a client accepts: a browser that asks for HTML gets the same 404.
    """

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002
        del force
        return super().perform_content_negotiation(request, force=True)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        slashed = request.path_info.endswith("/")
        if slashed or request.method not in {"GET", "HEAD"} or not _means_something(f"{request.path_info}/"):
            raise NotFound

    def get(self, request: Request) -> HttpResponse:
        # Escaped: a path may hold line breaks, which no header can.
        return HttpResponse(status=301, headers={"Location": request.get_full_path(force_append_slash=True)})


def front_page(request: HttpRequest) -> HttpResponse:
    """What stands where the page should be when it could not be built: why, what to do, where else to go."""
    told = {
        "missing": why_missing(settings.PAGE_DIR),
        "entry_points": [*ENTRY_POINTS.values(), "/admin/"],
        "socket": SOCKET,
    }
    response = render(request, "front_page.html", told)
    response["Cache-Control"] = "no-store"
    return response


def _means_something(path: str) -> bool:
    try:
        return getattr(resolve(path).func, "cls", None) is not AnythingElse
    except Resolver404:
        return False
