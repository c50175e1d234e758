"""A forgotten password: a mail with a token, and the new password for it."""

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
from apps.users.account_services import check_password_is_strong, set_password
from apps.users.models import User, folded
from core.addresses import network_of
from core.errors import InvalidInput
from core.limits import MAILS, MAILS_OF_ASKER
from core.rate_limits import TooManyCalls, count_against

logger = logging.getLogger(__name__)

SUBJECT = "Reset your Tutti password"
TEXT = """\
A password reset was requested for the account {username}.

Your reset code (valid for one hour, single use):

    {token}

If you didn’t request this, ignore this email.
"""
NO_TOKEN = "The token is invalid or has expired."  # noqa: S105 - no password

# The answer goes out before it: what sending costs could be told from how long the answer takes.
ANSWER_FIRST_SECONDS = 0.5
# A mail may take seconds, and nobody may tell by that whether there was somebody to write to.
postman = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


@log_action("ask_for_password")
def mail_reset_token(*, email: str, address: str) -> None:
    """Sends a token to the account of this address, if there is one, and does the same work if there is none.

    Beyond the limits nothing is sent, and nobody is told.
    """
    user = User.objects.filter(email_key=folded(email), is_active=True).first()
    token = reset_token(user or User(pk=0, username="nobody", password="!"))  # noqa: S106 - no password
    try:
        count_against(MAILS_OF_ASKER, f"{folded(email)} {network_of(address)}")
        count_against(MAILS, folded(email))
    except TooManyCalls:
        return
    who = user or User(username="nobody")
    message = EmailMessage(SUBJECT, TEXT.format(username=who.username, token=token), to=[who.email])
    not_before = time.monotonic() + ANSWER_FIRST_SECONDS
    # The postman is called either way, and finds nothing to do for nobody.
    transaction.on_commit(
        lambda: postman.submit(_send, message if user is not None else None, not_before=not_before)
    )


@log_action("reset_password")
def reset_password(*, token: str, new: str) -> User:
    """Takes the new password for a mailed token, which counts once. Raises InvalidInput."""
    user = _account_of(token)
    check_password_is_strong(new, user=user, field="new_password")
    encoded = make_password(new)
    with transaction.atomic():
        # Of two who show it at once, the second finds another password, by which the token is void.
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
    except Exception as error:  # whatever a mail server may do: who asked was answered long ago
        logger.error("A mail could not be sent", exc_info=error)
