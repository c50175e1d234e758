"""Keeps an account or a guest in being while something is written under its key."""

from apps.users.models import Guest, User
from core.errors import NotAuthenticated
from core.statements import fetch_one, for_update

_HELD = "SELECT id FROM {} WHERE id = %s"


def hold_person(key: str) -> None:
    """Nobody can erase the person of this key, or make an account of the guest, before the transaction ends.

    To be called first, before any stream is locked. Without it something could be written under the key of
    somebody who has just gone, and would belong to nobody. A key of another kind, as of a network address, is
    passed over. Raises NotAuthenticated when the person has gone.
    """
    kind, _, name = key.partition(":")
    person_id: int | str
    if kind == "user":
        table, person_id = User._meta.db_table, int(name)
    elif kind == "guest":
        table, person_id = Guest._meta.db_table, name
    else:
        return
    if fetch_one(_HELD.format(table) + for_update("FOR NO KEY UPDATE"), [person_id]) is None:
        raise NotAuthenticated("Your guest session has ended. Log in, or join as a new guest.")
