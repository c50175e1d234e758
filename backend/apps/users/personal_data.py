"""Personal data: the data of each app about a person, exported, erased, and moved from a guest to an
account.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from apps.realtime.decorators import log_action
from apps.users.models import Guest, LoginSession, User
from apps.users.selectors import account, entries_about, taste_of
from core.database import consistent_read, delete_in_batches, in_batches
from core.errors import NotAuthenticated, NotFound
from core.json_codec import json_response
from core.models import IdempotencyRecord
from core.request_context import request_context


class PersonalDataHandler(Protocol):
    """The data of one app about people, by their key: `user:5`, `guest:9hX…`."""

    def export(self, key: str) -> dict[str, Any]:
        """All data, by descriptive names; plain values that JSON can represent.

        Data that may be large is an iterator, which is read in the same snapshot of the database.
        """

    def transfer_bulk(self, *, from_key: str, to_key: str) -> None:
        """Moves a guest's data to an account, outside of any transaction: large data in short ones.

        Raises NotAuthenticated if one of the two was deleted.
        """

    def transfer(self, *, from_key: str, to_key: str) -> None:
        """The rest of it, and later writes. Within a transaction that locks both people."""

    def erase_bulk(self, key: str, *, names: Collection[str]) -> None:
        """Before that, outside of any transaction: large data is erased in short ones."""

    def erase(self, key: str, *, names: Collection[str]) -> None:
        """Removes the person, who had these names. Within a transaction that locks them."""


_registered: list[PersonalDataHandler] = []


def register_personal_data(handler: PersonalDataHandler) -> None:
    """Called once by each app that keeps something of people, when it is ready."""
    if handler not in _registered:
        _registered.append(handler)


def personal_data_handlers() -> list[PersonalDataHandler]:
    return list(_registered)


# --- Export: everything that is stored about a person, in one document -------------------------------


def export_of(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """All of one moment; long lists are read and written in portions. Raises NotFound."""
    with consistent_read():
        user = account(user_id)
        parts: dict[str, Any] = {
            "exported_at": timezone.now(),
            "account": _account(user),
            "profile": taste_of(user),
            "sessions": _sessions(user),
            "tokens": _tokens(user),
            "stored_responses": _idempotency_records(user),
            "admin_log": _admin_log(user),
        }
        for handler in personal_data_handlers():
            parts |= handler.export(user.key)
        return json_response(request, parts)


def _account(user: User) -> dict[str, Any]:
    """Without the password's hash, which is of use only for guessing it."""
    fields = ("id", "username", "email", "first_name", "last_name", "is_staff", "date_joined", "last_login")
    permissions = user.user_permissions.values_list("codename", flat=True)
    return {
        **{name: getattr(user, name) for name in fields},
        "groups": list(user.groups.values_list("name", flat=True)),
        "permissions": list(permissions),
    }


def _sessions(user: User) -> Iterator[dict[str, Any]]:
    for session in in_batches(LoginSession.objects.filter(user_id=user.pk)):
        yield {"ends_at": session.expire_date}


def _tokens(user: User) -> Iterator[dict[str, Any]]:
    for token in in_batches(OutstandingToken.objects.filter(user=user).select_related("blacklistedtoken")):
        used = getattr(token, "blacklistedtoken", None)
        ended = used.blacklisted_at if used else None
        yield {"made_at": token.created_at, "ends_at": token.expires_at, "ended_at": ended}


def _idempotency_records(user: User) -> Iterator[dict[str, Any]]:
    """Without their contents, which are in the other parts."""
    kept = IdempotencyRecord.objects.filter(Q(caller=user.key) | Q(subject=user.key)).defer("body", "recipe")
    for one in in_batches(kept):
        yield {"key": one.key, "status": one.status, "created_at": one.created_at}


def _admin_log(user: User) -> Iterator[dict[str, Any]]:
    """The person's actions in the admin, and those of others about the account."""
    for entry in in_batches(LogEntry.objects.filter(user=user) | entries_about(user)):
        yield {"at": entry.action_time, "object": entry.object_repr, "change": entry.get_change_message()}


# --- Erasure -----------------------------------------------------------------------------------------


@log_action("erase_person")
def erase_person(*, user_id: int) -> None:
    """Deletes the account and its personal data; data that others see stays, without a name.

    Raises NotFound.
    """
    going = User.objects.filter(pk=user_id).first()
    if going is None:
        raise NotFound("There is no such account.")
    # In portions, so that no write waits long. After an interruption the request can be repeated.
    for handler in personal_data_handlers():
        handler.erase_bulk(going.key, names=names_of(going))
    for rows in _own_records(going):
        delete_in_batches(rows)
    with transaction.atomic():
        # Excludes transactions that lock the person, but not inserts of rows that refer to them: these may
        # hold locks that the handlers below wait for.
        user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
        if user is None:
            raise NotFound("There is no such account.")
        for handler in personal_data_handlers():
            handler.erase(user.key, names=names_of(user))
        # No row refers to them any more, so there is nothing left to wait for.
        User.objects.select_for_update().get(pk=user_id)
        _erase_records(user)
        user.delete()


