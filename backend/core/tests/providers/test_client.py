"""A client of a music service that misbehaves: reports, retries, and when it is left alone."""

import dataclasses
import logging
import re
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.providers.client import (
    BUSY_SECONDS,
    SPREAD_SECONDS,
    Cooldown,
    ProviderClient,
    ProviderRequest,
    RequestBounds,
    RetryPolicy,
)
from core.providers.responses import MAX_SECONDS, Failure, ProviderError, retry_after_seconds_of
from core.tests.clocks import FakeClock
from core.tests.providers import fake_service
from core.tests.providers.conftest import PATH, PATIENCE, MakeClient, Thing, read_thing
from core.tests.providers.fake_service import Act, FakeService, answers, hangs_up, says

# Processes tell each other of rests by the shared cache.
pytestmark = pytest.mark.redis

SECRET = "sesame-0123456789"
QUESTION = ProviderRequest(
    "GET", "/things", params={"q": f"for {SECRET}"}, headers={"Authorization": f"Bearer {SECRET}"}
)
# Silence is waited for in real time.
IMPATIENT = RequestBounds(connect_seconds=5.0, seconds=0.05)
DEEP = b'{"value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def failure_of(client: ProviderClient) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        client.ask(QUESTION, read_thing)
    return raised.value


def check_request_is_not_logged(error: BaseException | None, logged: str) -> None:
    assert "A music service failed: stand-in: " in logged
    assert SECRET not in logged
    while error is not None:
        assert type(error).__module__.startswith("core."), error
        assert SECRET not in repr(error) + repr(vars(error))
        error = error.__cause__ or error.__context__


# --- Answers -----------------------------------------------------------------------------------------


def test_responses_are_decoded_over_one_connection(client: ProviderClient, service: FakeService) -> None:
    assert client.ask(QUESTION, read_thing) == Thing(7)
    assert client.ask(ProviderRequest("POST", "/things", form={"a": "b c"}), read_thing) == Thing(7)
    assert SECRET not in repr(QUESTION)
    assert re.search(r"GET.*/things", repr(QUESTION))
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
    "cut half-way": (fake_service.breaks_off, Failure.CUT),
    "hung up on": (fake_service.hangs_up, Failure.CUT),
    "no HTTP": (fake_service.speaks_something_else, Failure.CUT),
}


