"""The metrics of a real server, of which each number is caused here."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.conftest import PreparedData, Size, StartServer
from tests.contract.sockets import Socket
from tests.live.conftest import only_embedded
from tests.live.metrics import numbers, since_now
from tests.live.rooms import append_elsewhere, new_room, queued
from tests.processes import TuttiServer
from tests.services import wait_for

SOCKETS = 5
EVENTS = 3


@pytest.fixture(scope="module")
def alone(size: Size, prepared_data: PreparedData) -> Iterator[TuttiServer]:
    """No other client is counted here. Also on a busy machine, the events of a test precede a heartbeat."""
    with TuttiServer(**prepared_data.options(size), environment={"HEARTBEAT_SECONDS": "2"}) as server:
        yield server


def test_events_are_counted_from_commit_to_delivery(alone: TuttiServer, size: Size) -> None:
    room, begun = new_room(alone), numbers(alone)
    counted = since_now(alone)
    with ExitStack() as opened:
        sockets = [opened.enter_context(Socket.of_room(alone.ws_url, room)) for _ in range(SOCKETS)]
        queued(alone, room, number=EVENTS)
        for socket in sockets:
            for _ in range(EVENTS):
                socket.next("track.added")
        reported = counted()
        assert numbers(alone)['tutti_connections{kind="socket"}'] == SOCKETS
        assert reported["tutti_events_published_total"] == EVENTS
        assert reported["tutti_events_delivered_total"] == SOCKETS * EVENTS
        if size == "embedded":  # through Redis, the log may be quicker than a hint
            assert reported["tutti_events_backfilled_total"] == 0
        assert reported["tutti_event_delivery_seconds_count"] == EVENTS
        took = numbers(alone)["tutti_event_delivery_seconds_sum"] - begun.get(
            "tutti_event_delivery_seconds_sum", 0
        )
        assert 0 < took < EVENTS
        assert reported['tutti_write_duration_seconds_count{action="add_item",outcome="done"}'] == EVENTS
        assert reported["tutti_hints_lost_total"] == 0
        wait_for(lambda: counted()["tutti_heartbeats_total"] >= SOCKETS)
    wait_for(lambda: numbers(alone)['tutti_connections{kind="socket"}'] == 0)


@only_embedded
def test_events_that_a_hub_read_from_the_log_are_counted(alone: TuttiServer) -> None:
    room = new_room(alone)
    item_id = queued(alone, room)
    counted = since_now(alone)
    with Socket.of_room(alone.ws_url, room) as socket:
        asyncio.run(append_elsewhere(alone, item_id, number=EVENTS))
        for _ in range(EVENTS):
            socket.next("track.updated")
    reported = counted()
    assert reported["tutti_events_backfilled_total"] == EVENTS
    assert reported["tutti_events_delivered_total"] == EVENTS


@only_embedded
def test_resumes_and_snapshots_are_counted(alone: TuttiServer) -> None:
    room, counted = new_room(alone), since_now(alone)
    with Socket.of_room(alone.ws_url, room) as socket:
        position = socket.position
    queued(alone, room, number=EVENTS)
    with Socket.of_room(alone.ws_url, room, position=position) as socket:
        socket.wait_for("resumed")
    with Socket.of_room(alone.ws_url, room, position=("another", 1)) as socket:
        socket.next("playlist.snapshot")
    reported = counted()
    assert reported["tutti_events_resumed_total"] == EVENTS
    assert reported["tutti_snapshots_total"] == 1
    assert reported['tutti_cache_results_total{cache="state",result="miss"}'] >= 1
    wait_for(lambda: numbers(alone)['tutti_connections{kind="socket"}'] == 0)


@only_embedded
def test_requests_are_counted_by_view(alone: TuttiServer) -> None:
    counted = since_now(alone)
    with alone.client() as http:
        http.get("/api/tracks/7/")
        http.get("/api/tracks/999999/")
        http.get("/api/somewhere/else/")
        http.request("BREW", "/api/tracks/")
        http.post("/api/playlist/", headers={"Origin": "https://evil.example"})
        http.get("/api/playlist/events/")
    reported = counted()
    requests = {
        ("GET", "200", "api/tracks/<id:track_id>/"),
        ("GET", "404", "api/tracks/<id:track_id>/"),
        ("GET", "404", "^api/"),
        ("GET", "200", "live"),
        ("POST", "403", "none"),
    }
    for method, status, view in requests:
        name = f'tutti_http_requests_total{{method="{method}",status="{status}",view="{view}"}}'
        assert reported[name] == 1, name
    assert (
        reported['tutti_http_request_duration_seconds_count{method="GET",view="api/tracks/<id:track_id>/"}']
        == 2
    )
    assert not [name for name in reported if "BREW" in name or "999999" in name or "somewhere" in name]


@only_embedded
def test_rejections_by_limits_are_counted(start_server: StartServer) -> None:
    server = start_server(rate_limit_factor="0.01")
    with server.client() as http:
        rejected = [http.get("/api/tracks/").status_code for _ in range(20)].count(429)
    assert rejected
    assert numbers(server)["tutti_rate_limited_total"] >= rejected
