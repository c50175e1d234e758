"""Events are numbered 1, 2, 3, … in the transaction of the change."""

import json
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection, transaction

from apps.realtime.models import Event
from apps.realtime.publishing import Hint
from apps.realtime.services import append_event, lock_stream, lock_streams
from apps.realtime.tests.boards import append, open_board, seqs_of, texts_of
from core.errors import NotFound
from core.request_context import within_operation
from core.tests.undoing import undone


@time_machine.travel(datetime(2025, 12, 4, 12, 34, 56, 789999, tzinfo=UTC), tick=False)
def test_the_frame_is_stored_as_it_is_sent(board):
    with within_operation("op-7"):
        append(board.pk, {"id": 5, "text": "Halo"})
    event = Event.objects.get()
    assert event.frame == (
        '{"type":"card.added","payload":{"id":5,"text":"Halo"},"board":"main",'
        f'"epoch":"{board.epoch}","seq":1,"ts":"2025-12-04T12:34:56.789Z","op_id":"op-7"}}'
    )
    assert (event.type, event.op_id, event.seq) == ("card.added", "op-7", 1)
    append(board.pk, "without a name")
    assert json.loads(texts_of(board.pk)[1])["op_id"] is None
    assert Event.objects.get(seq=2).op_id is None
    assert event.created_at == datetime(2025, 12, 4, 12, 34, 56, 789999, tzinfo=UTC)


@pytest.mark.parametrize("within", [nullcontext, transaction.atomic], ids=["a write", "a part of a write"])
def test_what_is_rolled_back_leaves_no_event_and_no_gap(stored_board, hints, within):
    with within():
        append(stored_board.pk, "a")
        with undone():
            append(stored_board.pk, "ghost")
        append(stored_board.pk, "b")
    assert seqs_of(stored_board.pk) == [1, 2]
    assert [json.loads(text)["payload"] for text in texts_of(stored_board.pk)] == ["a", "b"]
    assert [hint.seq for hint in hints] == [1, 2]


def test_hints_follow_the_commit_in_order_each_with_its_frame(stored_board, hints):
    with transaction.atomic():
        append(stored_board.pk, "a", "b")
        assert hints == []
    assert hints == [
        Hint(stored_board.pk, stored_board.epoch, seq, frame)
        for seq, frame in enumerate(texts_of(stored_board.pk), start=1)
    ]


def test_a_hint_that_fails_fails_nobody(stored_board, monkeypatch, caplog):
    monkeypatch.setattr("apps.realtime.services.publish", lambda hint: 1 / 0)
    append(stored_board.pk, "a", "b")
    assert seqs_of(stored_board.pk) == [1, 2]
    assert "ZeroDivisionError" in caplog.text


def test_outside_of_a_transaction_nothing_is_appended(stored_board):
    with pytest.raises(RuntimeError, match="transaction"):
        append_event(stream_id=stored_board.pk, event_type="card.added", payload="a")
    assert seqs_of(stored_board.pk) == []
    with pytest.raises(NotFound), transaction.atomic():
        append_event(stream_id=stored_board.pk + 1, event_type="card.added", payload="a")


def test_streams_are_locked_in_order_of_id_and_given_as_they_are_now(board, django_assert_num_queries):
    other = open_board("other")
    with transaction.atomic(), django_assert_num_queries(1) as queries:
        lock_streams([other.pk, board.pk, 0])
    append(board.pk, "a")
    with transaction.atomic():
        assert lock_stream(board.pk).seq == 1
    assert "ORDER BY" in queries[0]["sql"]
    assert ("FOR UPDATE" in queries[0]["sql"]) == (connection.vendor == "postgresql")
