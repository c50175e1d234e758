"""Counts HTTP requests by what answered them, never by what was asked: an address may hold anything."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from core.metrics import REQUEST_SECONDS, REQUESTS

KNOWN_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# What no view has answered: files, and what was refused before a view was found.
NO_VIEW = "none"


class RequestMetricsMiddleware:
    """Stands outside of what may refuse a request, so that refusals are counted too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        count_request(
            method=str(request.method),
            view=request.resolver_match.route if request.resolver_match else NO_VIEW,
            status=response.status_code,
            seconds=time.perf_counter() - began,
        )
        return response


def count_request(*, method: str, view: str, status: int, seconds: float) -> None:
    """`view` is the pattern of an address, of which there are few."""
    known_method = method if method in KNOWN_METHODS else "other"
    REQUESTS.labels(known_method, view, str(status)).inc()
    REQUEST_SECONDS.labels(known_method, view).observe(seconds)
