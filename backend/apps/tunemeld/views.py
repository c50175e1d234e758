"""GraphQL over HTTP, one operation in a body or a few of them in a list; and the legacy URLs."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import msgspec
from django.http import HttpRequest, HttpResponse
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.charts import payloads
from apps.charts.models import Edition
from apps.charts.selectors.charts import edition_on, is_made_of_samples, service_list
from apps.charts.serializers import genre_named, ranked_service_named, read_query
from apps.charts.views import DATE, SORT, chart_response, success
from apps.tunemeld import legacy_pages
from apps.tunemeld.execution import Context, GraphqlOperation, encoded_response, schema
from apps.tunemeld.query_cost import MAX_OPERATIONS, Budget
from core.endpoints import Body, ResponseSpec, endpoint, endpoint_like
from core.error_responses import safe_methods_only
from core.errors import ErrorSpec, InvalidInput, NotFound, invalid
from core.fields import TextField
from core.identity import caller_of
from core.json_codec import json_bytes
from core.middleware import count_again

# GraphQL over HTTP's name for its responses; errors of requests are plain JSON also then.
GRAPHQL_JSON = "application/graphql-response+json"
MAX_QUERY = 20_000
MAX_NAME = 100
NO_QUERY = invalid("There is no query.", query="This field is required.")


class VariablesField(serializers.DictField):
    """Any JSON, but text only that can be written as UTF-8."""

    class Meta:
        swagger_schema_fields: ClassVar = {"additionalProperties": True}

    default_error_messages: ClassVar = {"odd": "Texts must be valid Unicode."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        value: dict[str, Any] = super().to_internal_value(data)
        try:
            json_bytes(value)
        except UnicodeEncodeError:
            self.fail("odd")
        return value


class OperationSerializer(serializers.Serializer[Any]):
    """One operation; other fields are ignored."""

    # An empty query is an error of GraphQL itself.
    query = TextField(max_length=MAX_QUERY, trim_whitespace=False, allow_blank=True)
    variables = VariablesField(required=False, allow_null=True, default=None)
    operationName = TextField(  # noqa: N815 - its name is the protocol's
        required=False, allow_null=True, allow_blank=True, max_length=MAX_NAME, default=None
    )


class GraphQLExtensions(msgspec.Struct, frozen=True):
    is_sample: bool


class GraphQLResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """The requested data; `errors` if there are any.

    For charts, `extensions` contain whether they are made of samples.
    """

    data: dict[str, Any] | msgspec.UnsetType | None = msgspec.UNSET
    errors: list[dict[str, Any]] = msgspec.field(default_factory=list)
    extensions: GraphQLExtensions | msgspec.UnsetType = msgspec.UNSET


class GraphQLView(APIView):
    """Public; no response depends on the caller."""

    tag = "charts"
    # It only reads, and storing a response would lock a write for the whole request.
    methods_without_record = {"POST"}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002
        return super().perform_content_negotiation(request, force=force or _wants_graphql_json(request))

    @endpoint(
        ResponseSpec(
            200,
            "The result of the operation.",
            {"data": {"genres": [{"name": "pop", "displayName": "Pop"}]}},
            body=GraphQLResponse,
        ),
        body=Body(
            OperationSerializer,
            {"query": "query GetAvailableGenres { genres { name displayName } }", "variables": {}},
            name="GraphQLRequest",
        ),
        errors=[NO_QUERY],
        values={"max_operations": MAX_OPERATIONS},
        name="ask",
        is_enveloped=True,
    )
    def post(self, request: Request) -> HttpResponse:
        """Execute a GraphQL query.

        A list of up to {max_operations} operations is executed in order. For rate limits, each operation is a
        request; for the limits of a query's size and cost, the list is one request. An Idempotency-Key has
        no effect. Errors of the query or of a field are in the response with status 200, with a code in
        their `extensions`: `QUERY_TOO_LARGE`, `RATE_LIMITED` or `INTERNAL_ERROR`. The media type is
        `application/graphql-response+json` for clients that accept it.
        """
        caller, base_url = caller_of(request), request.build_absolute_uri("/").rstrip("/")
        if not isinstance(request.data, list):
            return _response(
                request, encoded_response(_operation_of(request.data), Context(caller, base_url))
            )
        if not 1 <= len(request.data) <= MAX_OPERATIONS:
            raise InvalidInput.of("body", f"Send between 1 and {MAX_OPERATIONS} operations in one request.")
        operations, budget = [_operation_of(one) for one in request.data], Budget()
        count_again(request, times=len(operations) - 1)
        responses = (
            encoded_response(requested, Context(caller, base_url, budget)) for requested in operations
        )
        return _response(request, b"[%s]" % b",".join(responses))


class NamedGraphQLView(GraphQLView):
    """GraphQL at a URL with an operation's name, which is ignored: the body has the operation."""

    @endpoint_like(
        GraphQLView.post,
        name="ask_by_name",
        errors=[NO_QUERY, ErrorSpec(NotFound, "No operation of chart clients has this name.")],
        is_enveloped=False,  # a wrong name is no URL of charts
    )
    def post(self, request: Request, operation: str = "") -> HttpResponse:
        """Execute a GraphQL query at the URL of an operation."""
        del operation
        return super().post(request)


