"""Payloads of accounts and guests."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from apps.users.models import Guest, Taste, User
from apps.users.selectors import taste_of
from core.json_codec import Instant


class GuestPayload(msgspec.Struct, frozen=True):
    """A guest: a person without an account."""

    guest_id: str
    name: str


class GuestWithTokenPayload(GuestPayload, frozen=True):
    """A new guest, with the token that identifies it from now on."""

    token: str


class ProfilePayload(msgspec.Struct, frozen=True):
    """The taste profile of an account."""

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


EXAMPLE_ACCOUNT = AccountPayload(
    id=5,
    username="ada",
    email="ada@example.org",
    profile=ProfilePayload(favorite_genres=["jazz"], favorite_artists=["Miles Davis"], moods=["calm"]),
    date_joined=datetime(2025, 12, 4, 10, tzinfo=UTC),
)


class TokensPayload(msgspec.Struct, frozen=True):
    """`access` is for `Authorization: Bearer …`, 60 minutes; `refresh` gets new ones, once, for 7 days."""

    access: str
    refresh: str


EXAMPLE_TOKENS = TokensPayload(access="eyJhbGciOiJIUzI1NiIs…", refresh="eyJhbGciOiJIUzI1NiIs…")


class NewAccountPayload(AccountPayload, frozen=True):
    """An account that was just made, with its first tokens."""

    access: str
    refresh: str


class PersonPayload(msgspec.Struct, frozen=True):
    """An account as other users see it; it itself and staff see the rest, too."""

    id: int
    username: str
    email: str | msgspec.UnsetType = msgspec.UNSET
    profile: ProfilePayload | msgspec.UnsetType = msgspec.UNSET
    date_joined: Instant | msgspec.UnsetType = msgspec.UNSET


def guest_payload(guest: Guest) -> GuestPayload:
    return GuestPayload(guest_id=guest.pk, name=guest.name)


def account_payload(user: User) -> AccountPayload:
    """The payload of an account from `selectors.accounts`."""
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
    """The fields that every user may see."""
    return PersonPayload(id=user.pk, username=user.username)


def profile_payload(taste: Taste) -> ProfilePayload:
    return ProfilePayload(**msgspec.structs.asdict(taste))
