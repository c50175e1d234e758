"""A guest becomes an account: what the guest had is the account's from then on."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from apps.realtime.decorators import log_action
from apps.users.belongings import all_belongings
from apps.users.models import Guest, User
from core.errors import NotAuthenticated
from core.models import KeptAnswer
from core.portions import delete_in_portions

ANSWERS_AT_ONCE = 50
# No write takes so long: what was begun earlier is committed, or never will be.
LONGEST_WRITE = timedelta(minutes=5)


@log_action("hand_over")
def hand_over(*, guest_id: str, user_id: int) -> bool:
    """Gives all that the guest had to the account, and ends the guest; whether there was such a guest.

    In portions, so that nobody waits long. The guest is one until the last of them, which refuses it from
    then on; where it is broken off before, the next login hands over the rest.
    Raises NotAuthenticated when the account has just gone.
    """
    giver, taker, began = Guest(pk=guest_id).key, User(pk=user_id).key, timezone.now()
    with suppress(NotAuthenticated):  # one of them has gone: the last portion finds out which
        for belongings in all_belongings():
            belongings.hand_over_most(giver=giver, taker=taker)
        _copy_kept_answers(giver=giver, taker=taker)
    if not _end_guest(guest_id, user_id, began=began):
        return False
    delete_in_portions(KeptAnswer.objects.filter(caller=giver))
    return True


@transaction.atomic
def _end_guest(guest_id: str, user_id: int, *, began: datetime) -> bool:
    guest = Guest.objects.select_for_update().filter(pk=guest_id).first()
    if guest is None:
        return False
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if user is None:
        raise NotAuthenticated
    for belongings in all_belongings():
        belongings.hand_over(giver=guest.key, taker=user.key)
    _copy_kept_answers(giver=guest.key, taker=user.key, since=began - LONGEST_WRITE)
    guest.delete()
    return True


def _copy_kept_answers(*, giver: str, taker: str, since: datetime | None = None) -> None:
    """So that what the guest wrote is not done twice, whoever of the two asks again for the lost answer.

    Where both have used a key, the account's own answer stays.
    """
    copied = KeptAnswer.objects.filter(caller=taker, key=OuterRef("key"))
    kept = KeptAnswer.objects.filter(~Exists(copied), caller=giver).order_by("pk")
    kept = kept if since is None else kept.filter(created_at__gte=since)
    last = 0
    while portion := list(kept.filter(pk__gt=last)[:ANSWERS_AT_ONCE]):
        last = portion[-1].pk
        for one in portion:
            one.pk, one.caller = None, taker
        KeptAnswer.objects.bulk_create(portion, ignore_conflicts=True)
