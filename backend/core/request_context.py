"""What belongs to one request or frame wherever the code is: its request id and its op id."""

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase

# An id that a proxy in front of us gave is kept, so that both logs name the same request.
USABLE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class RequestContext:
    request_id: str = "-"
    op_id: str | None = None


NOTHING_KNOWN = RequestContext()
_current: ContextVar[RequestContext] = ContextVar("request_context", default=NOTHING_KNOWN)


def request_context() -> RequestContext:
    return _current.get()


@contextmanager
def within_request(*, request_id: str, op_id: str | None = None) -> Iterator[None]:
    token = _current.set(RequestContext(request_id=request_id, op_id=op_id))
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def within_operation(op_id: str | None) -> Iterator[None]:
    """Names the write that follows; the events that it causes carry the name."""
    with within_request(request_id=request_context().request_id, op_id=op_id):
        yield


def request_id_from(given: str | None) -> str:
    return given if given and USABLE_REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


class RequestContextMiddleware:
    """Gives each request an id, and the answer the same in `X-Request-ID`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = request_id_from(request.headers.get("X-Request-ID"))
        with within_request(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response
