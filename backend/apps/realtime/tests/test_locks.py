"""A transaction locks a stream once, and knows afterwards how far it has brought it."""

import pytest
from django.db import connection, transaction

from apps.realtime.models import Stream
from apps.realtime.services import begin_new_epoch, close_stream, lock_stream
from apps.realtime.tests.boards import append, seqs_of
from core.errors import NotFound
from core.tests.rollback import rolled_back


def test_a_transaction_reads_a_locked_stream_once(stored_board, django_assert_num_queries):
    append(stored_board.pk, "a")
    with transaction.atomic():
        with django_assert_num_queries(1) as queries:
            assert lock_stream(stored_board.pk).seq == 1
        assert ("FOR UPDATE" in queries[0]["sql"]) == (connection.vendor == "postgresql")
        append(stored_board.pk, "b", "c")
        with django_assert_num_queries(0):
            assert lock_stream(stored_board.pk).seq == 3
    with transaction.atomic(), django_assert_num_queries(1):
        assert lock_stream(stored_board.pk).seq == 3


def test_a_lock_rolled_back_to_a_savepoint_is_taken_again(stored_board, django_assert_num_queries):
    with transaction.atomic():
        with rolled_back():
            append(stored_board.pk, "ghost")
        with django_assert_num_queries(1):  # the database has given the lock back as well
            assert lock_stream(stored_board.pk).seq == 0
        append(stored_board.pk, "a")
        with rolled_back():
            append(stored_board.pk, "ghost", "ghost")
        with django_assert_num_queries(0):
            assert lock_stream(stored_board.pk).seq == 1
        append(stored_board.pk, "b")
    assert seqs_of(stored_board.pk) == [1, 2]
    assert Stream.objects.get(pk=stored_board.pk).seq == 2


def test_deletion_and_recreation_of_a_locked_stream_are_seen(board):
    with transaction.atomic():
        append(board.pk, "a")
        begin_new_epoch(stream_id=board.pk)
        assert append(board.pk, "b") == [2]
        epoch = lock_stream(board.pk).epoch
    assert Stream.objects.get(pk=board.pk).epoch == epoch != board.epoch
    with transaction.atomic():
        lock_stream(board.pk)
        close_stream(board.pk)
        with pytest.raises(NotFound):
            lock_stream(board.pk)


def test_an_append_continues_from_the_seq_in_the_database(board):
    """Also where the row was written by something else within the transaction."""
    with transaction.atomic():
        append(board.pk, "a")
        Stream.objects.filter(pk=board.pk).update(seq=7)
        assert append(board.pk, "b", "c") == [8, 9]
    assert seqs_of(board.pk) == [1, 8, 9]
