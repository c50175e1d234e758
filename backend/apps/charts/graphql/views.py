"""GraphQL over HTTP: one question in a body, or a few of them in a list."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.charts.graphql.answers import answered
from apps.charts.graphql.documentation import ASK, ASK_BY_NAME
from apps.charts.graphql.limits import MAX_OPERATIONS, Budget
from apps.charts.graphql.running import Context, Question
from apps.charts.graphql.serializers import QuestionSerializer
from core.endpoints import documented
from core.errors import InvalidInput
from core.identity import caller_of
from core.request_limits import count_again

# What GraphQL over HTTP calls its answers; errors of requests are plain JSON also then.
GRAPHQL_JSON = "application/graphql-response+json"


class GraphQLView(APIView):
    """Everybody may ask, and nothing in an answer depends on who does."""

    # It only reads: a whole request would hold the lock of a write.
    keeps_no_answer_on = {"POST"}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002
        return super().perform_content_negotiation(request, force=force or _wants_graphql_json(request))

    @documented(ASK)
    @documented(ASK_BY_NAME, at="{operation}/")
    def post(self, request: Request, operation: str = "") -> HttpResponse:
        del operation  # only a name
        caller, base_url = caller_of(request), request.build_absolute_uri("/").rstrip("/")
        if not isinstance(request.data, list):
            return _response(request, answered(_question(request.data), Context(caller, base_url)))
        if not 1 <= len(request.data) <= MAX_OPERATIONS:
            raise InvalidInput.of("body", f"Send between 1 and {MAX_OPERATIONS} operations at once.")
        questions, budget = [_question(one) for one in request.data], Budget()
        count_again(request._request, times=len(questions) - 1)
        answers = (answered(question, Context(caller, base_url, budget)) for question in questions)
        return _response(request, b"[%s]" % b",".join(answers))


def _response(request: Request, body: bytes) -> HttpResponse:
    kind = GRAPHQL_JSON if _wants_graphql_json(request) else "application/json"
    return HttpResponse(body, content_type=kind)


def _wants_graphql_json(request: Request) -> bool:
    return GRAPHQL_JSON in request.headers.get("Accept", "").lower()


def _question(body: Any) -> Question:
    sent = QuestionSerializer(data=body)
    sent.is_valid(raise_exception=True)
    told = sent.validated_data
    return Question(told["query"], told["variables"] or {}, told["operationName"] or None)
