"""Reads of accounts."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from apps.users.models import GUEST, Guest, Profile, Taste, User
from core.errors import ErrorSpec, NotAuthenticated, NotFound, NotPermitted, raises
from core.identity import STRANGER, Caller, user_id_of
from core.names import MAX_PERSON_NAME

NO_SUCH_ACCOUNT = ErrorSpec(NotFound, "There is no such account.")


def taste_of(user: User) -> Taste:
    """Of an account from `accounts`, without a query."""
    try:
        profile = user.profile
    except Profile.DoesNotExist:
        return Taste()
    return Taste(
        favorite_genres=profile.favorite_genres,
        favorite_artists=profile.favorite_artists,
        moods=profile.moods,
    )


def accounts() -> QuerySet[User]:
    """With their taste profiles."""
    return User.objects.select_related("profile").order_by("pk")


def accounts_shown_to(caller: Caller) -> QuerySet[User]:
    """Staff that may view accounts in the admin sees all, an account sees itself, others see none."""
    if _may(caller, "users.view_user"):
        return accounts()
    return accounts().filter(pk=caller.user_id) if caller.user_id is not None else accounts().none()


@raises(NO_SUCH_ACCOUNT)
def account(user_id: int) -> User:
    user = accounts().filter(pk=user_id).first()
    if user is None:
        raise NotFound("There is no such account.")
    return user


def taste_changed_at(user_id: int) -> datetime | None:
    """The time of the last change of this person's taste profile; None without one."""
    return Profile.objects.filter(pk=user_id).values_list("changed_at", flat=True).first()


def names_of(keys: Sequence[str]) -> dict[str, str]:
    """The names of callers by key: "" for a caller without a name. Deleted ones are left out."""
    user_ids = [user_id for key in keys if (user_id := user_id_of(key)) is not None]
    guest_ids = [key.removeprefix(GUEST) for key in keys if key.startswith(GUEST)]
    names = {key: "" for key in keys if key.startswith(STRANGER)}
    for user in User.objects.filter(pk__in=user_ids).only("username"):
        names[user.key] = user.username[:MAX_PERSON_NAME]
    for guest in Guest.objects.filter(pk__in=guest_ids).only("name"):
        names[guest.key] = guest.name
    return names


@raises(ErrorSpec(NotAuthenticated, "No user is logged in, or a token is not valid."))
def own_id(caller: Caller) -> int:
    """The caller's account."""
    if caller.user_id is None:
        raise NotAuthenticated("Log in first.")
    return caller.user_id


def is_shown_whole(caller: Caller, user_id: int) -> bool:
    """Whether the caller may read all of the account."""
    return caller.user_id == user_id or _may(caller, "users.view_user")


def may_change(caller: Caller, user_id: int) -> bool:
    return caller.user_id == user_id or _may(caller, "users.change_user")


def _may(caller: Caller, permission: str) -> bool:
    """By the permissions that the admin gives; superusers have them all."""
    if not caller.is_staff or caller.user_id is None:
        return False
    staff = User.objects.filter(pk=caller.user_id).first()
    return staff is not None and staff.has_perm(permission)


@raises(
    own_id,
    ErrorSpec(
        NotPermitted,
        "It is another user's, whether or not that person exists; or a page of another origin sent it.",
    ),
    ErrorSpec(NotFound, "There is no such person; only staff get this."),
)
def authorized_profile_owner(caller: Caller, user_id: int) -> int:
    """The id, if the caller may read and refresh this person's taste and activities.

    That is the person and staff; with OPEN_DISCOVERY_API anybody.
    """
    if not settings.OPEN_DISCOVERY_API:
        own = own_id(caller)
        if own == user_id:
            return own
        if not caller.is_staff:
            raise NotPermitted("A user's preferences and activities are for that user and staff.")
    if not User.objects.filter(pk=user_id).exists():
        raise NotFound("There is no such person.")
    return user_id


def entries_about(user: User) -> QuerySet[LogEntry]:
    """Changes of the account itself, by any user: each names it."""
    accounts = ContentType.objects.get_for_model(User)
    return LogEntry.objects.filter(content_type=accounts, object_id=str(user.pk))
