"""GraphQL over HTTP: one question in a body, or a few of them in a list."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.charts.graphql.answers import answered
from apps.charts.graphql.documentation import ASK, ASK_BY_NAME
from apps.charts.graphql.limits import MAX_OPERATIONS
from apps.charts.graphql.running import Context, Question
from apps.charts.graphql.serializers import QuestionSerializer
from core.endpoints import documented
from core.errors import InvalidInput
from core.identity import caller_of


class GraphQLView(APIView):
    """Everybody may ask, and nothing in an answer depends on who does."""

    @documented(ASK)
    @documented(ASK_BY_NAME, at="{operation}/")
    def post(self, request: Request, operation: str = "") -> HttpResponse:
        del operation  # only a name
        caller = caller_of(request)
        if not isinstance(request.data, list):
            return _response(answered(_question(request.data), Context(caller)))
        if not 1 <= len(request.data) <= MAX_OPERATIONS:
            raise InvalidInput.of("body", f"Send between 1 and {MAX_OPERATIONS} operations at once.")
        questions = [_question(one) for one in request.data]
        return _response(b"[%s]" % b",".join(answered(question, Context(caller)) for question in questions))


def _response(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="application/json")


def _question(body: Any) -> Question:
    sent = QuestionSerializer(data=body)
    sent.is_valid(raise_exception=True)
    told = sent.validated_data
    return Question(told["query"], told["variables"] or {}, told["operationName"] or None)
