"""A client of a music service and a service that misbehaves: what is told, what is tried again."""

import logging
import re

import pytest

from core.providers.client import SPREAD_SECONDS, Patience, ProviderClient
from core.providers.failures import Failure, ProviderError
from core.providers.lines import Bounds, Question
from core.tests.clocks import FakeClock
from core.tests.providers import stand_in
from core.tests.providers.conftest import PATH, MakeClient, Thing, read_thing
from core.tests.providers.stand_in import Act, StandIn, answers, says

SECRET = "sesame-0123456789"
QUESTION = Question(
    "GET", "/things", params={"q": f"for {SECRET}"}, headers={"Authorization": f"Bearer {SECRET}"}
)
# Silence is waited for in real time.
IMPATIENT = Bounds(connect_seconds=5.0, seconds=0.05)
DEEP = b'{"value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def failure_of(client: ProviderClient) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        client.ask(QUESTION, read_thing)
    return raised.value


def check_nothing_is_told_of_the_question(error: BaseException | None, logged: str) -> None:
    assert "A music service failed: stand-in: " in logged
    assert SECRET not in logged
    while error is not None:
        assert type(error).__module__.startswith("core."), error
        assert SECRET not in repr(error) + repr(vars(error))
        error = error.__cause__ or error.__context__


# --- Answers -----------------------------------------------------------------------------------------


def test_a_good_answer_comes_in_its_shape_over_one_connection(
    client: ProviderClient, service: StandIn
) -> None:
    assert client.ask(QUESTION, read_thing) == Thing(7)
    assert client.ask(Question("POST", "/things", form={"a": "b c"}), read_thing) == Thing(7)
    asked, sent = service.asked
    assert (asked.method, asked.path, asked.params) == ("GET", PATH, {"q": f"for {SECRET}"})
    assert asked.headers["authorization"] == f"Bearer {SECRET}"
    assert asked.headers["accept-encoding"] == "identity"
    assert (sent.method, sent.form) == ("POST", {"a": "b c"})
    assert asked.connection == sent.connection


# --- What may be over a moment later -----------------------------------------------------------------

PASSING: dict[str, tuple[Act, Failure]] = {
    "500": (says(b"Oops", status=500), Failure.BROKEN),
    "503": (answers({}, status=503), Failure.BROKEN),
    "an error inside": (answers({"error": {"status": 500, "message": "Oops"}}), Failure.BROKEN),
    "errors inside": (answers({"errors": [{"title": "Oops"}], "value": 7}), Failure.BROKEN),
    "a word inside": (answers({"error": "server_error"}), Failure.BROKEN),
    "cut half-way": (stand_in.breaks_off, Failure.CUT),
    "hung up on": (stand_in.hangs_up, Failure.CUT),
    "no HTTP": (stand_in.speaks_something_else, Failure.CUT),
}


@pytest.mark.parametrize(("act", "failure"), PASSING.values(), ids=PASSING)
def test_what_may_pass_is_tried_again_and_told_after_some_attempts(
    client: ProviderClient,
    service: StandIn,
    waits: list[float],
    caplog: pytest.LogCaptureFixture,
    act: Act,
    failure: Failure,
) -> None:
    caplog.set_level(logging.DEBUG)
    service.then(PATH, act, act)
    assert client.ask(QUESTION, read_thing) == Thing(7)
    assert len(service.asked) == 3
    # Twice as long each time, and a part by chance.
    assert 0.5 <= waits[0] <= 1.0
    assert 1.0 <= waits[1] <= 1.5

    service.then(PATH, *[act] * 3)
    error = failure_of(client)
    assert (error.failure, error.is_temporary) == (failure, True)
    assert len(service.asked) == 6
    check_nothing_is_told_of_the_question(error, caplog.text)


def test_silence_is_not_waited_for(make_client: MakeClient, service: StandIn, waits: list[float]) -> None:
    service.then(PATH, *[stand_in.keeps_silent] * 3)
    error = failure_of(make_client(bounds=IMPATIENT))
    assert (error.failure, error.is_temporary) == (Failure.SLOW, True)
    assert len(waits) == 2


def test_an_answer_that_drips_is_hung_up_on(
    client: ProviderClient, service: StandIn, clock: FakeClock
) -> None:
    service.then(PATH, *[stand_in.drips(clock)] * 3)
    assert failure_of(client).failure is Failure.SLOW


def test_nobody_there(make_client: MakeClient, waits: list[float]) -> None:
    with StandIn({}) as gone:
        url = gone.url
    error = failure_of(make_client(url=url))
    assert (error.failure, error.is_temporary) == (Failure.UNREACHABLE, True)
    assert len(waits) == 2


# --- What is not tried again -------------------------------------------------------------------------

FINAL: dict[str, tuple[Act, Failure]] = {
    "garbage": (says(b"<html>We are away</html>"), Failure.GARBAGE),
    "nothing": (says(b""), Failure.GARBAGE),
    "another shape": (answers({"value": "seven"}), Failure.GARBAGE),
    "a list": (answers([7]), Failure.GARBAGE),
    "no UTF-8": (says(b'{"value": 7, "name": "\xff"}'), Failure.GARBAGE),
    "without a ground": (says(DEEP), Failure.GARBAGE),
    "endless": (stand_in.never_ends, Failure.TOO_LARGE),
    "redirected": (says(b"", status=302, headers={"Location": "/v1/elsewhere"}), Failure.REDIRECTED),
    "400": (answers({"error": {"status": 400}}, status=400), Failure.REFUSED),
    "404": (answers({}, status=404), Failure.REFUSED),
    "401": (answers({}, status=401), Failure.NOT_ALLOWED),
    "401 inside": (answers({"error": {"status": 401, "message": "expired"}}), Failure.NOT_ALLOWED),
    "403 inside": (answers({"error": {"code": 403, "errors": []}}), Failure.REFUSED),
}


@pytest.mark.parametrize(("act", "failure"), FINAL.values(), ids=FINAL)
def test_what_would_be_the_same_again_is_told_at_once(
    client: ProviderClient, service: StandIn, caplog: pytest.LogCaptureFixture, act: Act, failure: Failure
) -> None:
    caplog.set_level(logging.DEBUG)
    service.then(PATH, act)
    error = failure_of(client)
    assert error.failure is failure
    assert error.is_temporary is (failure is Failure.GARBAGE)
    assert [asked.path for asked in service.asked] == [PATH]
    assert client.ask(QUESTION, read_thing) == Thing(7)
    check_nothing_is_told_of_the_question(error, caplog.text)


# --- What is told of it ------------------------------------------------------------------------------


def test_a_question_can_be_printed() -> None:
    assert SECRET not in repr(QUESTION)
    assert re.search(r"GET.*/things", repr(QUESTION))


def test_what_is_waited_for_at_most_fits_into_half_a_minute() -> None:
    bounds, patience = Bounds(), Patience()
    waiting = (patience.attempts - 1) * (patience.longest_wait_seconds + SPREAD_SECONDS)
    assert patience.attempts * bounds.seconds + waiting < 30
