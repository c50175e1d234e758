"""Password reset: sends a token by mail, and sets a new password for it."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from apps.realtime.decorators import log_action
from apps.users.models import User, folded
from apps.users.services import check_password_is_strong, set_password
from core.errors import InvalidInput, invalid, raises
from core.network import network_of
from core.rate_limits import MAILS, MAILS_OF_ASKER, RateLimitExceeded, check_rate_limit

logger = logging.getLogger(__name__)

SUBJECT = "Reset your Tutti password"
TEXT = """\
A password reset was requested for the account {username}.

Your reset code (valid for one hour, single use):

    {token}

If you didn’t request this, ignore this email.
"""
NO_TOKEN = "The token is invalid or has expired."  # noqa: S105 - no password

# The response is sent before the mail: otherwise its time would show whether a mail was sent.
ANSWER_FIRST_SECONDS = 0.5
# A mail may take seconds; the time must not show whether there is such an account.
mail_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


@log_action("ask_for_password")
def mail_reset_token(*, email: str, address: str) -> None:
    """Sends a token to the account of this address, if there is one, and does the same work if there is none.

    Beyond the limits nothing is sent, and no error is returned.
    """
    user = User.objects.filter(email_key=folded(email), is_active=True).first()
    token = reset_token(user or User(pk=0, username="unknown", password="!"))  # noqa: S106 - no password
    try:
        check_rate_limit(MAILS_OF_ASKER, f"{folded(email)} {network_of(address)}")
        check_rate_limit(MAILS, folded(email))
    except RateLimitExceeded:
        return
    who = user or User(username="unknown")
    message = EmailMessage(SUBJECT, TEXT.format(username=who.username, token=token), to=[who.email])
    not_before = time.monotonic() + ANSWER_FIRST_SECONDS
    # The mail thread is called either way; without an account it does nothing.
    transaction.on_commit(
        lambda: mail_thread.submit(_send, message if user is not None else None, not_before=not_before)
    )


@raises(invalid("The token is not valid (any more), or the password too weak.", token=NO_TOKEN))
@log_action("reset_password")
def reset_password(*, token: str, new: str) -> User:
    """Sets a new password for a mailed token, which is single-use."""
    user = _account_of(token)
    check_password_is_strong(new, user=user, field="new_password")
    encoded = make_password(new)
    with transaction.atomic():
        # Of two concurrent requests, the second finds a changed password, which invalidates the token.
        User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
        user = _account_of(token)
        set_password(user, encoded)
    return user


def reset_token(user: User) -> str:
    return f"{urlsafe_base64_encode(force_bytes(user.pk))}.{default_token_generator.make_token(user)}"


def _account_of(token: str) -> User:
    """Raises InvalidInput."""
    name, _, rest = token.partition(".")
    try:
        user_id = int(urlsafe_base64_decode(name))
        user = User.objects.filter(pk=user_id, is_active=True).first()
    except (ValueError, OverflowError):
        user = None
    if user is None or not default_token_generator.check_token(user, rest):
        raise InvalidInput.of("token", NO_TOKEN)
    return user


def _send(message: EmailMessage | None, *, not_before: float) -> None:
    if message is None:
        return
    time.sleep(max(0.0, not_before - time.monotonic()))
    try:
        message.send()
    except Exception as error:  # any error of a mail server: the response was already sent
        logger.error("A mail could not be sent", exc_info=error)
