"""GraphQL over HTTP: one question in a body, or a few of them in a list."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.charts.graphql.documentation import ASK, ASK_BY_NAME
from apps.charts.graphql.limits import MAX_OPERATIONS
from apps.charts.graphql.running import Context, Question, answer
from apps.charts.graphql.serializers import QuestionSerializer
from core.endpoints import documented
from core.errors import InvalidInput
from core.identity import caller_of


class GraphQLView(APIView):
    """Everybody may ask, and nothing in an answer depends on who does."""

    @documented(ASK)
    @documented(ASK_BY_NAME, at="{operation}/")
    def post(self, request: Request, operation: str = "") -> Response:
        del operation  # only a name
        context = Context(caller_of(request))
        if not isinstance(request.data, list):
            return Response(answer(_question(request.data), context))
        if not 1 <= len(request.data) <= MAX_OPERATIONS:
            raise InvalidInput.of("body", f"Send between 1 and {MAX_OPERATIONS} operations at once.")
        questions = [_question(one) for one in request.data]
        return Response([answer(question, context) for question in questions])


def _question(body: Any) -> Question:
    sent = QuestionSerializer(data=body)
    sent.is_valid(raise_exception=True)
    told = sent.validated_data
    return Question(told["query"], told["variables"] or {}, told["operationName"] or None)
