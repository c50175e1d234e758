"""How often this process changed tracks of the library: so what it remembers of them is known to be old."""

from itertools import count

from django.db import transaction

_numbers = count(1)
_latest = [0]


def changes_so_far() -> int:
    return _latest[0]


def note_change(*, created: bool = False, **_signal: object) -> None:
    """Now, for who reads within the transaction; and again when others can see it.

    A new track is known by its id.
    """
    if created:
        return
    _note()
    transaction.on_commit(_note, robust=True)


def _note() -> None:
    _latest[0] = next(_numbers)
