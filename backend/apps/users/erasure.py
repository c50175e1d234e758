"""Taking a person out of everything."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from apps.realtime.decorators import log_action
from apps.users.admin_log import entries_about
from apps.users.belongings import all_belongings
from apps.users.models import LoginSession, User
from core.errors import NotFound
from core.models import KeptAnswer
from core.portions import delete_in_portions
from core.request_context import request_context


@log_action("erase_person")
def erase_person(*, user_id: int) -> None:
    """The account goes with all that is kept of it; what others see stays, under nobody's name.

    Raises NotFound.
    """
    going = User.objects.filter(pk=user_id).first()
    if going is None:
        raise NotFound("There is no such account.")
    # In portions, so that nobody waits long. Whoever breaks it off has an account with less, and asks again.
    for belongings in all_belongings():
        belongings.erase_most(going.key, names=names_of(going))
    for rows in _own_records(going):
        delete_in_portions(rows)
    with transaction.atomic():
        # Nobody who holds the person gets by this, but who writes a row that refers to them does: it may hold
        # what the belongings below wait for.
        user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
        if user is None:
            raise NotFound("There is no such account.")
        for belongings in all_belongings():
            belongings.erase(user.key, names=names_of(user))
        # From here on nobody refers to them any more, and nothing is left to wait for.
        User.objects.select_for_update().get(pk=user_id)
        _erase_records(user)
        user.delete()


def names_of(user: User) -> Collection[str]:
    """All that the person may have been called by the account."""
    return {name for name in (user.get_full_name(), user.username, user.email) if name}


def _erase_records(user: User) -> None:
    _erase_kept_answers(user)
    OutstandingToken.objects.filter(user=user).delete()
    LoginSession.objects.filter(user_id=user.pk).delete()
    entries_about(user).delete()


def _own_records(user: User) -> list[QuerySet[Any]]:
    """Of which there may be many."""
    return [
        KeptAnswer.objects.filter(caller=user.key),
        KeptAnswer.objects.filter(subject=user.key),
        OutstandingToken.objects.filter(user=user),
        LoginSession.objects.filter(user_id=user.pk),
    ]


def _erase_kept_answers(user: User) -> None:
    """But for the one of this very request, and those that are being asked for just now, which wait for us.

    None of those says more than the key, and they go within a day.
    """
    own = Q(caller=user.key) & ~Q(key=request_context().op_id or "")
    free = KeptAnswer.objects.select_for_update(skip_locked=True).filter(own | Q(subject=user.key))
    KeptAnswer.objects.filter(pk__in=list(free.values_list("pk", flat=True))).delete()
