"""What the address of GraphQL takes and answers."""

from dataclasses import replace
from typing import Any

import msgspec

from apps.charts.documentation import TAG
from apps.charts.graphql.limits import MAX_OPERATIONS
from apps.charts.graphql.operations import OPERATIONS
from apps.charts.graphql.serializers import QuestionSerializer
from core.endpoints import Answer, Body, Endpoint, Parameter, Refusal
from core.errors import InvalidInput, NotFound


class GraphQLExtensions(msgspec.Struct, frozen=True):
    is_sample: bool


class GraphQLAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was asked for, as far as there is any; `errors` only where there are some.

    `extensions` say of charts whether they are made of samples.
    """

    data: dict[str, Any] | msgspec.UnsetType | None = msgspec.UNSET
    errors: list[dict[str, Any]] = msgspec.field(default_factory=list)
    extensions: GraphQLExtensions | msgspec.UnsetType = msgspec.UNSET


EXAMPLE = {"query": "query GetAvailableGenres { genres { name displayName } }", "variables": {}}
ASK = Endpoint(
    tag=TAG,
    name="ask",
    summary="Ask by GraphQL",
    description=(
        f"Of at most {MAX_OPERATIONS} operations in a list each is answered. Each counts as a request, and"
        " they share the limits of one. An Idempotency-Key has no effect. Errors in a field or the query"
        " are in the 200, with a code in their `extensions`: `QUERY_TOO_LARGE`, `RATE_LIMITED`,"
        " `INTERNAL_ERROR`. To who accepts `application/graphql-response+json` the answer is called so."
    ),
    answers=(
        Answer(
            200,
            "The answer to the operation.",
            GraphQLAnswer,
            {"data": {"genres": [{"name": "pop", "displayName": "Pop"}]}},
        ),
    ),
    refusals=(Refusal(InvalidInput, "There is no query.", {"query": ["This field is required."]}),),
    body=Body(QuestionSerializer, "GraphQLQuestion", EXAMPLE),
    is_enveloped=True,
)
ASK_BY_NAME = replace(
    ASK,
    name="ask_by_name",
    summary="Ask by GraphQL, at the operation's name",
    refusals=(
        *ASK.refusals,
        Refusal(NotFound, "No operation of chart clients has this name.", is_plain=True),
    ),
    parameters=(
        Parameter(
            "operation",
            "path",
            {"type": "string", "enum": list(OPERATIONS)},
            "Only a name: the body says what is asked for.",
            is_required=True,
        ),
    ),
)
