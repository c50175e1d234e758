"""Endpoints for the web app: server information, error reports, and the page shown without the web app.

An error report may be forged, and may contain personal data: an IP address, a name in a message, an unlisted
room, a token in a query. Therefore only file, line and function of frames are logged, and the message is
masked as in all logs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec
import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.frontend.build import why_missing
from core import VERSION
from core.endpoints import Body, ResponseSpec, endpoint
from core.errors import ErrorSpec, RateLimited, invalid
from core.fields import TextField, WholeNumberField
from core.identity import caller_of, visit_of
from core.logs import MASK, MAX_ERROR_CHARACTERS, MAX_FRAMES, masked
from core.network import network_of, public_urls
from core.rate_limits import PAGE_ERRORS_OF_ADDRESS, PAGE_ERRORS_OF_CALLER, check_rate_limit

logger: structlog.stdlib.BoundLogger = structlog.get_logger("tutti.page")

MAX_LINE = 400
MAX_PATH = 50
VERSION_NUMBER = re.compile(r"\d{1,5}(\.\d{1,5}){0,3}")
ADDRESS = re.compile(r"\b[a-z][a-z-]+://\S+")
QUERY = re.compile(r"(?<=[\w/])[?#]\S+")
NAMED_ROOM = re.compile(r"(/r|/rooms|/playlist)/[^/\s]+")
# `at name (address:1:2)` of Chromium, `name@address:1:2` of Firefox and Safari.
FRAME = re.compile(
    r"(?:at )?(?:async )?(?:new )?(?P<name>[\w$.<>/]{0,80}?)(?: \[as [\w$.]{1,80}\])?[ @(]*"
    r"(?:[a-z-]+://[^/\s]*)?(?P<file>/[\w./-]{1,150})(?:[?#][^\s:)]*)?"
    r":(?P<line>\d{1,7})(?::(?P<column>\d{1,7}))?\)?"
)


@dataclass(frozen=True, slots=True)
class PageError:
    """A browser's report of an error."""

    message: str
    source: str = ""
    line: int = 0
    column: int = 0
    stack: str = ""
    page: str = ""
    version: str = ""


def log_page_error(error: PageError) -> None:
    version = error.version if VERSION_NUMBER.fullmatch(error.version) else "unknown"
    where = f"page {_without_names(_path_of(error.page))[:MAX_PATH]}, version {version}"
    message = _without_names(error.message)[: MAX_ERROR_CHARACTERS - 2 * MAX_PATH]
    logger.warning("page_error", error=f"{message} ({where})", frames=_frames_of(error))


def _path_of(address: str) -> str:
    """The URL's path, or a dash."""
    try:
        path = urlsplit(address).path
    except ValueError:
        return "-"
    return path if path.startswith("/") else "-"


def _without_names(text: str) -> str:
    """Removes hosts, queries, rooms, and everything that the log masks."""
    paths = ADDRESS.sub(lambda found: _path_of(found[0]), text)
    return masked(NAMED_ROOM.sub(rf"\1/{MASK}", QUERY.sub(MASK, paths)))


def _frames_of(error: PageError) -> Sequence[str]:
    """The stack, innermost frame last, as for the server's own errors."""
    lines = [line.strip()[:MAX_LINE] for line in error.stack.splitlines()]
    places = [_formatted_frame(found) for line in lines if (found := FRAME.fullmatch(line))]
    if not places and (found := FRAME.fullmatch(f"{error.source[:MAX_LINE]}:{error.line}:{error.column}")):
        places = [_formatted_frame(found)]
    return places[:MAX_FRAMES][::-1]


def _formatted_frame(frame: re.Match[str]) -> str:
    file = NAMED_ROOM.sub(rf"\1/{MASK}", frame["file"])
    place = ":".join(filter(None, [file, frame["line"], frame["column"]]))
    return f"{place} {frame['name']}".rstrip()