@endpoint(
    ResponseSpec(200, "In GraphQL's schema language.", body=str),
    name="read",
    tag="documents",
    produces="text/plain",
    negotiates=False,
)
@safe_methods_only
def schema_text(_request: HttpRequest) -> HttpResponse:
    """The GraphQL schema as text."""
    return HttpResponse(schema.as_str(), content_type="text/plain; charset=utf-8")


def _response(request: Request, body: bytes) -> HttpResponse:
    kind = GRAPHQL_JSON if _wants_graphql_json(request) else "application/json"
    return HttpResponse(body, content_type=kind)


def _wants_graphql_json(request: Request) -> bool:
    return GRAPHQL_JSON in request.headers.get("Accept", "").lower()


def _operation_of(body: Any) -> GraphqlOperation:
    sent = OperationSerializer(data=body)
    sent.is_valid(raise_exception=True)
    operation = sent.validated_data
    return GraphqlOperation(
        operation["query"], operation["variables"] or {}, operation["operationName"] or None
    )


def _of_newest_chart(genre: str, read: Callable[[Edition], Any], message: str) -> Response:
    edition = edition_on(genre_named(genre), None)
    return success(message, read(edition), is_sample=edition.is_sample)


legacy_url = partial(endpoint, name="read", is_enveloped=True)


class OlderViewSet(viewsets.ViewSet):
    """The legacy URLs of chart clients."""

    tag = "charts"

    @legacy_url(ResponseSpec(200, example=legacy_pages.GRAPH_DATA), errors=[genre_named])
    def graph_data(self, request: Request, genre: str) -> Response:
        """Daily view counts of a chart's tracks."""
        del request
        return _of_newest_chart(genre, legacy_pages.graph_data, f"Counts of the {genre} chart.")

    @legacy_url(
        ResponseSpec(200, example=payloads.CHART), parameters=[SORT, DATE], errors=[genre_named, read_query]
    )
    def playlist_data(self, request: Request, genre: str) -> Response:
        """The chart of a genre.

        As `/api/charts/{genre}/`.
        """
        return chart_response(request, genre)

    @legacy_url(ResponseSpec(200, example=payloads.SERVICE_LIST), errors=[genre_named])
    def service_playlist(self, request: Request, genre: str, service: str) -> Response:
        """A service's own list, as it was fetched.

        As `/api/charts/{genre}/{service}/`.
        """
        del request
        listed = service_list(genre_named(genre), ranked_service_named(service), None)
        return success(
            f"The list of {service} for {genre} of {listed.date}.", listed, is_sample=listed.is_sample
        )

    @legacy_url(ResponseSpec(200, example=legacy_pages.LAST_UPDATED), errors=[genre_named])
    def last_updated(self, request: Request, genre: str) -> Response:
        """When a chart was last published."""
        del request
        return _of_newest_chart(genre, legacy_pages.last_updated, f"The {genre} chart's age.")

    @legacy_url(ResponseSpec(200, example=legacy_pages.HEADER_ART), errors=[genre_named])
    def header_art(self, request: Request, genre: str) -> Response:
        """Covers, names and descriptions of the services' lists."""
        del request
        art = legacy_pages.header_art(genre_named(genre))
        return success(f"Covers of the lists for {genre}.", art, is_sample=is_made_of_samples())

    @legacy_url(ResponseSpec(200, example=legacy_pages.TRENDING))
    def trending(self, request: Request) -> Response:
        """The tracks with the largest growth of plays in a week.

        At most 100, largest growth first. The week ends with `date`, the newest counted day. The growth is
        summed over the services whose counts are `ok` on the first and the last day.
        """
        del request
        tracks = legacy_pages.trending()
        return success(
            "Tracks with the largest growth of plays in a week.", tracks, is_sample=is_made_of_samples()
        )
