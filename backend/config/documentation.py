"""The documents that the server gives of itself: two pages, two schemas, what they say in general."""

from collections.abc import Callable
from typing import Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.charts.live_stream import CHART_STREAM_KIND
from apps.playlist.models import STREAM_KIND
from apps.realtime.documentation import events_schema
from apps.realtime.kinds import kind_named
from core.answers import answer
from core.endpoints import Answer, Endpoint, documented
from core.errors import MethodNotAllowed
from core.schemas import Schema

# As in pyproject.toml, which an installation need not have.
VERSION = "0.1.0"
DESCRIPTION = """\
One room, one queue, everybody's browser. Every change reaches everybody at once and in the same order, over
`/ws/playlist/` (see `/api/events.schema.json`), as server-sent events, or by polling.

Bodies are JSON in UTF-8. Every error has one shape, `{"error": {"code", "message", "details"}}`, and a
stable `code`. Paths end with a slash; an unknown one is a 404 `NOT_FOUND`, a method that an address doesn't
take a 405 `METHOD_NOT_ALLOWED`; an address or headers that are too long, or too many, are a 431
`HEAD_TOO_LARGE`, whatever they ask for. `OPTIONS` tells a browser what it may send. Times are ISO 8601 in
UTC. A list is a bare array; with `page` or `page_size` it is a page. Swagger 2.0 knows one shape of an
answer: the other one stands beside it as `x-page` or `x-list`, its parameters as `x-other-parameters`. What
may be null says `x-nullable`. `/api/openapi.json` is the same as OpenAPI 3, for generators of clients.

No account is needed. A guest's token comes as a cookie or as `X-Guest-Token`, an account is known by its
session cookie or by `Authorization: Bearer …`. Writes from pages of other origins are refused unless the
server allows the origin. Any write may carry an `Idempotency-Key`.
"""
TAGS = {
    "playlist": "The queue of the main room, and of any room below /api/rooms/{slug}/playlist/.",
    "rooms": "Places people share.",
    "tracks": "The library.",
    "guests": "A name and a vote without an account.",
    "users": "Accounts: who they are, what they like, all that is stored of them.",
    "auth": "Logging in: by cookie for the page, by tokens for programs; passwords.",
    "analytics": "What people play, like and skip, counted.",
    "recommendations": "What to play next: for a person, and for those who are in a room.",
    "charts": "What is popular on music services, gathered; answers stand in an envelope of their own.",
    "page": "What the page people use asks of its own server.",
    "health": "Whether the server lives, and whether it can serve.",
    "documents": "What the server says about itself.",
}
Word = Literal["ok", "unavailable", "missing", "old", "broken"]


class LivePayload(msgspec.Struct):
    status: Literal["ok"]


class ReadyPayload(msgspec.Struct):
    """`degraded` serves: a part is away without which changes still arrive, nobody runs jobs, or the model of
    recommendations is of another version (`old`) or `broken`. That there is none (`missing`) is no trouble.
    """

    status: Literal["ok", "degraded", "unavailable"]
    checks: dict[str, Word]


LIVE = Endpoint(
    tag="health",
    name="live",
    summary="The process answers",
    answers=(Answer(200, "It does.", LivePayload, LivePayload(status="ok")),),
    negotiates=False,
)
READY = Endpoint(
    tag="health",
    name="ready",
    summary="The parts answer",
    answers=(
        Answer(
            200,
            "The server can serve.",
            ReadyPayload,
            ReadyPayload(
                status="ok",
                checks={"database": "ok", "channel_layer": "ok", "jobs": "ok", "model": "missing"},
            ),
        ),
        Answer(
            503,
            "The server can't serve now. Retry-After says when to look again.",
            ReadyPayload,
            ReadyPayload(
                status="unavailable",
                checks={
                    "database": "unavailable",
                    "channel_layer": "ok",
                    "jobs": "unavailable",
                    "model": "ok",
                },
            ),
            {"Retry-After": "Seconds to wait."},
        ),
    ),
    negotiates=False,
)
# What Django answers without Django REST framework, and so is not found by itself.
PLAIN_ENDPOINTS = {"/api/health/live": LIVE, "/api/health/ready": READY}

ENTRY_POINTS = Endpoint(
    tag="documents",
    name="entry_points",
    summary="Where to go",
    answers=(
        Answer(200, "Addresses by name.", dict[str, str], {"tracks": "http://localhost:4000/api/tracks/"}),
    ),
)
SCHEMA = Endpoint(
    tag="documents",
    name="read",
    summary="This document",
    answers=(Answer(200, "Swagger 2.0.", dict),),
)
OPENAPI = Endpoint(
    tag="documents",
    name="read",
    summary="This document as OpenAPI 3",
    answers=(Answer(200, "OpenAPI 3.0.", dict),),
)
EVENTS_SCHEMA = Endpoint(
    tag="documents",
    name="read",
    summary="All frames, events and close codes of the socket",
    answers=(Answer(200, "JSON Schema 2020-12.", dict),),
)


class SwaggerSchema(APIView):
    """The Swagger 2.0 document."""

    @documented(SCHEMA)
    def get(self, request: Request) -> Response:
        del request
        from config.swagger import swagger_document  # drf-yasg takes a while to load; few servers are asked

        return Response(swagger_document())


class OpenAPISchema(APIView):
    """The same as an OpenAPI 3 document."""

    @documented(OPENAPI)
    def get(self, request: Request) -> Response:
        del request
        from config.openapi import openapi_document  # as above

        return Response(openapi_document())


class EventsSchema(APIView):
    """The JSON Schema of everything that goes over a socket."""

    @documented(EVENTS_SCHEMA)
    def get(self, request: Request) -> Response:
        del request
        return Response(frames_schema())


def frames_schema() -> Schema:
    return events_schema([kind_named(STREAM_KIND), kind_named(CHART_STREAM_KIND)])


def page(template: str) -> Callable[[HttpRequest], HttpResponse]:
    """A page that shows the Swagger document with scripts that this server has."""

    @csrf_exempt  # nothing is written here, and a refusal has the shape of every other
    def show(request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            refusal = answer(MethodNotAllowed())
            refusal["Allow"] = "GET, HEAD"
            return refusal
        return render(request, template)

    return show
