"""What stored responses may take. That they are those of the tables' state: where they are used."""

import tracemalloc
from itertools import count

import pytest

from core.response_cache import MAX_RESPONSE_BYTES, StoredResponses

pytestmark = pytest.mark.django_db(transaction=True)
MAX_BYTES = 256 * 1024


class Library:
    """Responses of a given length, which counts how often each key was made."""

    def __init__(self, name: str, *, max_bytes: int = MAX_BYTES) -> None:
        self.stored = StoredResponses(name, max_bytes=max_bytes)
        self.made: list[str] = []

    def ask(self, key: str, *, length: int = 10) -> int:
        def make() -> tuple[bytes, bool]:
            self.made.append(key)
            return b"x" * length, True

        return len(self.stored.body(key, make))


def test_the_least_recently_used_response_is_evicted():
    library = Library("test_dropped")
    for key in "abcdaebca":  # four have room
        library.ask(key, length=60 * 1024)
    assert "".join(library.made) == "abcdebc"


def test_a_very_large_response_is_not_cached():
    library = Library("test_large", max_bytes=4 * MAX_RESPONSE_BYTES)
    library.ask("small")
    for _ in range(2):
        assert library.ask("large", length=MAX_RESPONSE_BYTES + 1) == MAX_RESPONSE_BYTES + 1
        library.ask("small")
    assert library.made == ["small", "large", "large"]


@pytest.mark.parametrize("length", [8, 8000], ids=["short addresses", "long addresses"])
def test_many_empty_responses_take_no_more_memory_than_allowed(length: int):
    library, numbers = Library("test_many", max_bytes=MAX_BYTES // 4), count()
    library.ask("first")  # what is imported and connected once
    tracemalloc.start()
    try:
        for _ in range(500):
            library.ask(f"{next(numbers):0{length}}", length=0)
            library.made.clear()
        taken, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < MAX_BYTES // 2
