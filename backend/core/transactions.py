"""Writes that are done as a whole, without a savepoint where a transaction is open already."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def joined_transaction() -> Iterator[None]:
    """The transaction that is open, else one of its own.

    For writes that are refused before they have written anything: no savepoint would undo that part alone.
    What fails after that must mark the whole transaction (`transaction.atomic(savepoint=False)`).
    """
    if _is_within_a_write():
        yield
        return
    with transaction.atomic():
        yield


def _is_within_a_write() -> bool:
    """Whether a transaction is open; that in which Django's test cases run stands for none."""
    blocks = connection.atomic_blocks
    return bool(blocks) and not getattr(blocks[-1], "_from_testcase", False)


def in_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """Runs the function in a `joined_transaction`."""

    @wraps(function)
    def joined(*args: P.args, **kwargs: P.kwargs) -> R:
        with joined_transaction():
            return function(*args, **kwargs)

    return joined
