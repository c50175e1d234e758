"""JSON Web Tokens for programs: signed, short-lived, void when the password changes or the account goes."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import AccessToken as PlainAccessToken
from rest_framework_simplejwt.tokens import RefreshToken as PlainRefreshToken
from rest_framework_simplejwt.tokens import Token

from apps.users.models import User
from core.errors import NotAuthenticated

ACCESS_FOR = timedelta(minutes=60)
REFRESH_FOR = timedelta(days=7)
ALGORITHM = "HS256"
USER_CLAIM = "user_id"
# Changes with the password, so that tokens of before are void.
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


class AccessToken(PlainAccessToken):
    lifetime = ACCESS_FOR

    def get_token_backend(self) -> TokenBackend:
        return key_ring()

    @property
    def token_backend(self) -> TokenBackend:
        return key_ring()


class RefreshToken(PlainRefreshToken):
    lifetime = REFRESH_FOR
    access_token_class = AccessToken

    def get_token_backend(self) -> TokenBackend:
        return key_ring()

    @property
    def token_backend(self) -> TokenBackend:
        return key_ring()

    @classmethod
    def of(cls, user: User, *, after: "RefreshToken | None" = None) -> Self:
        """A new one of the account. The one `after` another takes the place of an earlier one after it."""
        token: Self = cls.for_user(user)  # type: ignore[assignment]  # it is one of this class
        token[MARK_CLAIM] = _marks_of(user)[0]
        record = OutstandingToken.objects.filter(jti=token["jti"])
        if after is not None:
            OutstandingToken.objects.filter(jti=after.next_name).delete()
            token["jti"] = after.next_name
        # Who reads the database must not be able to log in by it.
        record.update(token="", jti=token["jti"])
        return token

    @property
    def next_name(self) -> str:
        """What the one is called that is given for this one, however often that is asked for."""
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
    """Whose token it is; None when the account is gone or switched off, or had its password changed."""
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


def check_token(text: str) -> None:
    """Of either kind. Raises NotAuthenticated when it is not valid, or was used."""
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
