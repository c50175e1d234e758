"""A guest becomes an account: what the guest had is the account's from then on."""

from django.db import IntegrityError, transaction

from apps.realtime.decorators import log_action
from apps.users.belongings import all_belongings
from apps.users.models import Guest, User
from core.errors import NotAuthenticated
from core.models import KeptAnswer


@log_action("hand_over")
@transaction.atomic
def hand_over(*, guest_id: str, user_id: int) -> bool:
    """Gives all that the guest had to the account, and ends the guest; whether there was such a guest.

    Raises NotAuthenticated when the account has just gone. Who writes as either of them meanwhile waits, and
    a guest who is none any more is refused.
    """
    guest = Guest.objects.select_for_update().filter(pk=guest_id).first()
    if guest is None:
        return False
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if user is None:
        raise NotAuthenticated
    for belongings in all_belongings():
        belongings.hand_over(giver=guest.key, taker=user.key)
    _hand_over_kept_answers(giver=guest.key, taker=user.key)
    guest.delete()
    return True


def _hand_over_kept_answers(*, giver: str, taker: str) -> None:
    """So that what the guest wrote is not done twice, when the account asks again for the lost answer."""
    known = KeptAnswer.objects.filter(caller=taker).values("key")
    try:
        with transaction.atomic():
            KeptAnswer.objects.filter(caller=giver).exclude(key__in=known).update(caller=taker)
    except IntegrityError:  # the account has used one of those keys at this very moment
        pass
    KeptAnswer.objects.filter(caller=giver).delete()
