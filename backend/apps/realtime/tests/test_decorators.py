"""The decorators for what cuts across: each really does what its name says."""

import logging
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.realtime import decorators
from apps.realtime.decorators import (
    cache_result,
    log_action,
    prevent_duplicate_track,
    rate_limit,
    validate_playing_state,
)
from apps.realtime.tests.boards import Card
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


@pytest.mark.parametrize(
    ("by", "error", "outcome"),
    [(3, None, "done"), (-1, NotFound, "refused NOT_FOUND"), (0, ZeroDivisionError, "failed")],
)
def test_each_call_is_one_line_with_its_end_and_its_op_id(
    caplog, by: int, error: type[Exception] | None, outcome: str
):
    def call() -> None:
        with pytest.raises(error) if error else nullcontext():
            assert divide(6, by=by) == 2

    with within_operation("op-7"):
        call()
    call()
    assert [line.get("op_id") for line in lines(caplog)] == ["op-7", None]
    for line in lines(caplog):
        assert (line["event"], line["outcome"]) == ("divide", outcome)
        assert line["milliseconds"] >= 0
    assert (divide.__name__, divide.__doc__) == ("divide", "Divides.")


# --- rate_limit --------------------------------------------------------------------------------------


@pytest.mark.redis
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


@pytest.mark.redis
def test_a_result_is_made_once_for_the_same_arguments_in_any_order():
    calls: list[Any] = []

    @cache_result(timeout=60)
    def found(*args: Any, **kwargs: Any) -> Any:
        calls.append((args, kwargs))
        return kwargs.get("result", args)

    assert found(1, a=1, b=2) == found(1, b=2, a=1) == (1,)
    assert found(result=None) is found(result=None) is None
    assert len(calls) == 2
    for arguments in ({"a": 1, "b": 3}, {"a": 1}, {"a": "1", "b": 2}):
        found(1, **arguments)
    found(2, a=1, b=2)
    found("1", a=1, b=2)
    assert len(calls) == 7


@pytest.mark.redis
def test_an_error_is_not_remembered_and_two_functions_do_not_share_results():
    outcomes = [0, 2]

    @cache_result(timeout=60)
    def divided() -> float:
        return 6 / outcomes.pop(0)

    @cache_result(timeout=60)
    def other() -> str:
        return "other"

    with pytest.raises(ZeroDivisionError):
        divided()
    assert divided() == divided() == 3
    assert other() == "other"


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


def test_the_named_constraint_is_answered_with_the_call_s_own_words_and_the_transaction_goes_on(board):
    first = pin(board.pk, "Halo", 1)
    with transaction.atomic():
        with pytest.raises(Conflict) as refusal:
            pin(board.pk, "Halo")
        pin(board.pk, "Hello", 2)
    assert refusal.value.details == {"text": "Halo", "first": first.pk}
    with pytest.raises(IntegrityError), transaction.atomic():
        pin(board.pk, "another constraint", 1)
    assert Card.objects.count() == 2
