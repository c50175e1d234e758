"""Authentication: callers of requests (account, guest or IP address), and Django's own login forms."""

from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core import signing
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from apps.users.models import Guest, User, folded
from apps.users.services import count_newcomer
from core.cache import SharedMemory
from core.errors import NotAuthenticated
from core.identity import Caller, Visit, bearer_token, network_key
from core.names import MAX_PERSON_NAME
from core.network import network_of
from core.rate_limits import LOGIN_FAILURES, RateLimitExceeded, count_failures
from core.statements import Rows, columns, fetch_one

# --- Callers of requests -----------------------------------------------------------------------------


# How long a user agent that an address has shown counts as known there.
AGENT_MEMORY_SECONDS = 24 * 3600


def guest_token(guest: Guest) -> str:
    """The token by which the guest is recognised from now on."""
    return _signer().sign(guest.pk)


def guest_for_token(token: str) -> Guest | None:
    guest_id = _signed_id(token)
    row = fetch_one(_GUEST, [guest_id]) if guest_id else None
    return _guests.from_row(row) if row else None


_guests = Rows(Guest)
_GUEST = f"SELECT {columns(Guest, 'guest')} FROM users_guest AS guest WHERE guest.id = %s"  # noqa: S608


def _signed_id(token: str) -> str | None:
    try:
        return _signer().unsign(token)
    except (signing.BadSignature, UnicodeError):  # half a character can't be signed
        return None


def _signer() -> signing.Signer:
    return signing.Signer(salt="tutti.guest")


def guest_caller(token: str, *, address: str) -> Caller:
    """The guest of this token. Raises NotAuthenticated."""
    guest = guest_for_token(token)
    if guest is None:
        raise NotAuthenticated("The guest token is invalid, or its guest was deleted.")
    return _caller_of_guest(guest, address=address)


def guest_of(visit: Visit) -> Guest | None:
    """The guest of the visit's token, also if the visit has an account, too.

    An invalid token is ignored: a client that registers or logs in again, since the first response was lost,
    still shows it.
    """
    shown = (visit.headers.get("x-guest-token", ""), visit.cookies.get(settings.GUEST_COOKIE_NAME, ""))
    return next((guest for token in shown if token and (guest := guest_for_token(token))), None)


def resolve_access_token(visit: Visit) -> Caller | None:
    """An account by its access token, which must be right. Raises NotAuthenticated."""
    token = bearer_token(visit)
    if token is None:
        return None
    from apps.users.jwt_tokens import account_with_access  # commands do not need its imports

    return _caller_of_account(account_with_access(token), address=visit.address)


def resolve_account(visit: Visit) -> Caller | None:
    """An account by its session. An invalid cookie is ignored."""
    session_key = visit.cookies.get(settings.SESSION_COOKIE_NAME)
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    if not isinstance(user, User) or not user.is_active:
        return None
    return _caller_of_account(user, address=visit.address)


def resolve_guest(visit: Visit) -> Caller | None:
    """A token in the header must be right. An invalid cookie is ignored: browsers send it by themselves."""
    if token := visit.headers.get("x-guest-token"):
        return guest_caller(token, address=visit.address)
    guest = guest_for_token(visit.cookies.get(settings.GUEST_COOKIE_NAME, ""))
    return _caller_of_guest(guest, address=visit.address) if guest else None


def claimed_guest(visit: Visit) -> Caller | None:
    """Without the database: after a restart, thousands of guests join concurrently."""
    token = visit.headers.get("x-guest-token") or visit.cookies.get(settings.GUEST_COOKIE_NAME, "")
    guest_id = _signed_id(token)
    return _caller_of_guest(Guest(pk=guest_id), address=visit.address) if guest_id else None


def voter_of(visit: Visit, caller: Caller, *, is_voting: bool) -> Caller:
    """Whom the caller's votes belong to.

    An account or a guest is its own voter. A bare network address is one voter for each user agent that it
    shows; each new agent counts like a new guest, and over that limit the address is one voter, whatever it
    calls itself. Only voters are counted.
    """
    if caller.user_id is not None or caller.guest_id is not None:
        return caller
    memory, known_as = cast("SharedMemory", cache), f"agent:{caller.key}"
    if not memory.is_known(known_as) and not (is_voting and _is_admitted(visit.address)):
        return Caller(key=network_key(network_of(visit.address)), address=visit.address)
    memory.mark_known(known_as, seconds=AGENT_MEMORY_SECONDS)
    return caller


def _is_admitted(address: str) -> bool:
    try:
        count_newcomer(address=address)
    except RateLimitExceeded:
        return False
    return True


def _caller_of_account(user: User, *, address: str) -> Caller:
    return Caller(
        key=user.key,
        address=address,
        name=(user.get_full_name() or user.get_username())[:MAX_PERSON_NAME],
        user_id=user.pk,
        is_staff=user.is_staff,
    )


def _caller_of_guest(guest: Guest, *, address: str) -> Caller:
    return Caller(key=guest.key, address=address, name=guest.name, guest_id=guest.pk)


# --- Django's login forms ----------------------------------------------------------------------------


class CountingBackend(ModelBackend):
    """Counts failures by the given name, as the other logins do; then no other backend is used."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **others: Any,
    ) -> User:
        try:
            with count_failures(LOGIN_FAILURES, folded(username or "")):
                user = super().authenticate(request, username, password, **others)
                if not isinstance(user, User):
                    raise PermissionDenied
        except RateLimitExceeded:
            raise PermissionDenied from None
        return user


STAFF_SESSION_SECONDS = 12 * 3600


def shorten_session(*, request: HttpRequest | None, user: User, **_: Any) -> None:
    """A session of staff has access to the admin: it ends after a working day, even if it is used."""
    if request is not None and user.is_staff:
        request.session.set_expiry(STAFF_SESSION_SECONDS)


class FrugalArgon2(Argon2PasswordHasher):
    """Argon2id with OWASP's smallest recommended parameters.

    Django's default takes 100 MiB for each login: too much for ten concurrent ones on a small machine.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
