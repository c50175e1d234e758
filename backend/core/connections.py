"""Every request gives its database connection back, whatever becomes of whoever asked; so do our threads."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from core.frames import roomy


class ConnectionMiddleware:
    """The outermost: when it is left, the request's thread holds no connection of the pool.

    Django gives connections back when it has sent the answer. A server that gives up on a request, because
    its client has gone, cancels that part, and the pool would lose the connection for ever. The thread itself
    always comes by here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    @roomy
    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return self.get_response(request)
        finally:
            if connection.vendor != "sqlite" and not connection.in_atomic_block:
                connection.close()


@contextmanager
def released_connection() -> Iterator[None]:
    """For a thread of our own: when it is left, the thread holds no connection of the pool, nor a broken one.

    On SQLite it keeps its connection, which costs nothing while it isn't used.
    """
    try:
        yield
    except BaseException:
        _close_unless_in_use()  # it may be the connection itself that failed
        raise
    if connection.vendor != "sqlite":
        _close_unless_in_use()


def _close_unless_in_use() -> None:
    if not connection.in_atomic_block:
        connection.close()
