"""Work that is rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import transaction


class Undo(Exception):
    """Ends a transaction without a trace."""


@contextmanager
def rolled_back() -> Iterator[None]:
    """What happens within is rolled back."""
    with suppress(Undo), transaction.atomic():
        yield
        raise Undo
