"""The client's own name for a write: the `Idempotency-Key`, told as `op_id` in the events that it causes."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from core.answers import answer
from core.errors import InvalidInput
from core.idempotency import once
from core.origins import WRITING_METHODS
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
            return once(request, key=key, respond=self.get_response)


def _is_given_twice(request: HttpRequest) -> bool:
    """Django joins what comes twice by a comma, which is a key of its own."""
    headers: list[tuple[bytes, bytes]] = getattr(request, "scope", {}).get("headers", [])
    return sum(name.lower() == b"idempotency-key" for name, _ in headers) > 1


def _is_write(request: HttpRequest) -> bool:
    """To the API: the admin answers what it has done with a redirect, which is no answer to be kept."""
    return request.method in WRITING_METHODS and request.path_info.startswith("/api/")
