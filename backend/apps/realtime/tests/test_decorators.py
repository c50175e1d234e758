"""The decorators for what cuts across: each really does what its name says."""

import logging
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models.signals import post_save

from apps.realtime import decorators
from apps.realtime.decorators import (
    broadcast_event,
    cache_result,
    log_action,
    prevent_duplicate_track,
    rate_limit,
    validate_playing_state,
)
from apps.realtime.tests.boards import Card, seqs_of
from core.errors import Conflict, NotFound
from core.rate_limits import LocalCalls, TooManyCalls
from core.request_context import within_operation


def test_there_are_six_and_they_are_all_here():
    assert sorted(decorators.__all__) == [
        "broadcast_event",
        "cache_result",
        "log_action",
        "prevent_duplicate_track",
        "rate_limit",
        "validate_playing_state",
    ]


@pytest.mark.usefixtures("own_receivers")
def test_broadcast_event_tells(board):
    broadcast_event("card.added", on=post_save, sender=Card, stream=lambda change: change.after.board)(
        lambda change: change.after.text
    )
    Card.objects.create(board=board.pk, text="Halo")
    assert seqs_of(board.pk) == [1]


# --- log_action --------------------------------------------------------------------------------------


@log_action("divide")
def divide(a: int, *, by: int) -> float:
    """Divides."""
    if by < 0:
        raise NotFound
    return a / by


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The fields of each line."""
    return [record.msg for record in caplog.records if record.name == "tutti.actions"]  # type: ignore[misc]


@pytest.fixture(autouse=True)
def heard_actions(caplog) -> None:
    caplog.set_level(logging.INFO, logger="tutti.actions")


def test_each_call_is_one_line_with_its_end_and_its_op_id(caplog):
    with within_operation("op-7"):
        assert divide(6, by=3) == 2
    (line,) = lines(caplog)
    assert (line["event"], line["outcome"], line["op_id"]) == ("divide", "done", "op-7")
    assert 0 <= line["milliseconds"] < 1000


@pytest.mark.parametrize(
    ("by", "error", "outcome"), [(-1, NotFound, "refused NOT_FOUND"), (0, ZeroDivisionError, "failed")]
)
def test_a_call_that_fails_is_a_line_too(caplog, by: int, error: type[Exception], outcome: str):
    with pytest.raises(error):
        divide(6, by=by)
    (line,) = lines(caplog)
    assert (line["event"], line["outcome"]) == ("divide", outcome)
    assert "op_id" not in line


def test_a_decorated_function_keeps_its_name():
    assert (divide.__name__, divide.__doc__) == ("divide", "Divides.")


# --- rate_limit --------------------------------------------------------------------------------------


def test_calls_are_counted_by_what_the_arguments_say():
    @rate_limit(2, 3600, key=lambda name: f"hello:{name}")
    def hello(name: str) -> str:
        return f"Hello {name}"

    assert [hello("Ada"), hello("Ada"), hello("Bo")] == ["Hello Ada", "Hello Ada", "Hello Bo"]
    with pytest.raises(TooManyCalls):
        hello("Ada")
    assert hello("Bo") == "Hello Bo"


async def test_a_coroutine_is_counted_before_it_runs():
    ran: list[str] = []

    @rate_limit(1, 3600, key=lambda name: f"later:{name}")
    async def later(name: str) -> None:
        ran.append(name)

    await later("Ada")
    with pytest.raises(TooManyCalls):
        await later("Ada")
    assert ran == ["Ada"]


def test_a_connection_counts_for_itself():
    @rate_limit(1, 3600, key=lambda calls: calls)
    def hello(calls: LocalCalls) -> None: ...

    first, other = LocalCalls(), LocalCalls()
    hello(first)
    hello(other)
    with pytest.raises(TooManyCalls):
        hello(first)


# --- cache_result ------------------------------------------------------------------------------------


def counted() -> tuple[list[Any], Any]:
    calls: list[Any] = []

    @cache_result(timeout=60)
    def found(*args: Any, **kwargs: Any) -> Any:
        calls.append((args, kwargs))
        return kwargs.get("result", args)

    return calls, found


def test_a_result_is_made_once():
    calls, found = counted()
    assert found(1, a=2) == found(1, a=2) == (1,)
    assert len(calls) == 1


def test_none_is_a_result_too():
    calls, found = counted()
    assert found(result=None) is None
    assert found(result=None) is None
    assert len(calls) == 1


def test_other_arguments_have_another_result_and_their_order_does_not_matter():
    calls, found = counted()
    found(1, a=1, b=2)
    found(1, b=2, a=1)
    assert len(calls) == 1
    for arguments in ({"a": 1, "b": 3}, {"a": 1}, {"a": "1", "b": 2}):
        found(1, **arguments)
    found(2, a=1, b=2)
    found("1", a=1, b=2)
    assert len(calls) == 6


def test_an_error_is_not_remembered():
    outcomes = [0, 2]

    @cache_result(timeout=60)
    def divided() -> float:
        return 6 / outcomes.pop(0)

    with pytest.raises(ZeroDivisionError):
        divided()
    assert divided() == divided() == 3


def test_two_functions_do_not_share_results():
    @cache_result(timeout=60)
    def one(number: int) -> str:
        return "one"

    @cache_result(timeout=60)
    def other(number: int) -> str:
        return "other"

    assert (one(1), other(1)) == ("one", "other")


# --- validate_playing_state --------------------------------------------------------------------------


def refuse_loud(card: Card) -> None:
    if card.text.isupper():
        raise Conflict("Too loud.")


@validate_playing_state(check=refuse_loud)
def put_up(board: int, text: str) -> Card:
    card = Card(board=board, text=text)
    card.save()
    return card


def test_what_the_check_refuses_has_not_happened(stored_board):
    with pytest.raises(Conflict):
        put_up(stored_board.pk, "HALO")
    assert not Card.objects.exists()
    assert put_up(stored_board.pk, "Halo").text == "Halo"
    assert Card.objects.get().text == "Halo"


# --- prevent_duplicate_track -------------------------------------------------------------------------


def twice(board: int, text: str, rank: int = 0) -> Conflict:
    return Conflict(details={"text": text, "first": Card.objects.get(board=board, text=text).pk})


@prevent_duplicate_track(model=Card, constraint="card_once", error=twice)
def pin(board: int, text: str, rank: int = 0) -> Card:
    card = Card(board=board, text=text, rank=rank)
    card.save()
    return card


def test_the_named_constraint_is_answered_with_the_call_s_own_words(board):
    first = pin(board.pk, "Halo")
    with pytest.raises(Conflict) as refusal:
        pin(board.pk, "Halo")
    assert refusal.value.details == {"text": "Halo", "first": first.pk}
    assert Card.objects.count() == 1


def test_another_constraint_is_not_taken_for_it(board):
    pin(board.pk, "Halo", 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        pin(board.pk, "Hello", 1)
    assert Card.objects.count() == 1


def test_after_the_refusal_the_transaction_goes_on(board):
    pin(board.pk, "Halo")
    with transaction.atomic():
        with pytest.raises(Conflict):
            pin(board.pk, "Halo")
        pin(board.pk, "Hello")
    assert Card.objects.count() == 2
