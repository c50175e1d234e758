"""What every answer tells the browser not to do, and what each part of the site may load."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

Policy = dict[str, str]

# An answer that is no page: it may load nothing, run nothing, and stand in no frame.
NOTHING: Policy = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
FRONT_PAGE: Policy = {**NOTHING, "style-src": "'self'", "img-src": "'self'"}
ADMIN: Policy = {
    **NOTHING,
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
}
SWAGGER: Policy = {**ADMIN}
# Redoc makes empty style elements, which it fills by its script, and one that always holds the same.
REDOC_STYLES = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='",
)
REDOC: Policy = {
    **NOTHING,
    "script-src": "'self'",
    "style-src": " ".join(["'self'", *REDOC_STYLES]),
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "blob:",
}

# The first that the path begins with counts.
POLICIES: list[tuple[str, Policy]] = [
    ("/admin/", ADMIN),
    ("/api/docs/", SWAGGER),
    ("/api/redoc/", REDOC),
]

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def security_headers(path: str) -> dict[str, str]:
    return {**ALWAYS, "Content-Security-Policy": written(policy_for(path))}


def policy_for(path: str) -> Policy:
    if path == "/":
        return FRONT_PAGE
    return next((policy for prefix, policy in POLICIES if path.startswith(prefix)), NOTHING)


def written(policy: Policy) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())


class SecurityHeadersMiddleware:
    """Stands outside of everything that answers. Under https every cookie becomes Secure, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in security_headers(request.path).items():
            response.headers.setdefault(name, value)
        if request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response
