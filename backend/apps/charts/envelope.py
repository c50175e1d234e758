"""Errors of the charts' addresses in the envelope that chart clients know, whoever refused the request."""

import json
import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from apps.charts.graphql.operations import OPERATIONS
from core.rendering import json_bytes

# The older ones stand without /api, too. Of /api/health/ this one alone: live and ready are no chart's.
OLDER = "graph-data|playlist-data|service-playlist|last-updated|header-art"
BY_GRAPHQL = "|".join(["gql", *OPERATIONS])
ENVELOPED = re.compile(
    rf"/(?:api/(?:charts|trending-isrcs|{BY_GRAPHQL}|rooms/[^/]+/chart)|(?:api/)?(?:{OLDER}))(?:/.*)?|/api/health/?",
    re.DOTALL,
)


class EnvelopeMiddleware:
    """Stands outside of whatever may refuse a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code >= 400 and ENVELOPED.fullmatch(request.path_info):
            _wrap(response)
        return response


def _wrap(response: HttpResponseBase) -> None:
    is_json = response.headers.get("Content-Type", "").startswith("application/json")
    if not isinstance(response, HttpResponse) or not is_json or not response.content:
        return
    body = json.loads(response.content)
    if isinstance(body, dict) and body.keys() == {"error"}:
        error = body["error"]
        response.content = json_bytes(
            {"status": "error", "message": error["message"], "data": None, "error": error}
        )
        response.headers["Content-Length"] = str(len(response.content))
