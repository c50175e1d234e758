"""JSON Web Tokens for programs: signed, short-lived, invalid after a change of password or a deletion."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import AccessToken as PlainAccessToken
from rest_framework_simplejwt.tokens import RefreshToken as PlainRefreshToken
from rest_framework_simplejwt.tokens import Token

from apps.realtime.decorators import log_action
from apps.users.models import LoginSession, User
from apps.users.payloads import TokensPayload
from apps.users.services import lock_person
from core.database import delete_in_batches
from core.errors import ErrorSpec, NotAuthenticated, raises
from core.identity import bearer_token, visit_of
from core.rate_limits import TOKEN_REFRESHES, check_rate_limit

WRONG_TOKEN = ErrorSpec(NotAuthenticated, "The token is invalid or has expired.")
ACCESS_FOR = timedelta(minutes=60)
REFRESH_FOR = timedelta(days=7)
ALGORITHM = "HS256"
USER_CLAIM = "user_id"
# Changes with the password, so that earlier tokens are void.
MARK_CLAIM = "mark"
MARK_CHARACTERS = 22  # 128 bits
# As long as those by chance.
JTI_CHARACTERS = 32


class KeyRing(TokenBackend):
    """Signs with SECRET_KEY; believes SECRET_KEY_FALLBACKS, too."""

    def __init__(self, keys: Iterator[str]) -> None:
        super().__init__(ALGORITHM, next(keys))
        self._older = [TokenBackend(ALGORITHM, key) for key in keys]

    def decode(self, token: Any, verify: bool = True) -> Any:  # noqa: FBT001, FBT002 - theirs
        try:
            return super().decode(token, verify)
        except TokenBackendError:
            for older in self._older:
                with suppress(TokenBackendError):
                    return older.decode(token, verify)
            raise


def key_ring() -> KeyRing:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return KeyRing(
        salted_hmac("tutti.tokens", "", secret=one, algorithm="sha256").hexdigest() for one in secrets
    )


class SignedByKeyRing:
    """A token that reads the settings' keys when it is used, instead of at import."""

    def get_token_backend(self) -> TokenBackend:
        return key_ring()

    @property
    def token_backend(self) -> TokenBackend:
        return key_ring()


class AccessToken(SignedByKeyRing, PlainAccessToken):
    lifetime = ACCESS_FOR


class RefreshToken(SignedByKeyRing, PlainRefreshToken):  # type: ignore[misc]  # two bases of theirs differ
    lifetime = REFRESH_FOR
    access_token_class = AccessToken

    @classmethod
    def of(cls, user: User, *, after: "RefreshToken | None" = None) -> Self:
        """A new one of the account. The one `after` another takes the place of an earlier one after it."""
        token: Self = cls.for_user(user)  # type: ignore[assignment]  # it is one of this class
        token[MARK_CLAIM] = _marks_of(user)[0]
        record = OutstandingToken.objects.filter(jti=token["jti"])
        if after is not None:
            OutstandingToken.objects.filter(jti=after.next_name).delete()
            token["jti"] = after.next_name
        # Read access to the database must not be sufficient to log in.
        record.update(token="", jti=token["jti"])
        return token

    @property
    def next_name(self) -> str:
        """The name of the token that replaces this one: the same for each repetition."""
        return next_name_of(str(self["jti"]))

    def is_next_used(self) -> bool:
        """Whether the one that was given for this one has ended, too."""
        return BlacklistedToken.objects.filter(token__jti=self.next_name).exists()

    def use(self) -> bool:
        """Ends it; whether it had not ended before."""
        used: Any = self.blacklist()  # the record of it, and whether that is new
        return bool(used[1])


def next_name_of(name: str) -> str:
    return salted_hmac("tutti.next token", name, algorithm="sha256").hexdigest()[:JTI_CHARACTERS]


def account_of(token: Token) -> User | None:
    """The account of the token; None if it was deleted or deactivated, or its password changed."""
    user_id = str(token.get(USER_CLAIM, ""))
    user = User.objects.filter(pk=int(user_id), is_active=True).first() if user_id.isdecimal() else None
    mark = str(token.get(MARK_CLAIM, ""))
    if user is None or not any(constant_time_compare(mark, one) for one in _marks_of(user)):
        return None
    return user


def account_with_access(access: str) -> User:
    """Raises NotAuthenticated when the token is not valid (any more)."""
    return _account(AccessToken, access)[0]


def account_with_refresh(refresh: str) -> tuple[User, RefreshToken]:
    """Raises NotAuthenticated when the token is not valid, or was used."""
    return _account(RefreshToken, refresh)


