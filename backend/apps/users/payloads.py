"""People as clients get them."""

import msgspec

from apps.users.models import Guest


class GuestPayload(msgspec.Struct, frozen=True):
    """Somebody who joins in without an account."""

    guest_id: str
    name: str


class GuestWithTokenPayload(GuestPayload, frozen=True):
    """A new guest, with what they show from now on to be recognised."""

    token: str


def guest_payload(guest: Guest) -> GuestPayload:
    return GuestPayload(guest_id=guest.pk, name=guest.name)
