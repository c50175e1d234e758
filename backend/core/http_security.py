"""Security of HTTP: allowed origins, HTTPS_ONLY, the size of bodies, and headers that restrict browsers."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponseBase
from django.utils.encoding import escape_uri_path, iri_to_uri

from core.error_responses import error_response
from core.errors import NotPermitted, PayloadTooLarge

WRITING_METHODS = {"POST", "PUT", "PATCH", "DELETE"}
DEFAULT_PORTS = {"http": 80, "https": 443}
# The values of Sec-Fetch-Site for requests from our own page, or entered by the user.
TRUSTED_FETCH_SITES = {"same-origin", "none"}


def is_origin_allowed(*, origin: str | None, fetch_site: str | None, host: str) -> bool:
    """Whether a write or a socket is accepted.

    `origin` and `fetch_site` are the headers Origin and Sec-Fetch-Site, `host` is the request's Host. A
    program sends neither of the first two; a browser can't leave them out.
    """
    if origin is None:
        return fetch_site is None or fetch_site in TRUSTED_FETCH_SITES
    return origin in settings.CORS_ALLOWED_ORIGINS or _is_own(origin, host)


def _is_own(origin: str, host: str) -> bool:
    """With HTTPS_ONLY a page loaded over http is not ours: an attacker on the network may have written it."""
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
    """Rejects API writes from pages of other sites. The admin has its own CSRF token."""

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
                return error_response(NotPermitted("Writes from pages of another origin are rejected."))
        return self.get_response(request)


def cors_headers(origin: str | None) -> dict[str, str]:
    """The CORS headers of a response that does not pass Django's middleware."""
    headers = {"vary": "origin"}
    if origin in settings.CORS_ALLOWED_ORIGINS:
        headers["access-control-allow-origin"] = str(origin)
        headers["access-control-allow-credentials"] = "true"
        headers["access-control-expose-headers"] = ", ".join(settings.CORS_EXPOSE_HEADERS)
    return headers


# --- HTTPS_ONLY --------------------------------------------------------------------------------------


Scope = Mapping[str, Any]
SECURE_SCHEMES = {"https", "wss"}


