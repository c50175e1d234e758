"""The wide limits, on every endpoint: by caller, and by the address that callers share."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from core.addresses import network_of
from core.answers import answer
from core.errors import ApiError, NotAuthenticated
from core.identity import Visit, asks_for_identity, caller_for, caller_of, network_key, visit_of
from core.limits import LOGINS, REQUESTS_OF_ADDRESS, REQUESTS_OF_CALLER
from core.rate_limits import count_against

# What tries a password or a token for one, or makes an account.
LOGIN_PATHS = {
    "/admin/login/",
    "/api/users/",
    "/api/auth/register/",
    "/api/auth/token/",
    "/api/auth/session/",
    "/api/auth/password/",
    "/api/auth/password/reset/",
    "/api/auth/password/reset/confirm/",
}


class RequestLimitMiddleware:
    """Counts before anything else is done for the request. Files of our own pages do not count."""

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
    _count_both(caller_for(visit).key, visit)


def _count(request: HttpRequest) -> None:
    if request.method == "POST" and request.path_info in LOGIN_PATHS:
        count_against(LOGINS, network_of(visit_of(request).address))
    if request.path_info.startswith("/api/"):
        _count_both(_counted_as(request), visit_of(request))


def _counted_as(request: HttpRequest) -> str:
    try:
        return caller_of(request).key
    except NotAuthenticated:
        if not asks_for_identity(request):
            raise
        visit = visit_of(request)
        return network_key(visit.address, visit.user_agent)


def _count_both(caller_key: str, visit: Visit) -> None:
    """The caller first: who is refused for itself takes nothing from the others of its address."""
    count_against(REQUESTS_OF_CALLER, caller_key)
    count_against(REQUESTS_OF_ADDRESS, network_of(visit.address))
