"""Events are numbered 1, 2, 3, … in the transaction of the change; decorators that HTTP does not show."""

import json
import logging
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.signals import post_save

from apps.realtime.decorators import broadcast_event, cache_result, changed, log_action
from apps.realtime.publishing import Hint
from apps.realtime.services import append_event, lock_stream, lock_streams
from apps.realtime.tests.boards import Card, append, open_board, seqs_of, texts_of
from core.changes import Change
from core.errors import NotFound
from core.request_context import within_operation
from core.tests.rollback import rolled_back


@pytest.mark.parametrize("within", [nullcontext, transaction.atomic], ids=["a write", "a part of a write"])
def test_a_rollback_leaves_no_event_and_no_gap(stored_board, hints, within):
    with within():
        append(stored_board.pk, "a")
        with rolled_back():
            append(stored_board.pk, "ghost")
        append(stored_board.pk, "b")
    assert seqs_of(stored_board.pk) == [1, 2]
    assert [json.loads(text)["payload"] for text in texts_of(stored_board.pk)] == ["a", "b"]
    assert [hint.seq for hint in hints] == [1, 2]


def test_hints_follow_the_commit_in_order_each_with_its_message(stored_board, hints):
    with transaction.atomic():
        append(stored_board.pk, "a", "b")
        assert hints == []
    assert hints == [
        Hint(stored_board.pk, stored_board.epoch, seq, message)
        for seq, message in enumerate(texts_of(stored_board.pk), start=1)
    ]


def test_a_failed_hint_fails_no_write(stored_board, monkeypatch, caplog):
    monkeypatch.setattr("apps.realtime.locks.publish", lambda hint: 1 / 0)
    append(stored_board.pk, "a", "b")
    assert seqs_of(stored_board.pk) == [1, 2]
    assert "ZeroDivisionError" in caplog.text


def test_outside_of_a_transaction_nothing_is_appended(stored_board):
    with pytest.raises(RuntimeError, match="transaction"):
        append_event(stream_id=stored_board.pk, event_type="card.added", payload="a")
    assert seqs_of(stored_board.pk) == []
    with pytest.raises(NotFound), transaction.atomic():
        append_event(stream_id=stored_board.pk + 1, event_type="card.added", payload="a")


def test_streams_are_locked_in_order_of_id_and_read_again(board, django_assert_num_queries):
    other = open_board("other")
    with transaction.atomic(), django_assert_num_queries(1) as queries:
        lock_streams([other.pk, board.pk, 0])
    append(board.pk, "a")
    with transaction.atomic():
        assert lock_stream(board.pk).seq == 1
    assert "ORDER BY" in queries[0]["sql"]
    assert ("FOR UPDATE" in queries[0]["sql"]) == (connection.vendor == "postgresql")


@pytest.mark.usefixtures("own_receivers")
def test_a_change_is_reported_only_when_one_of_its_fields_changed_and_was_written(board):
    @broadcast_event(
        "card.ranked",
        on=post_save,
        sender=Card,
        when=changed("rank", "board"),
        stream=lambda change: (change.after or change.before).board,
    )
    def ranked(change: Change[Card]) -> str:
        assert change.after is not None
        return change.after.text

    card = Card(board=board.pk, text="Halo", rank=1)
    card.save()
    card.save()
    card.text, card.rank = "Hello", 2
    card.save(update_fields=["text"])
    assert seqs_of(board.pk) == []
    card.save()
    (message,) = map(json.loads, texts_of(board.pk))
    assert (message["type"], message["payload"]) == ("card.ranked", "Hello")


@log_action("divide")
def divide(a: int, *, by: int) -> float:
    if by < 0:
        raise NotFound
    return a / by


@pytest.mark.parametrize(
    ("by", "error", "outcome"),
    [(3, None, "done"), (-1, NotFound, "rejected NOT_FOUND"), (0, ZeroDivisionError, "failed")],
)
def test_each_call_logs_one_line_with_its_result_and_op_id(
    caplog, by: int, error: type[Exception] | None, outcome: str
):
    caplog.set_level(logging.INFO, logger="tutti.actions")
    for within in (within_operation("op-7"), nullcontext()):
        with within, pytest.raises(error) if error else nullcontext():
            assert divide(6, by=by) == 2
    lines: list[Any] = [record.msg for record in caplog.records if record.name == "tutti.actions"]
    assert [line.get("op_id") for line in lines] == ["op-7", None]
    for line in lines:
        assert (line["event"], line["outcome"]) == ("divide", outcome)
        assert line["milliseconds"] >= 0


@pytest.mark.redis
def test_a_result_is_cached_by_arguments_in_any_order_and_an_error_is_not():
    calls: list[Any] = []

    @cache_result(timeout=60)
    def found(*args: Any, **kwargs: Any) -> Any:
        calls.append((args, kwargs))
        return kwargs.get("result", args)

    @cache_result(timeout=60)
    def divided(*args: Any, **kwargs: Any) -> float:
        return 6 / outcomes.pop(0)

    assert found(1, a=1, b=2) == found(1, b=2, a=1) == (1,)
    assert found(result=None) is found(result=None) is None
    assert len(calls) == 2
    for arguments in ({"a": 1, "b": 3}, {"a": 1}, {"a": "1", "b": 2}):
        found(1, **arguments)
    found(2, a=1, b=2)
    found("1", a=1, b=2)
    assert len(calls) == 7

    outcomes = [0, 2]
    with pytest.raises(ZeroDivisionError):
        divided(1, a=1, b=2)
    assert divided(1, a=1, b=2) == divided(1, b=2, a=1) == 3, "two functions share no results"
