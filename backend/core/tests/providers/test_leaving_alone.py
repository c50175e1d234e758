"""When a service is not asked: because it said so, or because it keeps failing."""

import dataclasses
from email.utils import formatdate

import pytest

from core.providers.client import BUSY_SECONDS, SPREAD_SECONDS, ProviderClient
from core.providers.failures import Failure, ProviderError
from core.providers.lines import Question
from core.providers.rest import Rest
from core.tests.clocks import FakeClock
from core.tests.providers.conftest import PATH, PATIENCE, MakeClient, Thing, read_thing
from core.tests.providers.stand_in import Act, StandIn, answers, hangs_up, says

# Processes tell each other of rests by the shared cache.
pytestmark = pytest.mark.redis
QUESTION = Question("GET", "/things")
BROKEN = says(b"Oops", status=500)
# One attempt is one question, and five failures are too many.
FRAIL = dataclasses.replace(PATIENCE, attempts=1, failures_until_left_alone=5)
LEFT_ALONE = PATIENCE.left_alone_seconds


def busy(retry_after: str | None, *, status: int = 429) -> Act:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return answers({"error": {"status": status}}, status=status, headers=headers)


def failure_of(client: ProviderClient) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        client.ask(QUESTION, read_thing)
    return raised.value


# --- Because it said so ------------------------------------------------------------------------------


def test_a_short_while_is_waited_for_and_by_the_patient_also_what_others_were_told(
    make_client: MakeClient, service: StandIn, waits: list[float]
) -> None:
    service.then(PATH, busy("2"))
    assert make_client().ask(QUESTION, read_thing) == Thing(7)
    assert 2 <= waits.pop() <= 2 + SPREAD_SECONDS
    service.asked.clear()

    patient = dataclasses.replace(PATIENCE, waits_out_rests=True)
    hasty = make_client(patience=dataclasses.replace(PATIENCE, attempts=1))
    service.then(PATH, busy("2"))
    assert failure_of(hasty).failure is Failure.BUSY
    assert failure_of(hasty).failure is Failure.RESTING
    assert make_client(patience=patient).ask(QUESTION, read_thing) == Thing(7)
    (waited,) = waits
    assert 2 <= waited <= 2 + SPREAD_SECONDS
    assert len(service.asked) == 2


def test_nobody_waits_out_a_long_rest(make_client: MakeClient, service: StandIn, waits: list[float]) -> None:
    patient = make_client(patience=dataclasses.replace(PATIENCE, waits_out_rests=True))
    service.then(PATH, busy("600"))
    assert failure_of(patient).failure is Failure.BUSY
    assert failure_of(patient).failure is Failure.RESTING
    assert waits == []


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("as_date", [False, True], ids=["seconds", "date"])
def test_for_a_long_while_it_is_left_alone(
    client: ProviderClient,
    service: StandIn,
    clock: FakeClock,
    waits: list[float],
    status: int,
    as_date: bool,
) -> None:
    service.then(PATH, busy(formatdate(clock() + 600, usegmt=True) if as_date else "600", status=status))
    error = failure_of(client)
    assert error.failure is (Failure.BUSY if status == 429 else Failure.BROKEN)
    assert (error.is_temporary, error.retry_after_seconds, waits) == (True, 600, [])
    clock.advance(599)
    error = failure_of(client)
    assert (error.failure, error.is_temporary, error.retry_after_seconds) == (Failure.RESTING, True, 1)
    assert len(service.asked) == 1
    clock.advance(1)
    assert client.ask(QUESTION, read_thing) == Thing(7)


@pytest.mark.parametrize("header", [None, "soon", "-5"])
def test_who_is_busy_without_saying_for_how_long_is_left_alone_for_a_while(
    client: ProviderClient, service: StandIn, clock: FakeClock, header: str | None
) -> None:
    service.then(PATH, busy(header))
    assert failure_of(client).retry_after_seconds == BUSY_SECONDS
    clock.advance(BUSY_SECONDS - 1)
    assert failure_of(client).failure is Failure.RESTING
    clock.advance(1)
    assert client.ask(QUESTION, read_thing) == Thing(7)


def test_what_one_is_told_all_others_know(make_client: MakeClient, service: StandIn) -> None:
    """As another process, which has nothing in common with it but the cache."""
    service.then(PATH, busy("600"))
    failure_of(make_client())
    assert failure_of(make_client()).failure is Failure.RESTING
    assert make_client(name="another-service").ask(QUESTION, read_thing) == Thing(7)


def test_a_shorter_while_does_not_end_a_longer_one(clock: FakeClock) -> None:
    rest = Rest("stand-in", clock=clock)
    rest.take(600)
    rest.take(60)
    clock.advance(60)
    assert rest.seconds_left() == 540


def test_being_busy_is_no_failure(make_client: MakeClient, service: StandIn, clock: FakeClock) -> None:
    client = make_client(patience=FRAIL)
    service.then(PATH, *[busy("10")] * 6)
    for _ in range(6):
        assert failure_of(client).failure is Failure.BUSY
        clock.advance(10)
    assert client.ask(QUESTION, read_thing) == Thing(7)


# --- Because it keeps failing ------------------------------------------------------------------------


def fail(client: ProviderClient, times: int) -> None:
    for _ in range(times):
        assert failure_of(client).failure is not Failure.RESTING


@pytest.mark.parametrize("act", [BROKEN, hangs_up, says(b"garbage")], ids=["500", "hung up on", "garbage"])
def test_after_too_many_failures_it_is_left_alone_then_tried_by_one_then_asked_by_all(
    make_client: MakeClient, service: StandIn, clock: FakeClock, act: Act
) -> None:
    client = make_client(patience=FRAIL)
    service.then(PATH, *[act] * 6)
    fail(client, 5)
    error = failure_of(client)
    assert (error.failure, error.is_temporary) == (Failure.RESTING, True)
    assert len(service.asked) == 5

    clock.advance(LEFT_ALONE)
    fail(client, 1)
    assert failure_of(client).failure is Failure.RESTING

    clock.advance(LEFT_ALONE)
    for _ in range(3):
        assert client.ask(QUESTION, read_thing) == Thing(7)
    service.then(PATH, *[BROKEN] * 5)
    fail(client, 5)
    assert failure_of(client).failure is Failure.RESTING


def test_attempts_end_when_it_is_to_be_left_alone(
    make_client: MakeClient, service: StandIn, clock: FakeClock
) -> None:
    client = make_client(patience=dataclasses.replace(PATIENCE, failures_until_left_alone=2))
    service.then(PATH, *[BROKEN] * 3)
    assert failure_of(client).failure is Failure.BROKEN
    assert len(service.asked) == 2
    clock.advance(LEFT_ALONE)
    assert failure_of(client).failure is Failure.BROKEN
    assert len(service.asked) == 3


def test_questions_that_it_refuses_are_no_failures_of_it(make_client: MakeClient, service: StandIn) -> None:
    client = make_client(patience=FRAIL)
    service.then(PATH, *[BROKEN] * 4, says(b"", status=404), *[BROKEN] * 4)
    fail(client, 9)
    assert client.ask(QUESTION, read_thing) == Thing(7)
