"""Every write about tokens and sessions: making, renewing, ending them."""

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from apps.realtime.decorators import log_action
from apps.users.holding import hold_person
from apps.users.models import User
from apps.users.payloads import TokensPayload
from apps.users.tokens import RefreshToken, account_with_refresh, account_with_used
from core.errors import NotAuthenticated

USED = "The token was used already."


@transaction.atomic
def new_tokens(user: User, *, after: RefreshToken | None = None) -> TokensPayload:
    """Raises NotAuthenticated when the account has just gone."""
    hold_person(user.key)
    refresh = RefreshToken.of(user, after=after)
    return TokensPayload(access=str(refresh.access_token), refresh=str(refresh))


@log_action("renew_tokens")
@transaction.atomic
def renewed_tokens(*, refresh: str, is_repeat: bool) -> tuple[User, TokensPayload]:
    """New tokens for a refresh token, which is of no more use then, whoever else shows it at the same moment.

    A repeat is asked by whom the first answer was made for, under its Idempotency-Key: it may be lost. It was
    not, if its refresh token was used since, or logged out. Raises NotAuthenticated.
    """
    user, token = account_with_used(refresh) if is_repeat else account_with_refresh(refresh)
    hold_person(user.key)  # before anything else is written, as everywhere
    if not token.use() and (not is_repeat or token.is_next_used()):
        raise NotAuthenticated(USED)
    return user, new_tokens(user, after=token)


@log_action("log_out")
@transaction.atomic
def end_token(*, refresh: str) -> None:
    """The refresh token is of no more use; twice does no harm. Raises NotAuthenticated when it is none."""
    _, token = account_with_used(refresh)
    token.use()


def forget_expired_logins() -> None:
    """Drops tokens and sessions that are over by now."""
    now = timezone.now()
    BlacklistedToken.objects.filter(token__expires_at__lt=now).delete()
    OutstandingToken.objects.filter(expires_at__lt=now).delete()
    Session.objects.filter(expire_date__lt=now).delete()
