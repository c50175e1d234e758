"""Several reads see one moment, and no writer waits for them."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from core.consistent_reads import consistent_read
from core.tests.notes import Note


@pytest.fixture(autouse=True)
def table(stored_notes) -> None:
    """Notes, with real commits."""


def elsewhere(work: Callable[[], object]) -> object:
    """Does it on a connection of its own and waits for its commit, 5 seconds at most."""

    def run() -> object:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(timeout=5)


def texts() -> list[str]:
    return list(Note.objects.order_by("text").values_list("text", flat=True))


def test_what_another_writes_meanwhile_is_not_seen_and_not_held_up():
    Note(text="a").save()
    with consistent_read():
        assert texts() == ["a"]
        elsewhere(lambda: Note(text="b").save())
        assert texts() == ["a"]
    assert texts() == ["a", "b"]


def test_a_writer_that_is_under_way_holds_no_reader_up():
    Note(text="a").save()
    begun, finish = threading.Event(), threading.Event()

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                Note(text="b").save()
                begun.set()
                assert finish.wait(5)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write_slowly)
        assert begun.wait(5)
        with consistent_read():
            assert texts() == ["a"]
            finish.set()
            writing.result(timeout=5)
            assert texts() == ["a"]


def test_two_readers_may_read_at_once():
    def read() -> list[str]:
        with consistent_read():
            return texts()

    with consistent_read():
        assert texts() == elsewhere(read) == []


def test_an_open_transaction_serves_and_after_an_error_the_connection_can_be_used_again():
    with pytest.raises(ZeroDivisionError), consistent_read():
        _ = 1 / len(texts())
    with transaction.atomic():
        Note(text="a").save()
        with consistent_read():
            assert texts() == ["a"]
        Note(text="b").save()
    assert texts() == ["a", "b"]