def account_with_used(refresh: str) -> tuple[User, RefreshToken]:
    """The same for a token that may have been used."""
    return _account(UsedRefreshToken, refresh)


class UsedRefreshToken(RefreshToken):
    def check_blacklist(self) -> None:
        """It may be."""


@raises(WRONG_TOKEN)
def check_token(text: str) -> None:
    """Of either kind: neither expired nor used."""
    try:
        account_with_access(text)
    except NotAuthenticated:
        account_with_refresh(text)


def _account(kind: type[Any], text: str) -> tuple[User, Any]:
    try:
        token = kind(text)
    except (TokenError, UnicodeError, ValueError):  # half a character is in no token
        token = None
    user = account_of(token) if token is not None else None
    if user is None:
        raise NotAuthenticated("The token is invalid or has expired.")
    return user, token


def _marks_of(user: User) -> list[str]:
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return [one[:MARK_CHARACTERS] for one in hashes]


# --- Authentication of API views ---------------------------------------------------------------------


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`, which has precedence over the session cookie."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Raises NotAuthenticated when the token is not valid (any more)."""
        token = bearer_token(visit_of(request))
        return None if token is None else (account_with_access(token), None)

    def authenticate_header(self, request: Request) -> str:
        """The value of `WWW-Authenticate` of a 401."""
        del request
        return "Bearer"


# --- Issuing, renewing and ending tokens -------------------------------------------------------------


class TokenReused(NotAuthenticated):
    """A refresh token was shown a second time."""


USED = "The token was used already."
NAMES_PER_WRITE = 500


@transaction.atomic
def new_tokens(user: User, *, after: RefreshToken | None = None) -> TokensPayload:
    """Raises NotAuthenticated if the account was deleted concurrently."""
    lock_person(user.key)
    refresh = RefreshToken.of(user, after=after)
    return TokensPayload(access=str(refresh.access_token), refresh=str(refresh))


@raises(WRONG_TOKEN)
@log_action("renew_tokens")
@transaction.atomic
def renewed_tokens(*, refresh: str, is_repeat: bool) -> tuple[User, TokensPayload]:
    """New tokens for a refresh token, which becomes invalid, also if it is shown twice at the same moment.

    A repeat is asked by whom the first response was made for, under its Idempotency-Key: it may be lost. It
    was
    not, if its refresh token was used since, or logged out. Raises NotAuthenticated, and TokenReused when it
    was used before: then it may be stolen, and the caller has to end_family, outside of this transaction.
    Raises RateLimitExceeded.
    """
    user, token = account_with_used(refresh)
    check_rate_limit(TOKEN_REFRESHES, user.key)
    lock_person(user.key)  # before anything else is written, as everywhere
    if not token.use():
        if not is_repeat:
            raise TokenReused(USED)
        if token.is_next_used():
            raise NotAuthenticated(USED)
    return user, new_tokens(user, after=token)


@log_action("end_tokens")
def end_family(*, refresh: str) -> None:
    """Ends the one living token that descends from this one: its holder, thief or owner, has to log in."""
    user, token = account_with_used(refresh)
    name = _youngest_of(token)  # without a lock: there may be thousands between the two
    with transaction.atomic():
        lock_person(user.key)
        while record := OutstandingToken.objects.filter(jti=name).first():
            BlacklistedToken.objects.get_or_create(token=record)
            name = next_name_of(name)


def _youngest_of(token: RefreshToken) -> str:
    """The name of the last token derived from this one, or the name of the first derived one."""
    name = youngest = token.next_name
    while True:
        names = [name]
        while len(names) < NAMES_PER_WRITE:
            names.append(next_name_of(names[-1]))
        known = OutstandingToken.objects.filter(jti__in=names).count()
        youngest = names[known - 1] if known else youngest
        if known < NAMES_PER_WRITE:
            return youngest
        name = next_name_of(names[-1])


@raises(WRONG_TOKEN)
@log_action("log_out")
@transaction.atomic
def end_token(*, refresh: str) -> None:
    """Makes the refresh token invalid; twice does no harm."""
    _, token = account_with_used(refresh)
    token.use()


def purge_expired_logins() -> None:
    """Purges expired tokens and sessions."""
    now = timezone.now()
    delete_in_batches(BlacklistedToken.objects.filter(token__expires_at__lt=now))
    delete_in_batches(OutstandingToken.objects.filter(expires_at__lt=now))
    delete_in_batches(LoginSession.objects.filter(expire_date__lt=now), order="expire_date")
