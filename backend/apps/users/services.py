"""Every write about people: guests, accounts, preferences, passwords; and the lock on a person."""

import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from apps.realtime.decorators import log_action, rate_limit
from apps.users.models import Guest, Profile, Taste, User, folded
from apps.users.selectors import NO_SUCH_ACCOUNT, taste_of
from core.database import violated_constraint
from core.errors import (
    Conflict,
    ErrorSpec,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    RateLimited,
    invalid,
    raises,
)
from core.network import network_of
from core.rate_limits import (
    LOGIN_FAILURES,
    MAILS,
    MAILS_OF_REQUESTER,
    NEW_GUESTS,
    RateLimitExceeded,
    check_rate_limit,
    count_failures,
)
from core.statements import fetch_one, for_update, run_later

_PERSON = "SELECT id FROM {} WHERE id = %s"


def lock_person(key: str) -> None:
    """Prevents that the person of this key is erased, or merged into an account, until the transaction ends.

    To be called first, before any stream is locked. Without it, rows could be written under the key of a
    person who was just erased. Keys of other kinds, such as an IP address, are ignored. Raises
    NotAuthenticated when the person has been erased.
    """
    if found := _table_and_id(key):
        _check_person(fetch_one(_PERSON.format(found[0]) + for_update("FOR NO KEY UPDATE"), found[1:]))


def lock_person_later(key: str) -> None:
    """The same together with the next statement (`run_later`), which then raises NotAuthenticated."""
    if found := _table_and_id(key):
        sql = _PERSON.format(found[0]) + for_update("FOR NO KEY UPDATE")
        run_later(sql, found[1:], lambda cursor: _check_person(cursor.fetchone()))


def _table_and_id(key: str) -> tuple[str, int | str] | None:
    kind, _, name = key.partition(":")
    if kind == "user":
        return User._meta.db_table, int(name)
    return (Guest._meta.db_table, name) if kind == "guest" else None


def _check_person(row: Sequence[object] | None) -> None:
    if row is None:
        raise NotAuthenticated("Your guest session has ended. Log in, or join as a new guest.")


# --- Guests ------------------------------------------------------------------------------------------


NOT_A_GUEST = ErrorSpec(NotFound, "The caller is no guest.")


# A party sits behind one address, so an hour's newcomers of an address may be many.
@rate_limit(
    NEW_GUESTS.max_calls,
    NEW_GUESTS.period_seconds,
    key=lambda *, address: f"newcomers:{network_of(address)}",
)
def count_newcomer(*, address: str) -> None:
    """Counts a new guest, or a new user agent of an address. Raises RateLimitExceeded above the limit."""


@raises(ErrorSpec(RateLimited, "Too many requests, or too many newcomers of this address."))
@log_action("create_guest")
def create_guest(*, name: str, address: str) -> Guest:
    """A new guest."""
    count_newcomer(address=address)
    return Guest.objects.create(name=name)


@raises(NOT_A_GUEST)
@log_action("rename_guest")
def rename_guest(*, guest_id: str, name: str) -> Guest:
    """Changes the name of the guest."""
    guest = Guest.objects.filter(pk=guest_id).first()
    if guest is None:
        raise NotFound
    guest.name = name
    guest.save(update_fields=["name"])
    return guest


# --- Accounts ----------------------------------------------------------------------------------------


WRONG_CREDENTIALS = "The name or the password is not right."
FIELDS = {"user_username_once": "username", "user_email_once": "email"}


@raises(
    invalid(
        "A field is invalid, the name is reserved, or the password is too weak.",
        password="This password is too common.",  # noqa: S106 - a message
    ),
    ErrorSpec(
        Conflict, "The name or the address is taken, without regard to case.", {"email": "ada@example.org"}
    ),
)
@log_action("register")
def register_account(*, username: str, email: str, password: str, taste: Taste) -> User:
    """A new account. Of two concurrent requests for the same name, one fails as well."""
    user = User(username=username, email=email)
    check_password_is_strong(password, user=user, field="password")
    user.password = make_password(password)  # takes a while: not under the database's lock
    try:
        with transaction.atomic():
            _check_not_taken(user)
            user.save(force_insert=True)
            _save_taste(user, taste)
    except IntegrityError as broken:
        constraint = violated_constraint(broken, among=User)
        # Django has its own rule for the exact name.
        field = FIELDS.get(constraint or "", "username" if "username" in str(broken) else "")
        if not field:
            raise
        raise _taken({field: getattr(user, field)}) from None
    return user