def is_way_allowed(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Whether HTTPS_ONLY allows a request or a socket that does not pass Django's middleware."""
    return not settings.HTTPS_ONLY or is_scope_secure(scope, headers)


def is_scope_secure(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Like Django's `request.is_secure()`: a trusted proxy's header takes precedence over the scheme."""
    if settings.SECURE_PROXY_SSL_HEADER:
        name, secure_value = settings.SECURE_PROXY_SSL_HEADER
        said = headers.get(name.removeprefix("HTTP_").replace("_", "-").lower())
        if said is not None:
            return said.split(",", 1)[0].strip() == secure_value
    return scope.get("scheme") in SECURE_SCHEMES


def https_address(scope: Scope, *, host: str) -> str:
    """The https URL of the same resource. `host` is an allowed host of this server."""
    query = scope.get("query_string", b"").decode("latin-1")
    return f"https://{host}{escape_uri_path(scope['path'])}{'?' + str(iri_to_uri(query)) if query else ''}"


def hsts_headers(scope: Scope, headers: Mapping[str, str]) -> dict[str, str]:
    """`Strict-Transport-Security`, as Django's SecurityMiddleware sends it."""
    if not settings.SECURE_HSTS_SECONDS or not is_scope_secure(scope, headers):
        return {}
    return {"strict-transport-security": f"max-age={settings.SECURE_HSTS_SECONDS}"}


class HttpsOnlyMiddleware:
    """Rejects writes to the API over http: after a redirect, most clients would repeat them as reads."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_write = request.method in WRITING_METHODS and request.path_info.startswith("/api/")
        if settings.HTTPS_ONLY and is_write and not request.is_secure():
            return error_response(NotPermitted("Writes must use HTTPS."))
        return self.get_response(request)


# --- Bodies ------------------------------------------------------------------------------------------


class BodyLimitMiddleware:
    """Rejects a write whose body is too large, even if no view would read it.

    Django REST framework treats a chunked body, which has no length, as missing: so the length is set.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in WRITING_METHODS and _length(request) > settings.MAX_BODY_BYTES:
            return error_response(PayloadTooLarge())
        return self.get_response(request)


def _length(request: HttpRequest) -> int:
    """The length in bytes; for a body that is too large, at least one more than is allowed."""
    length = request.META.get("CONTENT_LENGTH")
    if length:
        return int(length) if length.isascii() and length.isdigit() else 0
    body = request.read(settings.MAX_BODY_BYTES + 1)
    request._body = body
    request.META["CONTENT_LENGTH"] = str(len(body))
    return len(body)


# --- Headers of responses ----------------------------------------------------------------------------

Policy = dict[str, str]

# A response that is no page: it may load nothing, run nothing, and be in no frame.
NOTHING: Policy = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
# The page that people use. COVER_HOSTS, EMBED_HOSTS and its own socket are added for each request (below).
PAGE: Policy = {
    **NOTHING,
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "media-src": "'self' blob:",  # audio; the next track, which is loaded before it is played
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
}
# Also where it says that there is no such room.
PAGE_PATH = re.compile(r"/(r(/.*)?)?", re.DOTALL)
# The policy of a service worker's own response applies to its requests.
SERVICE_WORKER: Policy = {**NOTHING, "connect-src": "'self'"}
# Without any one word of the next three a test in tests/browser/test_policies.py fails.
ADMIN: Policy = {
    **NOTHING,
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",  # icons
    "connect-src": "'self'",  # fields that find rooms and tracks as one types
    "form-action": "'self'",
}
SWAGGER: Policy = {
    **NOTHING,
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",  # its favicon; arrows, which are in its style sheet
    "connect-src": "'self'",  # the document, and what people try
}
# Redoc makes empty style elements, which it fills by its script, and one that always holds the same.
REDOC_STYLES = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='",
)
REDOC: Policy = {
    **NOTHING,
    "script-src": "'self'",
    "style-src": " ".join(["'self'", *REDOC_STYLES]),
    "img-src": "'self' data:",  # its favicon; icons, which are in its script
    "connect-src": "'self'",  # the document
    "worker-src": "blob:",  # its search
}

# GraphiQL. What its scripts set of styles, they set in ways that need no word here.
GRAPHIQL: Policy = {
    **NOTHING,
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",  # its icon
    "connect-src": "'self'",  # what people ask
}

# The first that the path begins with counts.
POLICIES: list[tuple[str, Policy]] = [
    ("/admin/", ADMIN),
    ("/api/docs/", SWAGGER),
    ("/api/redoc/", REDOC),
    ("/api/gql/", GRAPHIQL),
    ("/service-worker.js", SERVICE_WORKER),
]

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# Over plain http from another machine browsers pass over it, and complain in their console.
WHERE_TRUSTED = {"Cross-Origin-Opener-Policy": "same-origin"}
THIS_MACHINE = re.compile(r"(localhost|[\w.-]+\.localhost|127(\.\d+){3}|\[::1\])(:\d+)?", re.IGNORECASE)


def security_headers(path: str) -> dict[str, str]:
    return {**ALWAYS, "Content-Security-Policy": written(policy_for(path))}


def policy_for(path: str) -> Policy:
    if PAGE_PATH.fullmatch(path):
        return PAGE
    return next((policy for prefix, policy in POLICIES if path.startswith(prefix)), NOTHING)


def written(policy: Policy) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())


def policy_of(request: HttpRequest) -> Policy:
    """As `policy_for`, and for the page what only the request and the settings say."""
    policy = policy_for(request.path)
    return page_policy(request) if policy is PAGE else policy


def page_policy(request: HttpRequest) -> Policy:
    pictures = " ".join([PAGE["img-src"], *settings.COVER_HOSTS])
    return {
        **PAGE,
        "img-src": pictures,
        "connect-src": " ".join([PAGE["connect-src"], *_own_socket(request)]),
        **_frames(),
    }


def _frames() -> Policy:
    """Players of music services; without any no frame at all, as `default-src` says."""
    players = [f"https://{host}" for host in settings.EMBED_HOSTS]
    return {"frame-src": " ".join(players)} if players else {}


def _own_socket(request: HttpRequest) -> list[str]:
    """Older browsers don't take 'self' for the socket, too. An allowed host is nothing but a name and a port.

    A policy has no word for IPv6 addresses.
    """
    try:
        host = request.get_host()
    except DisallowedHost:
        return []
    return [] if host.startswith("[") else [f"{'wss' if request.is_secure() else 'ws'}://{host}"]


def is_trusted(request: HttpRequest) -> bool:
    """Whether browsers take the way here for safe: https, or no way at all."""
    return request.is_secure() or THIS_MACHINE.fullmatch(request.headers.get("Host", "")) is not None


class SecurityHeadersMiddleware:
    """Wraps everything that responds. Under https every cookie becomes Secure, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        headers = {**security_headers(request.path), "Content-Security-Policy": written(policy_of(request))}
        headers |= WHERE_TRUSTED if is_trusted(request) else {}
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response
