"""Keeps an account or a guest in being while something is written under its key."""

from typing import Any

from django.db.models import QuerySet

from apps.users.models import Guest, User
from core.errors import NotAuthenticated


def hold_person(key: str) -> None:
    """Nobody can erase the person of this key, or make an account of the guest, before the transaction ends.

    To be called first, before any stream is locked. Without it something could be written under the key of
    somebody who has just gone, and would belong to nobody. A key of another kind, as of a network address, is
    passed over. Raises NotAuthenticated when the person has gone.
    """
    kind, _, name = key.partition(":")
    if kind == "user":
        rows: QuerySet[Any] = User.objects.filter(pk=int(name))
    elif kind == "guest":
        rows = Guest.objects.filter(pk=name)
    else:
        return
    if not list(rows.select_for_update(no_key=True).values_list("pk")):
        raise NotAuthenticated("You have become somebody else meanwhile: log in, or join in as a new guest.")
