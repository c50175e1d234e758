"""Middleware that may respond instead of a view: rate limits of all endpoints, and repeated writes."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404

from core.error_responses import error_response
from core.errors import ApiError, InvalidInput, NotAuthenticated
from core.http_security import WRITING_METHODS
from core.idempotency import run_idempotent
from core.identity import Visit, asks_for_identity, caller_for, caller_of, stranger_key, view_of, visit_of
from core.json_codec import json_body, read_early
from core.network import network_of
from core.rate_limits import (
    IDEMPOTENT_WRITES,
    LOGINS,
    REQUESTS_OF_ADDRESS,
    REQUESTS_OF_CALLER,
    Limit,
    check_rate_limit,
    count_in_order,
)
from core.request_context import within_operation

# --- Rate limits -------------------------------------------------------------------------------------


# URLs that try a password or a token, or create an account.
LOGIN_PATHS = {
    "/admin/login/",
    "/admin/password_change/",
    "/api/users/",
    "/api/auth/register/",
    "/api/auth/token/",
    "/api/auth/session/",
    "/api/auth/password/",
    "/api/auth/password/reset/",
    "/api/auth/password/reset/confirm/",
}

NOT_COUNTED = "/metrics"


class RequestLimitMiddleware:
    """Counts before anything else is done for the request.

    The web app and its files are served before this; metrics have a token of their own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            _count(request)
        except ApiError as error:
            return error_response(error)
        return self.get_response(request)


def count_request(visit: Visit) -> None:
    """Counts a request to the API against both wide limits. Raises RateLimitExceeded, NotAuthenticated."""
    _count_caller(lambda: caller_for(visit).counted_as, visit)


def count_again(request: HttpRequest, *, times: int) -> None:
    """Counts a batch as that many requests. Raises RateLimitExceeded."""
    for _ in range(times):
        _count_both(_counted_as(request), visit_of(request))


def _count(request: HttpRequest) -> None:
    if request.method == "POST" and request.path_info in LOGIN_PATHS:
        check_rate_limit(LOGINS, network_of(visit_of(request).address))
    if request.path_info != NOT_COUNTED:
        further = (IDEMPOTENT_WRITES,) if is_idempotent_write(request) else ()
        _count_caller(lambda: _counted_as(request), visit_of(request), *further)


def _counted_as(request: HttpRequest) -> str:
    try:
        return caller_of(request).counted_as
    except NotAuthenticated:
        if not asks_for_identity(request):
            raise
        return stranger_key(visit_of(request).address)


def _count_caller(key: Callable[[], str], visit: Visit, *further: Limit) -> None:
    """`key` returns the caller's key. One with an invalid token counts as a stranger before its 401."""
    try:
        caller_key = key()
    except NotAuthenticated:
        _count_both(stranger_key(visit.address), visit, *further)
        raise
    _count_both(caller_key, visit, *further)


def _count_both(caller_key: str, visit: Visit, *further: Limit) -> None:
    """The caller first: a caller over its own limit uses up nothing of others at its IP address.

    The `further` ones are of the address, too. All in one step: each is an exchange with Redis.
    """
    network = network_of(visit.address)
    of_address = [(limit, network) for limit in (REQUESTS_OF_ADDRESS, *further)]
    count_in_order((REQUESTS_OF_CALLER, caller_key), *of_address)


# --- Idempotency keys --------------------------------------------------------------------------------


USABLE_KEY = re.compile(r"[\x20-\x7e]{1,64}")


class IdempotencyMiddleware:
    """Runs a write with an `Idempotency-Key` once, and returns the stored response on a repeat."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        view = _written_view(request)
        if view is None:
            return self.get_response(request)
        key = _usable_key(request)
        if key is None:
            return error_response(
                InvalidInput.of("Idempotency-Key", "One, of 1 to 64 printable ASCII characters.")
            )
        with within_operation(key):
            if _is_not_stored(request, view):
                return self.get_response(request)
            # Outside of the lock that `run_idempotent` takes. Views declare other slow parts.
            read_early(request, json_body, *getattr(view, "reads_early", ()))
            return run_idempotent(request, key=key, respond=self.get_response)


def is_idempotent_write(request: HttpRequest) -> bool:
    """Whether the response is stored under the request's key."""
    view = _written_view(request)
    return view is not None and not _is_not_stored(request, view) and _usable_key(request) is not None


def _is_not_stored(request: HttpRequest, view: type) -> bool:
    """It only reads, or needs more than one transaction and handles a repeat itself."""
    return request.method in getattr(view, "methods_without_record", ())


def _usable_key(request: HttpRequest) -> str | None:
    key = request.headers.get("Idempotency-Key", "")
    return key if USABLE_KEY.fullmatch(key) and not _is_repeated_header(request) else None


def _is_repeated_header(request: HttpRequest) -> bool:
    """Django joins repeated headers by a comma, which would be another key."""
    headers: list[tuple[bytes, bytes]] = getattr(request, "scope", {}).get("headers", [])
    return sum(name.lower() == b"idempotency-key" for name, _ in headers) > 1


def _written_view(request: HttpRequest) -> type | None:
    """The class of views to which this request writes with a key. Only in the API: the admin responds
    with redirects, which are not stored.

    None if the URL does not support the method: that is a 405, with any key.
    """
    if "Idempotency-Key" not in request.headers or request.method not in WRITING_METHODS:
        return None
    if not request.path_info.startswith("/api/"):
        return None
    try:
        function = view_of(request)
    except Resolver404:
        return None
    view: type | None = getattr(function, "cls", None)
    methods = getattr(function, "actions", None) or dir(view)
    return view if request.method.lower() in methods else None
