"""The counts of `bench/run write`, with known servers and numbers."""

import itertools
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bench.write.clients import (
    RejectedError,
    Run,
    Target,
    is_complete,
    request_bytes,
    send_at_rate,
    send_closed_loop,
)
from bench.write.listeners import Listener, listening
from bench.write.report import BEFORE, Measured, compared_runs, ratios
from bench.write.time_breakdown import STATEMENTS, TimeBreakdown
from tests.bench.known_server import PING, SWITCHING, text_frame
from tests.preloaded import run_program
from tests.processes import BACKEND, PROJECT

DONE = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"
Answer = Callable[[int], bytes]


@contextmanager
def answering(response: Answer) -> Iterator[tuple[int, list[bytes]]]:
    """A server that sends `response(number)` to each request; None closes the connection."""
    requests: list[bytes] = []
    numbers = itertools.count()

    def serve(client: socket.socket) -> None:
        with client:
            while request := client.recv(4096):
                requests.append(request)
                said = response(next(numbers))
                if not said:
                    return
                client.sendall(said)

    def accept(listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=[client], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=[listener], daemon=True).start()
        yield listener.getsockname()[1], requests
        listener.shutdown(socket.SHUT_RDWR)


def asked(port: int, *, clients: int = 1, most: int = 10) -> Run:
    requests = [itertools.repeat(request_bytes("POST", f"/{number}", b"{}")) for number in range(clients)]
    return send_closed_loop([port], requests, [os.getpid()], seconds=30, most=most)


def target(port: int) -> Target:
    return Target(port, itertools.repeat(request_bytes("POST", "/", b"{}")), [os.getpid()])


def test_each_counted_response_belongs_to_a_request() -> None:
    with answering(lambda _: DONE) as (port, requests):
        run = asked(port, clients=3, most=20)
    assert len(run.responses) == len(requests) == 20
    assert {request.split()[1] for request in requests} == {b"/0", b"/1", b"/2"}


def test_processor_time_is_that_of_the_processes_per_response() -> None:
    spent_seconds = 0.01

    def work(_: int) -> bytes:
        until = time.thread_time() + spent_seconds
        while time.thread_time() < until:
            pass
        return DONE

    with answering(work) as (port, _):
        run = asked(port, most=10)
    assert run.processor_ms >= 1000 * spent_seconds
    assert run.per_second <= 1 / spent_seconds
    assert run.percentile(50) >= 1000 * spent_seconds


def test_a_request_on_a_closed_connection_is_sent_again() -> None:
    with answering(lambda number: b"" if number == 4 else DONE) as (port, requests):
        run = asked(port, most=10)
    assert (len(run.responses), len(requests)) == (10, 11)


def test_a_rejected_request_is_an_error() -> None:
    rejection = b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 7\r\n\r\nlimited"
    with (
        answering(lambda number: rejection if number == 3 else DONE) as (port, _),
        pytest.raises(RejectedError) as reported,
    ):
        asked(port)
    assert "limited" in str(reported.value)


def test_a_late_response_is_measured_from_its_due_time() -> None:
    """A server that pauses is late for all requests that were due during the pause."""
    pause_seconds, per_second = 0.2, 50

    def pause_once(number: int) -> bytes:
        time.sleep(pause_seconds if number == 2 else 0)  # what is measured
        return DONE

    with answering(pause_once) as (port, _):
        (run,) = send_at_rate([target(port)], per_second=per_second, count=8)
    assert len(run.responses) == 8
    for late, took in enumerate(run.responses[2:]):
        assert took >= 1000 * (pause_seconds - late / per_second)


def test_targets_take_turns_and_a_late_one_delays_no_other() -> None:
    began, arrived = time.perf_counter(), []

    def pause(_: int) -> bytes:
        time.sleep(0.6)  # what is measured
        return DONE

    def note(_: int) -> bytes:
        arrived.append(time.perf_counter() - began)
        return DONE

    with answering(pause) as (slow, _), answering(note) as (fast, _):
        late, timely = send_at_rate([target(slow), target(fast)], per_second=5, count=2)
    assert arrived[0] >= 0.1  # half of the interval
    assert late.percentile(50) >= 600
    assert len(timely.responses) == 2
    assert timely.percentile(100) < 500


def test_a_response_is_complete_with_its_length_or_last_chunk() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    for response in (DONE, chunked):
        assert is_complete(response)
        assert not any(is_complete(response[:end]) for end in range(len(response)))


def test_percentiles_are_measured_times() -> None:
    run = Run(responses=[float(number) for number in range(1, 101)])
    assert [run.percentile(percent) for percent in (50, 99, 100)] == [50, 99, 100]
    assert Run(responses=[7.0]).percentile(99) == 7


