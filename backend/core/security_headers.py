"""Security headers of all responses: what browsers may not do, and what each part of the site may load."""

import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponseBase

Policy = dict[str, str]

# An answer that is no page: it may load nothing, run nothing, and be in no frame.
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
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
}
# Also where it says that there is no such room.
PAGE_PATH = re.compile(r"/(r(/.*)?)?", re.DOTALL)
# What a service worker fetches is judged by the policy that it came with.
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
