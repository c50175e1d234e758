"""Every write about accounts: registering, logging in, what one likes, passwords."""

from collections.abc import Mapping, Sequence

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from apps.realtime.decorators import log_action
from apps.users.models import Profile, User, folded
from apps.users.selectors import taste_of
from apps.users.taste import Taste
from core.constraints import violated_constraint
from core.errors import Conflict, InvalidInput, NotAuthenticated, NotFound
from core.limits import LOGIN_FAILURES
from core.rate_limits import count_failures

NOT_RIGHT = "The name or the password is not right."
FIELDS = {"user_username_once": "username", "user_email_once": "email"}


@log_action("register")
def register_account(*, username: str, email: str, password: str, taste: Taste) -> User:
    """A new account.

    Raises InvalidInput for a password that is too weak; Conflict where the name or the address is taken,
    without regard to case, also when two ask for it at once.
    """
    user = User(username=username, email=email)
    check_password_is_strong(password, user=user, field="password")
    user.password = make_password(password)  # takes a while: not under the database's lock
    try:
        with transaction.atomic():
            _refuse_taken(user)
            user.save(force_insert=True)
            _keep_taste(user, taste)
    except IntegrityError as broken:
        constraint = violated_constraint(broken, among=User)
        # The name as it is written has a rule of Django's own.
        field = FIELDS.get(constraint or "", "username" if "username" in str(broken) else "")
        if not field:
            raise
        raise _taken({field: getattr(user, field)}) from None
    return user


@log_action("log_in")
def account_with_password(*, login: str, password: str) -> User:
    """Whose name or e-mail address and password these are. Raises NotAuthenticated.

    It takes as long for a name that no account has, and failures count alike. Raises TooManyCalls.
    """
    with count_failures(LOGIN_FAILURES, folded(login)):
        user = _account_called(login)
        if user is None:
            make_password(password)
            raise NotAuthenticated(NOT_RIGHT)
        is_right = user.check_password(password)
        if not (is_right and user.is_active):
            raise NotAuthenticated(NOT_RIGHT)
    return user


@log_action("change_taste")
@transaction.atomic
def change_taste(*, user_id: int, given: Mapping[str, Sequence[str]], is_whole: bool) -> User:
    """Changes what was given of the profile; with `is_whole`, what was not given becomes empty.

    Raises NotFound.
    """
    user = User.objects.select_for_update(no_key=True, of=("self",)).filter(pk=user_id).first()
    if user is None:
        raise NotFound("There is no such account.")
    _keep_taste(user, (Taste() if is_whole else taste_of(user)).merged_with(given))
    return user


@log_action("change_password")
def change_password(*, user_id: int, old: str, new: str) -> User:
    """Other sessions and all tokens of the account end. Raises InvalidInput, NotFound."""
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
    """Writes a password that is hashed already. Raises NotFound when the account has just gone."""
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
    """The name as it is written goes first: older accounts may differ by case alone."""
    key = folded(login)
    named = User.objects.filter(Q(username=login) | Q(username_key=key) | Q(email_key=key))
    return min(named, key=lambda user: (user.username != login, user.username_key != key), default=None)


def _keep_taste(user: User, taste: Taste) -> None:
    parts = {name: list(getattr(taste, name)) for name in taste.__struct_fields__}
    profile, _ = Profile.objects.update_or_create(user=user, defaults=parts)
    user.profile = profile


def _refuse_taken(user: User) -> None:
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
    return Conflict(f"There is an account of this {what} already.", details=dict(fields))
