"""The client's own name for a write: the `Idempotency-Key`, told as `op_id` in the events that it causes."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve

from core.addresses import network_of
from core.answers import answer
from core.errors import InvalidInput
from core.idempotency import once
from core.identity import visit_of
from core.limits import NAMED_WRITES
from core.origins import WRITING_METHODS
from core.rate_limits import TooManyCalls, count_against
from core.request_context import within_operation

USABLE_KEY = re.compile(r"[\x20-\x7e]{1,64}")


class OperationMiddleware:
    """Names the write that a request is, where it gives a name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.headers.get("Idempotency-Key")
        if key is None or not _is_write(request):
            return self.get_response(request)
        if not USABLE_KEY.fullmatch(key) or _is_given_twice(request):
            return answer(InvalidInput.of("Idempotency-Key", "One, of 1 to 64 printable ASCII characters."))
        with within_operation(key):
            if _keeps_no_answer(request):
                return self.get_response(request)
            try:
                count_against(NAMED_WRITES, network_of(visit_of(request).address))
            except TooManyCalls as error:
                return answer(error)
            return once(request, key=key, respond=self.get_response)


def _keeps_no_answer(request: HttpRequest) -> bool:
    """Whether the view only reads, or needs more than one transaction and refuses a repeat by itself."""
    view = getattr(resolve(request.path_info).func, "cls", None)
    return request.method in getattr(view, "keeps_no_answer_on", ())


def _is_given_twice(request: HttpRequest) -> bool:
    """Django joins what comes twice by a comma, which is a key of its own."""
    headers: list[tuple[bytes, bytes]] = getattr(request, "scope", {}).get("headers", [])
    return sum(name.lower() == b"idempotency-key" for name, _ in headers) > 1


def _is_write(request: HttpRequest) -> bool:
    """To the API: the admin answers what it has done with a redirect, which is no answer to be kept.

    Not where the address does not take the method: that is a 405, whatever the key.
    """
    if request.method not in WRITING_METHODS or not request.path_info.startswith("/api/"):
        return False
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    methods = getattr(view, "actions", None) or dir(getattr(view, "cls", None))
    return request.method.lower() in methods
