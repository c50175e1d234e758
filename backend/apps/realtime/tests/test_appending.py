"""Events are numbered 1, 2, 3, … in the transaction of the change."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection, transaction

from apps.realtime.models import Event, Stream
from apps.realtime.publishing import Hint
from apps.realtime.services import append_event, lock_stream, lock_streams
from apps.realtime.tests.boards import append, open_board, seqs_of, texts_of
from core.errors import NotFound
from core.request_context import within_operation
from core.tests.undoing import undone


def test_events_are_numbered_from_1(board):
    assert append(board.pk, "a", "b") == [1, 2]
    assert append(board.pk, "c") == [3]
    assert seqs_of(board.pk) == [1, 2, 3]
    assert Stream.objects.get(pk=board.pk).seq == 3


def test_each_stream_counts_alone(board):
    other = open_board("other")
    assert append(board.pk, "a") == [1]
    assert append(other.pk, "b") == [1]
    assert append(board.pk, "c") == [2]


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
    assert event.created_at == datetime(2025, 12, 4, 12, 34, 56, 789999, tzinfo=UTC)


def test_a_write_without_a_name_has_no_op_id(board):
    append(board.pk, "a")
    assert json.loads(Event.objects.get().frame)["op_id"] is None
    assert Event.objects.get().op_id is None


def test_a_rolled_back_write_leaves_no_event_and_no_gap(stored_board, hints):
    append(stored_board.pk, "a")
    with undone():
        append(stored_board.pk, "ghost")
    append(stored_board.pk, "b")
    assert seqs_of(stored_board.pk) == [1, 2]
    assert "ghost" not in str(texts_of(stored_board.pk))
    assert [hint.seq for hint in hints] == [1, 2]


def test_a_rolled_back_part_of_a_write_leaves_no_gap_either(stored_board, hints):
    with transaction.atomic():
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


def test_a_stream_that_has_ended_takes_nothing(board):
    with pytest.raises(NotFound), transaction.atomic():
        append_event(stream_id=board.pk + 1, event_type="card.added", payload="a")


def test_many_writers_at_once_leave_no_gap_and_no_repeat(stored_board):
    def write(writer: int) -> list[int]:
        try:
            return [append(stored_board.pk, f"{writer}:{number}")[0] for number in range(10)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        numbers = [number for numbers in pool.map(write, range(4)) for number in numbers]
    assert sorted(numbers) == seqs_of(stored_board.pk) == list(range(1, 41))
    payloads = [json.loads(text)["payload"] for text in texts_of(stored_board.pk)]
    for writer in range(4):
        own = [payload for payload in payloads if payload.startswith(f"{writer}:")]
        assert own == [f"{writer}:{number}" for number in range(10)]


def test_locking_gives_the_stream_as_it_is_now(board):
    append(board.pk, "a")
    with transaction.atomic():
        assert lock_stream(board.pk).seq == 1


def test_several_streams_are_locked_in_order_of_id(board, django_assert_num_queries):
    other = open_board("other")
    with transaction.atomic(), django_assert_num_queries(1) as queries:
        lock_streams([other.pk, board.pk, 0])
    assert "ORDER BY" in queries[0]["sql"]
    assert ("FOR UPDATE" in queries[0]["sql"]) == (connection.vendor == "postgresql")
