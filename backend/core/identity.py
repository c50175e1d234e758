"""Who is calling. Apps register how they recognise somebody; the first that does wins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any

from django.http import HttpRequest
from django.urls import ResolverMatch, resolve
from django.utils.crypto import salted_hmac

from core.addresses import client_address, network_of
from core.errors import NotAuthenticated


@dataclass(frozen=True, slots=True)
class Visit:
    """What a request or a socket tells of whoever sent it. Header names are in lower case."""

    address: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)

    @property
    def user_agent(self) -> str:
        return self.headers.get("user-agent", "")


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who votes, adds and owns. `key` is stable and unique over all kinds of callers."""

    key: str
    address: str
    name: str = ""
    user_id: int | None = None
    guest_id: str | None = None
    is_staff: bool = False

    @property
    def counted_as(self) -> str:
        """What limits of a caller count by: all strangers of a network, whatever agent they show, as one."""
        return self.owner_key or stranger_key(self.address)

    @property
    def owner_key(self) -> str:
        """What a thing is kept under as theirs.

        Empty for a network address, which owns nothing: somebody else may have it tomorrow.
        """
        return self.key if self.user_id is not None or self.guest_id is not None else ""


# What the key of an account begins with, before its id.
ACCOUNT = "user"

Recogniser = Callable[[Visit], Caller | None]
_recognisers: list[Recogniser] = []
_claims: list[Recogniser] = []


def recognise_with(*recognisers: Recogniser) -> None:
    """Registers recognisers, the highest in rank first. Called once, when the apps are ready."""
    _recognisers.extend(one for one in recognisers if one not in _recognisers)


def claim_with(*recognisers: Recogniser) -> None:
    """Registers cheaper recognisers, the highest in rank first. Called once, when the apps are ready."""
    _claims.extend(one for one in recognisers if one not in _claims)


def claimed_caller(visit: Visit) -> Caller:
    """Who sent it, as far as that can be told cheaply; only for what needs no identity, such as joining.

    An account is looked up. A guest that has gone is taken for one that is there, and has no name here;
    a token that is not valid makes nobody.
    """
    for recognise in _claims:
        try:
            if caller := recognise(visit):
                return caller
        except NotAuthenticated:
            continue
    return _network_caller(visit)


def caller_for(visit: Visit) -> Caller:
    """Who sent it: whom a recogniser knows, else the network address with the user agent.

    Raises NotAuthenticated when a token was given that is not (or no longer) valid. May read the database.
    """
    for recognise in _recognisers:
        if caller := recognise(visit):
            return caller
    return _network_caller(visit)


def _network_caller(visit: Visit) -> Caller:
    return Caller(key=network_key(visit.address, visit.user_agent), address=visit.address)


def stranger_key(address: str) -> str:
    """All callers of a network that have no identity."""
    return network_key(network_of(address))


def network_key(*parts: str) -> str:
    """A caller's key that does not show the address it was made from."""
    return "net:" + salted_hmac("caller", "\n".join(parts), algorithm="sha256").hexdigest()[:32]


def user_id_of(key: str) -> int | None:
    """The account's id, of a caller's key; None when it is not an account's."""
    kind, _, number = key.partition(":")
    return int(number) if kind == ACCOUNT and number.isdecimal() else None


def caller_of(request: HttpRequest) -> Caller:
    """Who sent this HTTP request; found once for each request."""
    caller: Caller | None = request.__dict__.get("tutti_caller")
    if caller is None:
        caller = request.__dict__["tutti_caller"] = caller_for(visit_of(request))
    return caller


def asks_for_identity(request: HttpRequest) -> bool:
    """Whether the request is to make somebody known: a new guest, a registration, a login.

    Such a one is known by its network alone, whatever it shows: that may be what it wants to be rid of.
    """
    view = getattr(view_of(request), "cls", None)
    return request.method in getattr(view, "gives_identity_on", ())


def view_of(request: HttpRequest) -> Any:
    """The function that answers the request's address. Raises Resolver404."""
    return match_of(request).func


def match_of(request: HttpRequest) -> ResolverMatch:
    """What stands at the request's address; looked for once. Raises Resolver404."""
    path, match = request.__dict__.get("tutti_match", ("", None))
    if match is None or path != request.path_info:
        match = resolve(request.path_info)
        request.__dict__["tutti_match"] = request.path_info, match
    found: ResolverMatch = match
    return found


def visit_of(request: HttpRequest) -> Visit:
    """Made once for each request."""
    visit: Visit | None = request.__dict__.get("tutti_visit")
    if visit is None:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR")
        visit = request.__dict__["tutti_visit"] = Visit(
            address=client_address(
                peer=request.META.get("REMOTE_ADDR"), forwarded_for=[forwarded] if forwarded else []
            ),
            headers={name.lower(): value for name, value in request.headers.items()},
            cookies=request.COOKIES,
        )
    return visit


def visit_of_scope(scope: Mapping[str, Any]) -> Visit:
    """The visit that an ASGI scope (HTTP or WebSocket) tells of."""
    headers = scope_headers(scope)
    forwarded = headers.get("x-forwarded-for")
    peer = scope.get("client")
    return Visit(
        address=client_address(
            peer=peer[0] if peer else None, forwarded_for=[forwarded] if forwarded else []
        ),
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
