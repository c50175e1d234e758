"""HTTPS_ONLY: what came over plain http is sent to https, or refused where it can't be sent on."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.encoding import escape_uri_path, iri_to_uri

from core.answers import answer
from core.errors import NotPermitted
from core.origins import WRITING_METHODS

Scope = Mapping[str, Any]
SECURE_SCHEMES = {"https", "wss"}


def is_way_allowed(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Whether a request or a socket that does not pass Django's middleware came on a way that is taken."""
    return not settings.HTTPS_ONLY or is_scope_secure(scope, headers)


def is_scope_secure(scope: Scope, headers: Mapping[str, str]) -> bool:
    """As Django's `request.is_secure()`: a trusted proxy's word counts before how the proxy asked us."""
    if settings.SECURE_PROXY_SSL_HEADER:
        name, secure_value = settings.SECURE_PROXY_SSL_HEADER
        said = headers.get(name.removeprefix("HTTP_").replace("_", "-").lower())
        if said is not None:
            return said.split(",", 1)[0].strip() == secure_value
    return scope.get("scheme") in SECURE_SCHEMES


def https_address(scope: Scope, *, host: str) -> str:
    """Where the same is found over https. `host` is one that this server answers to."""
    query = scope.get("query_string", b"").decode("latin-1")
    return f"https://{host}{escape_uri_path(scope['path'])}{'?' + str(iri_to_uri(query)) if query else ''}"


def hsts_headers(scope: Scope, headers: Mapping[str, str]) -> dict[str, str]:
    """What has browsers remember https, as Django's SecurityMiddleware tells them."""
    if not settings.SECURE_HSTS_SECONDS or not is_scope_secure(scope, headers):
        return {}
    return {"strict-transport-security": f"max-age={settings.SECURE_HSTS_SECONDS}"}


class HttpsOnlyMiddleware:
    """Refuses writes to the API over http: sent on, most clients would repeat them as reads."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_write = request.method in WRITING_METHODS and request.path_info.startswith("/api/")
        if settings.HTTPS_ONLY and is_write and not request.is_secure():
            return answer(NotPermitted("This server takes writes over https only."))
        return self.get_response(request)
