"""The client's own name for a write: the `Idempotency-Key`, told as `op_id` in the events that it causes."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404

from core.addresses import network_of
from core.answers import answer
from core.early_reads import read_early
from core.errors import InvalidInput
from core.idempotency import once
from core.identity import view_of, visit_of
from core.limits import NAMED_WRITES
from core.origins import WRITING_METHODS
from core.parsing import json_body
from core.rate_limits import TooManyCalls, count_against
from core.request_context import within_operation

USABLE_KEY = re.compile(r"[\x20-\x7e]{1,64}")


class OperationMiddleware:
    """Names the write that a request is, where it gives a name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.headers.get("Idempotency-Key")
        view = None if key is None else _written_view(request)
        if key is None or view is None:
            return self.get_response(request)
        if not USABLE_KEY.fullmatch(key) or _is_given_twice(request):
            return answer(InvalidInput.of("Idempotency-Key", "One, of 1 to 64 printable ASCII characters."))
        with within_operation(key):
            if request.method in getattr(view, "keeps_no_answer_on", ()):
                # It only reads, or needs more than one transaction and refuses a repeat by itself.
                return self.get_response(request)
            try:
                count_against(NAMED_WRITES, network_of(visit_of(request).address))
            except TooManyCalls as error:
                return answer(error)
            # Outside of the lock that `once` takes. Views say what else of theirs takes long.
            read_early(request, json_body, *getattr(view, "reads_early", ()))
            return once(request, key=key, respond=self.get_response)


def _is_given_twice(request: HttpRequest) -> bool:
    """Django joins what comes twice by a comma, which is a key of its own."""
    headers: list[tuple[bytes, bytes]] = getattr(request, "scope", {}).get("headers", [])
    return sum(name.lower() == b"idempotency-key" for name, _ in headers) > 1


def _written_view(request: HttpRequest) -> type | None:
    """The class of views that this writes to, of the API alone: the admin answers what it has done with a
    redirect, which is no answer to be kept.

    None also where the address does not take the method: that is a 405, whatever the key.
    """
    if request.method not in WRITING_METHODS or not request.path_info.startswith("/api/"):
        return None
    try:
        function = view_of(request)
    except Resolver404:
        return None
    view: type | None = getattr(function, "cls", None)
    methods = getattr(function, "actions", None) or dir(view)
    return view if request.method.lower() in methods else None
