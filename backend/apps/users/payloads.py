"""People as clients get them."""

from collections.abc import Sequence

import msgspec

from apps.users.models import Guest, User
from apps.users.selectors import taste_of
from apps.users.taste import Taste
from core.instants import Instant


class GuestPayload(msgspec.Struct, frozen=True):
    """Somebody who joins in without an account."""

    guest_id: str
    name: str


class GuestWithTokenPayload(GuestPayload, frozen=True):
    """A new guest, with what they show from now on to be recognised."""

    token: str


class ProfilePayload(msgspec.Struct, frozen=True):
    """What an account likes."""

    favorite_genres: Sequence[str]
    favorite_artists: Sequence[str]
    moods: Sequence[str]


class AccountPayload(msgspec.Struct, frozen=True):
    """An account, as itself and staff see it."""

    id: int
    username: str
    email: str
    profile: ProfilePayload
    date_joined: Instant


class TokensPayload(msgspec.Struct, frozen=True):
    """`access` is for `Authorization: Bearer …`, 60 minutes; `refresh` gets new ones, once, for 7 days."""

    access: str
    refresh: str


class NewAccountPayload(AccountPayload, frozen=True):
    """An account that was just made, with its first tokens."""

    access: str
    refresh: str


class PersonPayload(msgspec.Struct, frozen=True):
    """An account as somebody else who is logged in sees it; itself and staff see the rest, too."""

    id: int
    username: str
    email: str | msgspec.UnsetType = msgspec.UNSET
    profile: ProfilePayload | msgspec.UnsetType = msgspec.UNSET
    date_joined: Instant | msgspec.UnsetType = msgspec.UNSET


def guest_payload(guest: Guest) -> GuestPayload:
    return GuestPayload(guest_id=guest.pk, name=guest.name)


def account_payload(user: User) -> AccountPayload:
    """Of an account from `selectors.accounts`."""
    return AccountPayload(
        id=user.pk,
        username=user.username,
        email=user.email,
        profile=profile_payload(taste_of(user)),
        date_joined=user.date_joined,
    )


def new_account_payload(user: User, tokens: TokensPayload) -> NewAccountPayload:
    account = msgspec.structs.asdict(account_payload(user))
    return NewAccountPayload(**account, access=tokens.access, refresh=tokens.refresh)


def person_payload(user: User) -> PersonPayload:
    """What anybody who is logged in may know."""
    return PersonPayload(id=user.pk, username=user.username)


def profile_payload(taste: Taste) -> ProfilePayload:
    return ProfilePayload(**msgspec.structs.asdict(taste))
