"""What the page asks of its server, and tells it: by which address to share it, what went wrong in it."""

import msgspec
from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.documentation import VERSION
from config.page_errors import PageError, log_page_error
from config.reach import shared_addresses
from core.addresses import network_of
from core.endpoints import Answer, Body, Endpoint, Refusal, documented
from core.errors import InvalidInput, RateLimited
from core.fields import TextField, WholeNumberField
from core.identity import caller_of, visit_of
from core.limits import PAGE_ERRORS_OF_ADDRESS, PAGE_ERRORS_OF_CALLER
from core.rate_limits import count_against

TAG = "page"
MAX_MESSAGE = 2000
MAX_STACK = 10_000
MAX_ADDRESS = 2000
MAX_VERSION = 50
# Of a line or a column: scripts that were made small have one long line.
MAX_PLACE = 10**7 - 1


class PagePayload(msgspec.Struct):
    """What a page can't know by itself. Pictures may come from its own server and from `cover_hosts`."""

    cover_hosts: list[str]
    addresses: list[str]
    is_reachable_by_others: bool
    version: str


class PageErrorSerializer(serializers.Serializer[None]):
    """An error as `window.onerror` tells it."""

    message = TextField(max_length=MAX_MESSAGE, allow_blank=True)
    source = TextField(max_length=MAX_ADDRESS, required=False, allow_blank=True)  # type: ignore[assignment]
    line = WholeNumberField(min_value=0, max_value=MAX_PLACE, required=False)
    column = WholeNumberField(min_value=0, max_value=MAX_PLACE, required=False)
    stack = TextField(max_length=MAX_STACK, required=False, allow_blank=True)
    page = TextField(max_length=MAX_ADDRESS, required=False, allow_blank=True)
    version = TextField(max_length=MAX_VERSION, required=False, allow_blank=True)


READ = Endpoint(
    tag=TAG,
    name="read",
    summary="What a page can't know by itself",
    description=(
        "`addresses` are those by which others reach this server, the likeliest first, never `localhost`: "
        "this machine's where it listens on them (`--lan`), or the one that was asked, where its name is not "
        "this machine's own. Where there are none, only this machine gets in."
    ),
    answers=(
        Answer(
            200,
            "As the server is set up, and as it was asked.",
            PagePayload,
            PagePayload(
                cover_hosts=["covers.example"],
                addresses=["http://192.168.1.5:4000/"],
                is_reachable_by_others=True,
                version=VERSION,
            ),
        ),
    ),
)
REPORT = Endpoint(
    tag=TAG,
    name="report",
    summary="Report an error of the page",
    description=(
        "It becomes one line of the server's log, without queries, hosts, names of rooms and what is quoted "
        "in the message."
    ),
    body=Body(
        PageErrorSerializer,
        "PageError",
        {
            "message": "TypeError: Cannot read properties of undefined (reading 'id')",
            "source": "http://localhost:4000/page/assets/index-DwW3k1aX.js",
            "line": 1,
            "column": 20417,
            "page": "http://localhost:4000/",
            "version": VERSION,
        },
    ),
    answers=(Answer(204, "It is in the log."),),
    refusals=(
        Refusal(InvalidInput, "A field makes no sense.", {"message": ["This field is required."]}),
        Refusal(
            RateLimited, "Too many requests, or too many errors of this caller's pages or of its address."
        ),
    ),
)


class Page(APIView):
    """What a page can't know by itself."""

    @documented(READ)
    def get(self, request: Request) -> Response:
        addresses = shared_addresses(scheme=request.scheme or "http", host=request.get_host())
        told = PagePayload(
            cover_hosts=settings.COVER_HOSTS,
            addresses=addresses,
            is_reachable_by_others=bool(addresses),
            version=VERSION,
        )
        return Response(told, headers={"Cache-Control": "no-store"})


class PageErrors(APIView):
    """Errors in people's browsers."""

    @documented(REPORT)
    def post(self, request: Request) -> Response:
        told = PageErrorSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        plain = request._request
        count_against(PAGE_ERRORS_OF_CALLER, caller_of(plain).counted_as)
        count_against(PAGE_ERRORS_OF_ADDRESS, network_of(visit_of(plain).address))
        log_page_error(PageError(**told.validated_data))
        return Response(status=204)