@pytest.mark.parametrize(("act", "failure"), PASSING.values(), ids=PASSING)
def test_temporary_failures_are_retried_a_limited_number_of_times(
    client: ProviderClient,
    service: FakeService,
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
    check_request_is_not_logged(error, caplog.text)


def test_a_silent_service_times_out_and_a_failed_connection_is_retried(
    make_client: MakeClient, service: FakeService, clock: FakeClock, waits: list[float]
) -> None:
    def fails(failure: Failure, client: ProviderClient) -> None:
        waits.clear()
        error = failure_of(client)
        assert (error.failure, error.is_temporary, len(waits)) == (failure, True, 2)

    service.then(PATH, *[fake_service.keeps_silent] * 3)
    fails(Failure.SLOW, make_client(bounds=IMPATIENT))
    service.then(PATH, *[fake_service.drips(clock)] * 3)
    fails(Failure.SLOW, make_client())
    with FakeService({}) as gone:
        url = gone.url
    fails(Failure.UNREACHABLE, make_client(url=url))


# --- What is not tried again -------------------------------------------------------------------------

FINAL: dict[str, tuple[Act, Failure]] = {
    "garbage": (says(b"<html>We are away</html>"), Failure.GARBAGE),
    "nothing": (says(b""), Failure.GARBAGE),
    "another shape": (answers({"value": "seven"}), Failure.GARBAGE),
    "a list": (answers([7]), Failure.GARBAGE),
    "no UTF-8": (says(b'{"value": 7, "name": "\xff"}'), Failure.GARBAGE),
    "without a ground": (says(DEEP), Failure.GARBAGE),
    "endless": (fake_service.never_ends, Failure.TOO_LARGE),
    "redirected": (says(b"", status=302, headers={"Location": "/v1/elsewhere"}), Failure.REDIRECTED),
    "400": (answers({"error": {"status": 400}}, status=400), Failure.REJECTED),
    "404": (answers({}, status=404), Failure.REJECTED),
    "401": (answers({}, status=401), Failure.NOT_ALLOWED),
    "401 inside": (answers({"error": {"status": 401, "message": "expired"}}), Failure.NOT_ALLOWED),
    "403 inside": (answers({"error": {"code": 403, "errors": []}}), Failure.REJECTED),
}


@pytest.mark.parametrize(("act", "failure"), FINAL.values(), ids=FINAL)
def test_permanent_failures_are_not_retried(
    client: ProviderClient, service: FakeService, caplog: pytest.LogCaptureFixture, act: Act, failure: Failure
) -> None:
    caplog.set_level(logging.DEBUG)
    service.then(PATH, act)
    error = failure_of(client)
    assert error.failure is failure
    assert error.is_temporary is (failure is Failure.GARBAGE)
    assert [asked.path for asked in service.asked] == [PATH]
    assert client.ask(QUESTION, read_thing) == Thing(7)
    check_request_is_not_logged(error, caplog.text)


def test_all_waits_together_take_up_to_30_seconds() -> None:
    bounds, patience = RequestBounds(), RetryPolicy()
    waiting = (patience.attempts - 1) * (patience.longest_wait_seconds + SPREAD_SECONDS)
    assert patience.attempts * bounds.seconds + waiting < 30


# --- Left alone: because it said so ------------------------------------------------------------------

BROKEN = says(b"Oops", status=500)
# One attempt is one question, and five failures are too many.
FRAIL = dataclasses.replace(PATIENCE, attempts=1, failure_threshold=5)
LEFT_ALONE = PATIENCE.open_seconds


def busy(retry_after: str | None, *, status: int = 429) -> Act:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return answers({"error": {"status": status}}, status=status, headers=headers)


def test_a_short_retry_after_is_waited_for(
    make_client: MakeClient, service: FakeService, waits: list[float]
) -> None:
    service.then(PATH, busy("2"))
    assert make_client().ask(QUESTION, read_thing) == Thing(7)
    assert 2 <= waits.pop() <= 2 + SPREAD_SECONDS
    service.asked.clear()

    patient = dataclasses.replace(PATIENCE, waits_for_cooldown=True)
    hasty = make_client(patience=dataclasses.replace(PATIENCE, attempts=1))
    service.then(PATH, busy("2"))
    assert failure_of(hasty).failure is Failure.BUSY
    assert failure_of(hasty).failure is Failure.RESTING
    assert make_client(patience=patient).ask(QUESTION, read_thing) == Thing(7)
    (waited,) = waits
    assert 2 <= waited <= 2 + SPREAD_SECONDS
    assert len(service.asked) == 2


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("as_date", [False, True], ids=["seconds", "date"])
def test_a_long_retry_after_pauses_all_requests(
    make_client: MakeClient,
    service: FakeService,
    clock: FakeClock,
    waits: list[float],
    status: int,
    as_date: bool,
) -> None:
    """No caller waits that long, not even a patient one."""
    patient, client = (
        make_client(patience=dataclasses.replace(PATIENCE, waits_for_cooldown=True)),
        make_client(),
    )
    service.then(PATH, busy(formatdate(clock() + 600, usegmt=True) if as_date else "600", status=status))
    error = failure_of(patient)
    assert error.failure is (Failure.BUSY if status == 429 else Failure.BROKEN)
    assert failure_of(patient).failure is Failure.RESTING
    assert (error.is_temporary, error.retry_after_seconds, waits) == (True, 600, [])
    clock.advance(599)
    error = failure_of(client)
    assert (error.failure, error.is_temporary, error.retry_after_seconds) == (Failure.RESTING, True, 1)
    assert len(service.asked) == 1
    clock.advance(1)
    assert client.ask(QUESTION, read_thing) == Thing(7)


@pytest.mark.parametrize("header", [None, "soon", "-5"])
def test_a_429_without_retry_after_pauses_requests(
    client: ProviderClient, service: FakeService, clock: FakeClock, header: str | None
) -> None:
    service.then(PATH, busy(header))
    assert failure_of(client).retry_after_seconds == BUSY_SECONDS
    clock.advance(BUSY_SECONDS - 1)
    assert failure_of(client).failure is Failure.RESTING
    clock.advance(1)
    assert client.ask(QUESTION, read_thing) == Thing(7)


def test_a_pause_applies_to_all_processes(make_client: MakeClient, service: FakeService) -> None:
    """As another process, which has nothing in common with it but the cache."""
    service.then(PATH, busy("600"))
    failure_of(make_client())
    assert failure_of(make_client()).failure is Failure.RESTING
    assert make_client(name="another-service").ask(QUESTION, read_thing) == Thing(7)


def test_a_shorter_pause_does_not_end_a_longer_one(clock: FakeClock) -> None:
    rest = Cooldown("stand-in", clock=clock)
    rest.take(600)
    rest.take(60)
    clock.advance(60)
    assert rest.seconds_left() == 540


def test_a_429_is_no_failure_for_the_circuit_breaker(
    make_client: MakeClient, service: FakeService, clock: FakeClock
) -> None:
    client = make_client(patience=FRAIL)
    service.then(PATH, *[busy("10")] * 6)
    for _ in range(6):
        assert failure_of(client).failure is Failure.BUSY
        clock.advance(10)
    assert client.ask(QUESTION, read_thing) == Thing(7)


# --- Left alone: because it keeps failing -------------------------------------------------------------


def fail(client: ProviderClient, times: int) -> None:
    for _ in range(times):
        assert failure_of(client).failure is not Failure.RESTING


@pytest.mark.parametrize("act", [BROKEN, hangs_up, says(b"garbage")], ids=["500", "hung up on", "garbage"])
def test_after_many_failures_the_circuit_opens_then_one_request_tests_it(
    make_client: MakeClient, service: FakeService, clock: FakeClock, act: Act
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


def test_retries_end_when_the_circuit_opens(
    make_client: MakeClient, service: FakeService, clock: FakeClock
) -> None:
    client = make_client(patience=dataclasses.replace(PATIENCE, failure_threshold=2))
    service.then(PATH, *[BROKEN] * 3)
    assert failure_of(client).failure is Failure.BROKEN
    assert len(service.asked) == 2
    clock.advance(LEFT_ALONE)
    assert failure_of(client).failure is Failure.BROKEN
    assert len(service.asked) == 3


def test_rejected_requests_are_no_failures_of_the_service(
    make_client: MakeClient, service: FakeService
) -> None:
    client = make_client(patience=FRAIL)
    service.then(PATH, *[BROKEN] * 4, says(b"", status=404), *[BROKEN] * 4)
    fail(client, 9)
    assert client.ask(QUESTION, read_thing) == Thing(7)


# --- What `Retry-After` may say ----------------------------------------------------------------------

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 120 ", 120.0),
        ("9" * 5000, MAX_SECONDS),
        (formatdate(NOW + 90, usegmt=True), 90.0),
        (formatdate(NOW - 90, usegmt=True), 0.0),
        (formatdate(NOW + 90).replace("-0000", "+0000"), 90.0),
        # Without saying where: in UTC.
        (formatdate(NOW + 90), 90.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MAX_SECONDS),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(header: str, seconds: float) -> None:
    assert retry_after_seconds_of(header, now=NOW) == seconds


@pytest.mark.parametrize("header", [None, "", "soon", "-5", "1.5", "1e3", "٣", "²", "32 Jan 2026", "NaN"])
def test_an_invalid_retry_after_is_ignored(header: str | None) -> None:
    assert retry_after_seconds_of(header, now=NOW) is None


@given(st.text(max_size=60))
def test_retry_after_is_within_bounds_or_ignored(header: str) -> None:
    seconds = retry_after_seconds_of(header, now=NOW)
    assert seconds is None or 0 <= seconds <= MAX_SECONDS
