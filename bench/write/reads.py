"""Reads, with a bare list of equally many rows as the baseline."""

import contextlib
import itertools
import time
from collections.abc import Sequence

from bench.machine import processor_seconds
from bench.write.clients import Requests, Run, request_bytes, send_closed_loop
from bench.write.listeners import Listener
from bench.write.servers import MeasuredServer
from tests.processes import TuttiServer

SNAPSHOT = "snapshot of a socket"
LONG_QUEUE_PATH = "/api/rooms/long/playlist/"
READS = {
    "queue of 200": LONG_QUEUE_PATH,
    "search for tracks": "/api/tracks/?search=number&limit=50",
    "chart": "/api/charts/pop/",
}
ASK_FOR_SNAPSHOT = b'{"type":"snapshot"}'
SNAPSHOT_MESSAGE = b'"type":"playlist.snapshot"'


def rows_of(server: TuttiServer, path: str) -> int:
    with server.client() as client:
        response = client.get(path).raise_for_status().json()
    rows: Sequence[object] = response["data"]["tracks"] if isinstance(response, dict) else response
    return len(rows)


def read_repeatedly(target: MeasuredServer, path: str, *, seconds: float) -> Run:
    requests: list[Requests] = [itertools.repeat(request_bytes("GET", path))]
    return send_closed_loop(target.ports, requests, target.pids, seconds=seconds, most=10**9)


def take_snapshots(target: MeasuredServer, *, seconds: float) -> Run:
    """One socket requests snapshots of the long room repeatedly."""
    run, listener = Run(), Listener(target.ports[0], "/ws/playlist/long/")
    with contextlib.closing(listener.socket):
        before, began = processor_seconds(target.pids), time.perf_counter()
        while (sent_at := time.perf_counter()) - began < seconds:
            listener.send(ASK_FOR_SNAPSHOT)
            while not any(SNAPSHOT_MESSAGE in message for message in listener.take()):
                pass
            run.responses.append((time.perf_counter() - sent_at) * 1000)
        run.seconds = time.perf_counter() - began
        run.processor_seconds = processor_seconds(target.pids) - before
    return run
