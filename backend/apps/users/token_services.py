"""Every write about tokens and sessions: making, renewing, ending them."""

from django.db import transaction
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from apps.realtime.decorators import log_action
from apps.users.holding import hold_person
from apps.users.models import LoginSession, User
from apps.users.payloads import TokensPayload
from apps.users.tokens import RefreshToken, account_with_used, next_name_of
from core.errors import NotAuthenticated
from core.limits import TOKEN_REFRESHES
from core.portions import delete_in_portions
from core.rate_limits import count_against


class TokenReused(NotAuthenticated):
    """A refresh token was shown a second time."""


USED = "The token was used already."
NAMES_AT_ONCE = 500


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
    not, if its refresh token was used since, or logged out. Raises NotAuthenticated, and TokenReused when it
    was used before: then it may be stolen, and the caller has to end_family, outside of this transaction.
    Raises TooManyCalls.
    """
    user, token = account_with_used(refresh)
    count_against(TOKEN_REFRESHES, user.key)
    hold_person(user.key)  # before anything else is written, as everywhere
    if not token.use():
        if not is_repeat:
            raise TokenReused(USED)
        if token.is_next_used():
            raise NotAuthenticated(USED)
    return user, new_tokens(user, after=token)


@log_action("end_tokens")
def end_family(*, refresh: str) -> None:
    """Ends the one living token that descends from this one: whoever has it, thief or owner, logs in anew."""
    user, token = account_with_used(refresh)
    name = _youngest_of(token)  # without a lock: there may be thousands between the two
    with transaction.atomic():
        hold_person(user.key)
        while record := OutstandingToken.objects.filter(jti=name).first():
            BlacklistedToken.objects.get_or_create(token=record)
            name = next_name_of(name)


def _youngest_of(token: RefreshToken) -> str:
    """The name of the last token that came of this one, or the name that the first would have."""
    name = youngest = token.next_name
    while True:
        names = [name]
        while len(names) < NAMES_AT_ONCE:
            names.append(next_name_of(names[-1]))
        known = OutstandingToken.objects.filter(jti__in=names).count()
        youngest = names[known - 1] if known else youngest
        if known < NAMES_AT_ONCE:
            return youngest
        name = next_name_of(names[-1])


@log_action("log_out")
@transaction.atomic
def end_token(*, refresh: str) -> None:
    """The refresh token is of no more use; twice does no harm. Raises NotAuthenticated when it is none."""
    _, token = account_with_used(refresh)
    token.use()


def forget_expired_logins() -> None:
    """Drops tokens and sessions that are over by now."""
    now = timezone.now()
    delete_in_portions(BlacklistedToken.objects.filter(token__expires_at__lt=now))
    delete_in_portions(OutstandingToken.objects.filter(expires_at__lt=now))
    delete_in_portions(LoginSession.objects.filter(expire_date__lt=now), order="expire_date")