def names_of(user: User) -> Collection[str]:
    """All that the person may have been called by the account."""
    return {name for name in (user.get_full_name(), user.username, user.email) if name}


def _erase_records(user: User) -> None:
    _delete_idempotency_records(user)
    OutstandingToken.objects.filter(user=user).delete()
    LoginSession.objects.filter(user_id=user.pk).delete()
    entries_about(user).delete()


def _own_records(user: User) -> list[QuerySet[Any]]:
    """Of which there may be many."""
    return [
        IdempotencyRecord.objects.filter(caller=user.key),
        IdempotencyRecord.objects.filter(subject=user.key),
        OutstandingToken.objects.filter(user=user),
        LoginSession.objects.filter(user_id=user.pk),
    ]


def _delete_idempotency_records(user: User) -> None:
    """Except for the record of this request, and of requests in progress, which wait for this one.

    None of those says more than the key, and they go within a day.
    """
    own = Q(caller=user.key) & ~Q(key=request_context().op_id or "")
    free = IdempotencyRecord.objects.select_for_update(skip_locked=True).filter(own | Q(subject=user.key))
    IdempotencyRecord.objects.filter(pk__in=list(free.values_list("pk", flat=True))).delete()


# --- Merging a guest into an account -----------------------------------------------------------------


ROWS_PER_MERGE = 50
# No write takes this long: one that began earlier is committed, or never will be.
LONGEST_WRITE = timedelta(minutes=5)


@log_action("merge_guest")
def merge_guest(*, guest_id: str, user_id: int) -> bool:
    """Gives all that the guest had to the account, and ends the guest; whether there was such a guest.

    In portions, so that no write waits long. The last one ends the guest's session; after an interruption,
    the next login merges the rest. Of two accounts at the same time, the first gets everything.
    Raises NotAuthenticated if the account was deleted concurrently.
    """
    user_id = _account_to_become(guest_id, user_id)
    from_key, to_key, began = Guest(pk=guest_id).key, User(pk=user_id).key, timezone.now()
    with suppress(NotAuthenticated):  # one of them was deleted: the last portion reports which
        for handler in personal_data_handlers():
            handler.transfer_bulk(from_key=from_key, to_key=to_key)
        _copy_idempotency_records(from_key=from_key, to_key=to_key)
    has_ended = _end_guest(guest_id, user_id, began=began)
    # Also where an earlier login was broken off here.
    delete_in_batches(IdempotencyRecord.objects.filter(caller=from_key))
    return has_ended


def _account_to_become(guest_id: str, user_id: int) -> int:
    """The account that the guest is becoming already, or else this one, which it is becoming from now on."""
    going_on = User.objects.filter(pk=OuterRef("becoming"))
    guest = Guest.objects.filter(pk=guest_id)
    guest.filter(~Exists(going_on)).update(becoming=user_id)
    return guest.values_list("becoming", flat=True).first() or user_id


@transaction.atomic
def _end_guest(guest_id: str, user_id: int, *, began: datetime) -> bool:
    guest = Guest.objects.select_for_update().filter(pk=guest_id).first()
    if guest is None:
        return False
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if user is None:
        raise NotAuthenticated
    for handler in personal_data_handlers():
        handler.transfer(from_key=guest.key, to_key=user.key)
    _copy_idempotency_records(from_key=guest.key, to_key=user.key, since=began - LONGEST_WRITE)
    guest.delete()
    return True


def _copy_idempotency_records(*, from_key: str, to_key: str, since: datetime | None = None) -> None:
    """A repeated write of the guest is executed once, whether the guest or the account repeats it.

    Where both have used a key, the account's own response stays.
    """
    copied = IdempotencyRecord.objects.filter(caller=to_key, key=OuterRef("key"))
    kept = IdempotencyRecord.objects.filter(~Exists(copied), caller=from_key).order_by("pk")
    kept = kept if since is None else kept.filter(created_at__gte=since)
    last = 0
    while portion := list(kept.filter(pk__gt=last)[:ROWS_PER_MERGE]):
        last = portion[-1].pk
        for one in portion:
            one.pk, one.caller = None, to_key
        IdempotencyRecord.objects.bulk_create(portion, ignore_conflicts=True)