def test_listeners_join_fragments_and_respond_to_pings() -> None:
    big = b"x" * 70_000
    pieces = b"\x01\x02ab" + PING + b"\x80\x01c"  # one message of two frames, a ping between them
    long_frame = b"\x81\x7f" + len(big).to_bytes(8, "big") + big
    pongs: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        client, _ = listener.accept()
        with client:
            client.recv(4096)
            client.sendall(SWITCHING + text_frame(b"hello"))
            client.sendall(pieces + long_frame)
            pongs.append(client.recv(10))

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=[server])
        thread.start()
        listener = Listener(server.getsockname()[1], "/ws/")
        messages: list[bytes] = []
        while len(messages) < 3:
            messages += listener.take()
        thread.join()
        listener.socket.close()
    assert messages == [b"hello", b"abc", big]
    assert pongs == [b"\x8a\x84\0\0\0\0ruly"]


def test_rejected_listeners_are_reported() -> None:
    with (
        answering(lambda _: b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n") as (port, _),
        pytest.raises(ConnectionError),
        listening([port], ["/"], 2),
    ):
        pass


def test_each_part_has_only_its_own_time() -> None:
    ledger = TimeBreakdown()

    def work(seconds: float) -> None:
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            pass

    below = ledger.timed("below", lambda: work(0.05))

    def above() -> None:
        work(0.02)
        below()

    timed_above = ledger.timed("above", above)
    respond = ledger.request(lambda _handler, _scope, _body: timed_above())
    below()  # of no request
    respond(None, {"method": "POST", "path": "/api/playlist/3/vote/"}, None)
    assert ledger.requests == {"POST vote": 1}
    spent = {part: nanoseconds / 1e9 for part, nanoseconds in ledger.spent["POST vote"].items()}
    assert spent["below"] >= 0.05
    assert 0.02 <= spent["above"] < 0.05


def test_a_statement_that_another_function_runs_or_sends_later_is_counted_once() -> None:
    ledger, sent = TimeBreakdown(), []
    execute = ledger.counted(lambda _runner, sql, _params=None: sent.append(sql))
    run_later = ledger.counted(lambda runner, sql, params: execute(runner, sql, params))
    wait = ledger.counted(lambda _runner, _sql, _params, _check: None)

    def write(*_: object) -> None:
        execute(None, "BEGIN")
        wait(None, "INSERT", [], None)
        run_later(None, "UPDATE", [])
        execute(None, "SELECT")

    ledger.request(write)(None, {"method": "POST", "path": "/api/playlist/"}, None)
    assert sent == ["BEGIN", "UPDATE", "SELECT"]
    assert ledger.spent["POST playlist"][STATEMENTS] == 3


def test_all_instrumented_functions_exist() -> None:
    code = "import django; django.setup(); from bench.write import time_breakdown as b; b.instrument()"
    environment = {
        **os.environ,
        "PYTHONPATH": f"{PROJECT}:{BACKEND}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    done = run_program([sys.executable, "-c", code], cwd=BACKEND, env=environment)
    assert done.returncode == 0, done.stderr


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    found = Measured()
    for turn, (bare, vote) in enumerate([(2.0, 4.0), (4.0, 4.0), (1.0, 10.0)]):
        for kind, cost in (("bare", bare), ("vote", vote)):
            run = Run(seconds=1, processor_seconds=cost / 1000, responses=[cost])
            found.note("turns", run, size="SQLite", kind=kind, turn=turn)
            for is_bare in (True, False):
                found.note("reads", run, size="SQLite", kind="chart", turn=turn, rows=1, is_bare=is_bare)
    for kind, late in (("bare", 5.0), ("vote", 12.0)):
        found.note(
            "pace",
            Run(seconds=1, responses=[1.0, late]),
            saves_response_times=True,
            size="SQLite",
            kind=kind,
            turn=0,
        )
    given = ratios(found)
    assert (given["sqlite_vote"], given["sqlite_vote_p99"], given["sqlite_read_chart"]) == (2.0, 2.4, 1.0)
    assert given["sqlite_add"] is None


def test_two_runs_are_shown_in_one_table():
    """A ratio that one of them lacks is shown too."""
    head, *rows = compared_runs({"write": {"vote": 1.5, "add": 2.0}, BEFORE: {"vote": 1.6, "move": None}})

    assert len(head) == 3
    assert rows == [["vote", "1.5", "1.6"], ["add", "2.0", ""], ["move", "", ""]]