MAX_MESSAGE = 2000
MAX_STACK = 10_000
MAX_ADDRESS = 2000
MAX_VERSION = 50
# The maximum of a line or a column: minified scripts have one long line.
MAX_PLACE = 10**7 - 1


class PagePayload(msgspec.Struct):
    """Server information for the web app.

    Images are allowed from its own server and from `cover_hosts`, embedded players from `embed_hosts`.
    """

    cover_hosts: list[str]
    embed_hosts: list[str]
    addresses: list[str]
    is_reachable_by_others: bool
    version: str


class PageErrorSerializer(serializers.Serializer[None]):
    """An error as reported by `window.onerror`."""

    message = TextField(max_length=MAX_MESSAGE, allow_blank=True)
    source = TextField(max_length=MAX_ADDRESS, required=False, allow_blank=True)  # type: ignore[assignment]
    line = WholeNumberField(min_value=0, max_value=MAX_PLACE, required=False)
    column = WholeNumberField(min_value=0, max_value=MAX_PLACE, required=False)
    stack = TextField(max_length=MAX_STACK, required=False, allow_blank=True)
    page = TextField(max_length=MAX_ADDRESS, required=False, allow_blank=True)
    version = TextField(max_length=MAX_VERSION, required=False, allow_blank=True)


class Page(APIView):
    """Server information for the web app."""

    tag = "page"

    @endpoint(
        ResponseSpec(
            200,
            "Derived from the server's settings and the request.",
            PagePayload(
                cover_hosts=["covers.example"],
                embed_hosts=["w.soundcloud.com"],
                addresses=["http://192.168.1.5:4000/"],
                is_reachable_by_others=True,
                version=VERSION,
            ),
        ),
        name="read",
    )
    def get(self, request: Request) -> Response:
        """Server information for the web app.

        `addresses` are the URLs by which other devices reach this server, most likely first, never
        `localhost`: those of this machine's network interfaces if it listens on them (`--lan`), or that of
        the request, if its host is not this machine's. If empty, only this machine can connect.
        """
        addresses = public_urls(scheme=request.scheme or "http", host=request.get_host())
        payload = PagePayload(
            cover_hosts=settings.COVER_HOSTS,
            embed_hosts=settings.EMBED_HOSTS,
            addresses=addresses,
            is_reachable_by_others=bool(addresses),
            version=VERSION,
        )
        return Response(payload, headers={"Cache-Control": "no-store"})


class PageErrors(APIView):
    """Errors of browsers."""

    tag = "page"

    @endpoint(
        ResponseSpec(204, "Logged."),
        body=Body(
            PageErrorSerializer,
            {
                "message": "TypeError: Cannot read properties of undefined (reading 'id')",
                "source": "http://localhost:4000/page/assets/index-DwW3k1aX.js",
                "line": 1,
                "column": 20417,
                "page": "http://localhost:4000/",
                "version": VERSION,
            },
        ),
        errors=[
            invalid("Invalid field.", message="This field is required."),
            ErrorSpec(
                RateLimited,
                "Too many requests, or too many error reports of this caller or its IP address.",
            ),
        ],
        name="report",
    )
    def post(self, request: Request) -> Response:
        """Report an error of the web app.

        It is logged as one line, without queries, hosts, names of rooms and quoted text of
        the message.
        """
        serializer = PageErrorSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        check_rate_limit(PAGE_ERRORS_OF_CALLER, caller_of(request).counted_as)
        check_rate_limit(PAGE_ERRORS_OF_ADDRESS, network_of(visit_of(request).address))
        log_page_error(PageError(**serializer.validated_data))
        return Response(status=204)


def front_page(request: HttpRequest, *, entry_points: Sequence[str], socket: str) -> HttpResponse:
    """The page shown if the web app is not built: the reason, what to do, other URLs."""
    context = {"missing": why_missing(settings.FRONTEND_DIR), "entry_points": entry_points, "socket": socket}
    response = render(request, "front_page.html", context)
    response["Cache-Control"] = "no-store"
    return response
