"""Reading accounts."""

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from apps.users.models import Profile, User
from apps.users.taste import Taste
from core.errors import NotAuthenticated, NotFound, NotPermitted
from core.identity import Caller


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
    """With what they like."""
    return User.objects.select_related("profile").order_by("pk")


def accounts_shown_to(caller: Caller) -> QuerySet[User]:
    """Staff that may view accounts in the admin sees everybody, an account itself, others nobody."""
    if _may(caller, "users.view_user"):
        return accounts()
    return accounts().filter(pk=caller.user_id) if caller.user_id is not None else accounts().none()


def account(user_id: int) -> User:
    """Raises NotFound."""
    user = accounts().filter(pk=user_id).first()
    if user is None:
        raise NotFound("There is no such account.")
    return user


def taste_changed_at(user_id: int) -> datetime | None:
    """When this person last said what they like; None for who never did."""
    return Profile.objects.filter(pk=user_id).values_list("changed_at", flat=True).first()


def own_id(caller: Caller) -> int:
    """Raises NotAuthenticated for who has no account."""
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


def whose_taste(caller: Caller, user_id: int) -> int:
    """The id, when the caller may see and refresh what is known of this person's taste and activity.

    That is the person and staff; with OPEN_DISCOVERY_API anybody. Raises NotAuthenticated for strangers,
    whatever they ask for; NotPermitted for others, whether or not there is such a person; NotFound.
    """
    if not settings.OPEN_DISCOVERY_API:
        own = own_id(caller)
        if own == user_id:
            return own
        if not caller.is_staff:
            raise NotPermitted("What somebody likes and does is for that person and staff.")
    if not User.objects.filter(pk=user_id).exists():
        raise NotFound("There is no such person.")
    return user_id