@raises(ErrorSpec(NotAuthenticated, "There is no such account, or the password is wrong: both get this."))
@log_action("log_in")
def account_with_password(*, login: str, password: str) -> User:
    """The account with this name or e-mail address and password.

    An unknown name takes as long, and its failures are counted equally. Raises RateLimitExceeded.
    """
    with count_failures(LOGIN_FAILURES, folded(login)):
        user = _account_called(login)
        if user is None:
            make_password(password)
            raise NotAuthenticated(WRONG_CREDENTIALS)
        is_right = user.check_password(password)
        if not (is_right and user.is_active):
            raise NotAuthenticated(WRONG_CREDENTIALS)
    return user


@raises(NO_SUCH_ACCOUNT)
@log_action("change_taste")
@transaction.atomic
def change_taste(*, user_id: int, given: Mapping[str, Sequence[str]], is_whole: bool) -> User:
    """Changes the given parts of the profile; with `is_whole`, the other parts become empty."""
    user = User.objects.select_for_update(no_key=True, of=("self",)).filter(pk=user_id).first()
    if user is None:
        raise NotFound("There is no such account.")
    _save_taste(user, (Taste() if is_whole else taste_of(user)).merged_with(given))
    return user


@raises(
    invalid(
        "The old password is wrong, or the new one is too weak.",
        old_password="This is not the password.",  # noqa: S106
    )
)
@log_action("change_password")
def change_password(*, user_id: int, old: str, new: str) -> User:
    """Other sessions and all tokens of the account end. Also raises NotFound if it was deleted
    concurrently.
    """
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound
    with count_failures(LOGIN_FAILURES, user.key):
        if not user.check_password(old):
            raise InvalidInput.of("old_password", "This is not the password.")
    check_password_is_strong(new, user=user, field="new_password")
    set_password(user, make_password(new))
    return user


def set_password(user: User, encoded: str) -> None:
    """Writes a hashed password. Raises NotFound if the account was deleted concurrently."""
    user.password = encoded
    if not User.objects.filter(pk=user.pk).update(password=encoded):
        raise NotFound


def check_password_is_strong(password: str, *, user: User, field: str) -> None:
    """By Django's validators. Raises InvalidInput."""
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise InvalidInput(details={field: weak.messages}) from None


def _account_called(login: str) -> User | None:
    """The exact name has precedence: older accounts may differ only in case."""
    key = folded(login)
    named = User.objects.filter(Q(username=login) | Q(username_key=key) | Q(email_key=key))
    return min(named, key=lambda user: (user.username != login, user.username_key != key), default=None)


def _save_taste(user: User, taste: Taste) -> None:
    parts = {name: list(getattr(taste, name)) for name in taste.__struct_fields__}
    profile, _ = Profile.objects.update_or_create(user=user, defaults=parts)
    user.profile = profile


def _check_not_taken(user: User) -> None:
    """Names both, where both are taken; the database knows for certain."""
    taken = {
        field: getattr(user, field)
        for field, key in (("username", "username_key"), ("email", "email_key"))
        if User.objects.filter(**{key: folded(getattr(user, field))}).exists()
    }
    if taken:
        raise _taken(taken)


def _taken(fields: Mapping[str, str]) -> Conflict:
    what = " and ".join({"username": "name", "email": "e-mail address"}[field] for field in fields)
    return Conflict(f"An account with this {what} already exists.", details=dict(fields))


# --- Password reset by mail --------------------------------------------------------------------------

logger = logging.getLogger(__name__)

SUBJECT = "Reset your Tutti password"
TEXT = """\
A password reset was requested for the account {username}.

Enter this code in Tutti (valid for one hour, single use):

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
        check_rate_limit(MAILS_OF_REQUESTER, f"{folded(email)} {network_of(address)}")
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


@raises(invalid("The token is invalid or has expired, or the password is too weak.", token=NO_TOKEN))
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
