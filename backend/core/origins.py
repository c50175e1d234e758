"""From where a browser may write: our own pages and CORS_ALLOWED_ORIGINS."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from core.answers import answer
from core.errors import NotPermitted

WRITING_METHODS = {"POST", "PUT", "PATCH", "DELETE"}
DEFAULT_PORTS = {"http": 80, "https": 443}
# What Sec-Fetch-Site says of a request from our own page or from the person's own hand.
TRUSTED_FETCH_SITES = {"same-origin", "none"}


def is_origin_allowed(*, origin: str | None, fetch_site: str | None, host: str) -> bool:
    """Whether a write or a socket counts.

    `origin` and `fetch_site` are the headers Origin and Sec-Fetch-Site, `host` is the request's Host. A
    program sends neither of the first two; a browser can't leave them out.
    """
    if origin is None:
        return fetch_site is None or fetch_site in TRUSTED_FETCH_SITES
    return origin in settings.CORS_ALLOWED_ORIGINS or _is_own(origin, host)


def _is_own(origin: str, host: str) -> bool:
    """With HTTPS_ONLY a page that came over http is not ours: anybody on the way may have written it."""
    try:
        sender = urlsplit(origin)
        if settings.HTTPS_ONLY and sender.scheme != "https":
            return False
        default_port = DEFAULT_PORTS.get(sender.scheme)
        own = urlsplit(f"//{host}")
        return (
            default_port is not None
            and sender.hostname == own.hostname
            and (sender.port or default_port) == (own.port or default_port)
        )
    except ValueError:
        return False


class OriginMiddleware:
    """Refuses API writes that another site's page sent. The admin has its own CSRF token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in WRITING_METHODS and request.path_info.startswith("/api/"):
            allowed = is_origin_allowed(
                origin=request.headers.get("Origin"),
                fetch_site=request.headers.get("Sec-Fetch-Site"),
                host=request.get_host(),
            )
            if not allowed:
                return answer(NotPermitted("Writes from pages of another origin are not taken."))
        return self.get_response(request)


def cors_headers(origin: str | None) -> dict[str, str]:
    """What lets a page of an allowed origin read an answer that did not pass Django's middleware."""
    headers = {"vary": "origin"}
    if origin in settings.CORS_ALLOWED_ORIGINS:
        headers["access-control-allow-origin"] = str(origin)
        headers["access-control-allow-credentials"] = "true"
        headers["access-control-expose-headers"] = ", ".join(settings.CORS_EXPOSE_HEADERS)
    return headers
