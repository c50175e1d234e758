"""Every request gives its database connection back, whatever becomes of whoever asked."""

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponseBase


class ConnectionMiddleware:
    """The outermost: when it is left, the request's thread holds no connection of the pool.

    Django gives connections back when it has sent the answer. A server that gives up on a request, because
    its client has gone, cancels that part, and the pool would lose the connection for ever. The thread itself
    always comes by here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return self.get_response(request)
        finally:
            if connection.vendor != "sqlite" and not connection.in_atomic_block:
                connection.close()
