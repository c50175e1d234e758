"""The context of one request or message: its request id and its op id."""

import re
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase

# An id that a proxy in front of us gave is kept, so that both logs name the same request.
USABLE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class RequestContext:
    request_id: str = "-"
    op_id: str | None = None


NO_CONTEXT = RequestContext()
_current: ContextVar[RequestContext] = ContextVar("request_context", default=NO_CONTEXT)


def django_request(request: HttpRequest) -> HttpRequest:
    """Django's request; Django REST framework gives views one that wraps it."""
    inner: HttpRequest = getattr(request, "_request", request)
    return inner


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


class DeferredActions:
    """Actions of one request that can wait until its response is sent. Thread-safe."""

    def __init__(self) -> None:
        self._actions: deque[Callable[[], object]] = deque()
        self._is_over = False

    def add(self, action: Callable[[], object]) -> None:
        self._actions.append(action)
        if self._is_over:  # a thread works on after its request was cancelled
            self.run()

    def run(self) -> None:
        """Runs all actions; later ones run when they are added."""
        self._is_over = True
        while action := self._next():
            action()

    def _next(self) -> Callable[[], object] | None:
        with suppress(IndexError):  # there is none, or another thread has just taken it
            return self._actions.popleft()
        return None


_deferred: ContextVar[DeferredActions | None] = ContextVar("deferred_actions", default=None)


@contextmanager
def deferring() -> Iterator[DeferredActions]:
    """Collects the actions of `after_response`; the server runs them once the response is sent."""
    deferred = DeferredActions()
    token = _deferred.set(deferred)
    try:
        yield deferred
    finally:
        _deferred.reset(token)


def after_response(action: Callable[[], object]) -> None:
    """Calls it after the response to this request was sent; immediately if there is no request."""
    if deferred := _deferred.get():
        deferred.add(action)
    else:
        action()


def request_id_from(given: str | None) -> str:
    return given if given and USABLE_REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


class RequestContextMiddleware:
    """Gives each request an id, which is also the response's `X-Request-ID`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = request_id_from(request.headers.get("X-Request-ID"))
        with within_request(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response
