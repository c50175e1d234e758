"""What belongs to a person in other apps: each registers how it tells, hands over and erases it."""

from collections.abc import Collection
from typing import Any, Protocol


class Belongings(Protocol):
    """What one app keeps of people, by their key: `user:5`, `guest:9hX…`."""

    def exported(self, key: str) -> dict[str, Any]:
        """All of it, by names that say what it is; plain values that JSON can hold.

        What may be much is an iterator, which is read at the same moment of the database.
        """

    def hand_over_most(self, *, giver: str, taker: str) -> None:
        """What a guest had becomes an account's, outside of any transaction: what may be much, in short ones.

        Raises NotAuthenticated when one of the two has gone.
        """

    def hand_over(self, *, giver: str, taker: str) -> None:
        """The rest of it, and what came meanwhile. Within a transaction that holds both people."""

    def erase_most(self, key: str, *, names: Collection[str]) -> None:
        """Before that, outside of any transaction: what may be much is erased in short ones."""

    def erase(self, key: str, *, names: Collection[str]) -> None:
        """Takes the person, who had these names, out of it. Within a transaction that holds them."""


_registered: list[Belongings] = []


def register_belongings(belongings: Belongings) -> None:
    """Called once by each app that keeps something of people, when it is ready."""
    if belongings not in _registered:
        _registered.append(belongings)


def all_belongings() -> list[Belongings]:
    return list(_registered)
