"""The wide limits, on every endpoint: by caller, and by the address that callers share."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from core.addresses import network_of
from core.answers import answer
from core.errors import ApiError, NotAuthenticated
from core.identity import Visit, asks_for_identity, caller_for, caller_of, stranger_key, visit_of
from core.limits import LOGINS, REQUESTS_OF_ADDRESS, REQUESTS_OF_CALLER
from core.rate_limits import count_against, count_in_order

# What tries a password or a token for one, or makes an account.
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

    The page and files are answered before this; figures for operators have a token of their own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            _count(request)
        except ApiError as error:
            return answer(error)
        return self.get_response(request)


def count_request(visit: Visit) -> None:
    """Counts a request to the API against both wide limits. Raises TooManyCalls, NotAuthenticated."""
    _count_both(caller_for(visit).counted_as, visit)


def count_again(request: HttpRequest, *, times: int) -> None:
    """Counts what one request bundles as the requests that it stands for. Raises TooManyCalls."""
    for _ in range(times):
        _count_both(_counted_as(request), visit_of(request))


def _count(request: HttpRequest) -> None:
    if request.method == "POST" and request.path_info in LOGIN_PATHS:
        count_against(LOGINS, network_of(visit_of(request).address))
    if request.path_info != NOT_COUNTED:
        _count_both(_counted_as(request), visit_of(request))


def _counted_as(request: HttpRequest) -> str:
    try:
        return caller_of(request).counted_as
    except NotAuthenticated:
        if not asks_for_identity(request):
            raise
        return stranger_key(visit_of(request).address)


def _count_both(caller_key: str, visit: Visit) -> None:
    """The caller first: who is refused for itself takes nothing from the others of its address."""
    count_in_order((REQUESTS_OF_CALLER, caller_key), (REQUESTS_OF_ADDRESS, network_of(visit.address)))
