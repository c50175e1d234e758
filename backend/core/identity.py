"""The caller of a request, found by resolvers that apps register; and the permissions of views."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import ResolverMatch, get_urlconf, resolve
from django.utils.crypto import salted_hmac
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from core.errors import ErrorSpec, NotAuthenticated, NotPermitted, raises
from core.network import client_ip, network_of
from core.request_context import django_request

if TYPE_CHECKING:
    from rest_framework.views import APIView


@dataclass(frozen=True, slots=True)
class Visit:
    """The data of a request or a socket that identify its client. Header names are in lower case."""

    address: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)

    @property
    def user_agent(self) -> str:
        return self.headers.get("user-agent", "")


@dataclass(frozen=True, slots=True)
class Caller:
    """A client that votes, adds and owns. `key` is stable and unique over all kinds of callers."""

    key: str
    address: str
    name: str = ""
    user_id: int | None = None
    guest_id: str | None = None
    is_staff: bool = False

    @property
    def counted_as(self) -> str:
        """The key for rate limits: all strangers of a network count as one, with any user agent."""
        return self.owner_key or stranger_key(self.address)

    @property
    def owner_key(self) -> str:
        """The key under which the caller owns things.

        Empty for an IP address, which owns nothing: another client may have it tomorrow.
        """
        return self.key if self.user_id is not None or self.guest_id is not None else ""


# Prefix of the key of an account, followed by its id.
ACCOUNT = "user"
# Prefix of the key of a caller without an identity.
STRANGER = "net:"

Resolver = Callable[[Visit], Caller | None]
_caller_resolvers: list[Resolver] = []
_claim_resolvers: list[Resolver] = []


def register_caller_resolvers(*recognisers: Resolver) -> None:
    """Registers resolvers, the highest in rank first. Called once, when the apps are ready."""
    _caller_resolvers.extend(one for one in recognisers if one not in _caller_resolvers)


def register_claim_resolvers(*recognisers: Resolver) -> None:
    """Registers cheaper resolvers, the highest in rank first. Called once, when the apps are ready."""
    _claim_resolvers.extend(one for one in recognisers if one not in _claim_resolvers)


def claimed_caller(visit: Visit) -> Caller:
    """The caller, as far as it can be determined cheaply; only where no identity is needed, as for joining.

    An account is looked up. A guest is not, so a deleted one is accepted, and has no name here;
    an invalid token identifies no caller.
    """
    for recognise in _claim_resolvers:
        try:
            if caller := recognise(visit):
                return caller
        except NotAuthenticated:
            continue
    return _network_caller(visit)


def caller_for(visit: Visit) -> Caller:
    """The caller: found by a resolver, else the IP address with the user agent.

    Raises NotAuthenticated when a token was given that is not (or no longer) valid. May read the database.
    """
    for recognise in _caller_resolvers:
        if caller := recognise(visit):
            return caller
    return _network_caller(visit)


def _network_caller(visit: Visit) -> Caller:
    return Caller(key=network_key(visit.address, visit.user_agent), address=visit.address)


def stranger_key(address: str) -> str:
    """All callers of a network that have no identity."""
    return network_key(network_of(address))


def network_key(*parts: str) -> str:
    """A caller's key that does not reveal the IP address it was made from."""
    return STRANGER + salted_hmac("caller", "\n".join(parts), algorithm="sha256").hexdigest()[:32]


def user_id_of(key: str) -> int | None:
    """The account's id, of a caller's key; None when it is not an account's."""
    kind, _, number = key.partition(":")
    return int(number) if kind == ACCOUNT and number.isdecimal() else None


def caller_of(request: HttpRequest) -> Caller:
    """The caller of this HTTP request; resolved once for each request."""
    request = django_request(request)
    caller: Caller | None = request.__dict__.get("tutti_caller")
    if caller is None:
        caller = request.__dict__["tutti_caller"] = caller_for(visit_of(request))
    return caller


def asks_for_identity(request: HttpRequest) -> bool:
    """Whether the request creates an identity: a new guest, a registration, a login.

    Such a request is identified by its network alone: it may replace the identity that it contains.
    """
    view = getattr(view_of(request), "cls", None)
    return request.method in getattr(view, "gives_identity_on", ())


def view_of(request: HttpRequest) -> Any:
    """The view function for the request's URL. Raises Resolver404."""
    return match_of(request).func


def match_of(request: HttpRequest) -> ResolverMatch:
    """The URL pattern that matches the request; resolved once. Raises Resolver404."""
    path, match = request.__dict__.get("tutti_match", ("", None))
    if match is None or path != request.path_info:
        match = _resolved(request.path_info, get_urlconf())
        request.__dict__["tutti_match"] = request.path_info, match
    found: ResolverMatch = match
    return found


# Few URLs are in use concurrently, and resolving one takes longer than most SQL statements.
_resolved = lru_cache(maxsize=1000)(resolve)


def visit_of(request: HttpRequest) -> Visit:
    """Made once for each request."""
    request = django_request(request)
    visit: Visit | None = request.__dict__.get("tutti_visit")
    if visit is None:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR")
        visit = request.__dict__["tutti_visit"] = Visit(
            address=client_ip(
                peer=request.META.get("REMOTE_ADDR"), forwarded_for=[forwarded] if forwarded else []
            ),
            headers={name.lower(): value for name, value in request.headers.items()},
            cookies=request.COOKIES,
        )
    return visit


def visit_of_scope(scope: Mapping[str, Any]) -> Visit:
    """The visit that an ASGI scope (HTTP or WebSocket) describes."""
    headers = scope_headers(scope)
    forwarded = headers.get("x-forwarded-for")
    peer = scope.get("client")
    return Visit(
        address=client_ip(peer=peer[0] if peer else None, forwarded_for=[forwarded] if forwarded else []),
        headers=headers,
        cookies=_cookies(headers.get("cookie", "")),
    )


def scope_headers(scope: Mapping[str, Any]) -> dict[str, str]:
    """Headers by lower-case name; those that occur several times are joined with a comma."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope.get("headers", []):
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


def bearer_token(visit: Visit) -> str | None:
    """The token of `Authorization: Bearer …`; None without one, or with another scheme."""
    scheme, _, token = visit.headers.get("authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


# --- Permissions, and authentication by a session ----------------------------------------------------


class SessionWithoutCsrfToken(SessionAuthentication):
    """The session cookie; `core.http_security` checks that the browser's page is ours, not a token."""

    def enforce_csrf(self, request: Request) -> None:
        """Nothing to do: OriginMiddleware has rejected requests of other sites."""

    def authenticate_header(self, request: Request) -> str:
        """Makes a missing login a 401; with SessionAuthentication itself, it is a 403."""
        del request
        return "Session"


class IsStaffOrReadOnly(BasePermission):
    """Everyone reads, staff writes. A method that an endpoint does not have is no matter of rights: 405."""

    @raises(
        ErrorSpec(NotAuthenticated, "No user is logged in, or a token is not valid."),
        ErrorSpec(NotPermitted, "The account is not staff, or a page of another origin sent it."),
    )
    def has_permission(self, request: Request, view: "APIView") -> bool:
        method = str(request.method)
        is_served = method.lower() in view.http_method_names and hasattr(view, method.lower())
        return method in SAFE_METHODS or not is_served or bool(request.user and request.user.is_staff)
