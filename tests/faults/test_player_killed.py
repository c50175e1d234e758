"""Players while processes are killed, a clock is wrong, and PostgreSQL and Redis restart."""

import itertools
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import PreparedData
from tests.contract.conftest import client_of, new_room
from tests.contract.sockets import Socket
from tests.contract.staff import add_track
from tests.faults.conftest import prepared_in
from tests.invariants.other_process import OtherProcess
from tests.live.conftest import Pair, shared_with
from tests.processes import TuttiServer
from tests.services import Postgres, Redis, wait_for

ROOMS = 3
MANY_ROOMS = 100
SECONDS = 4
CLOCK_OFF_SECONDS = 2.0
# Rooms with a speaker each, which is not connected: their tracks start one after the other.
MAKE_ROOMS = """
from datetime import timedelta
from apps.player.models import Speaker
from apps.playlist.services import Place, add_item
from apps.rooms.models import Room
from core.server_clock import server_now
result = [f"many-{{number}}" for number in range({count})]
until = server_now() + timedelta(hours=1)
for slug in result:
    room = Room.objects.create(slug=slug, name=slug)
    Speaker.objects.create(speaker_id=slug, room=room, name="Kitchen", kind="other", expires_at=until)
    for track_id in {tracks}:
        add_item(slug=slug, track_id=track_id, added_by="Ada", place=Place())
"""
STARTS = """
import json
from apps.realtime.models import Event
found = Event.objects.filter(stream__name__in={rooms}, type="player.changed").order_by("seq")
starts = {{}}
for name, message in found.values_list("stream__name", "message"):
    starts.setdefault(name, []).append(json.loads(message)["payload"]["anchor"]["at"])
result = [starts.get(room, []) for room in {rooms}]
"""
JOIN = {"type": "speaker.join", "name": "Kitchen", "kind": "other"}


class ServerWithWrongClock(TuttiServer):
    def _command(self) -> list[str]:
        return [sys.executable, str(Path(__file__).with_name("server_with_wrong_clock.py")), *self._arguments]


@pytest.fixture
def three(prepared_data: PreparedData, own_redis: Redis) -> Iterator[list[TuttiServer]]:
    data = {**prepared_data.options("server"), "redis_url": own_redis.new_url()}
    wrong = {"CLOCK_OFF_SECONDS": str(CLOCK_OFF_SECONDS)}
    with ExitStack() as running:
        first = running.enter_context(TuttiServer(**data))
        second = running.enter_context(TuttiServer(**shared_with(first)))
        third = running.enter_context(ServerWithWrongClock(**shared_with(first), environment=wrong))
        yield [first, second, third]


def act(http: httpx.Client, room: str, **action: Any) -> Any:
    response = http.post(f"/api/rooms/{room}/player/", json=action)
    assert response.status_code == 200, response.text
    return response.json()


def player_of(http: httpx.Client, room: str) -> Any:
    return http.get(f"/api/rooms/{room}/player/").json()


def rooms_with_tracks(server: TuttiServer, http: httpx.Client, *, count: int, seconds: int) -> list[str]:
    """Rooms with two short tracks and a long one."""
    lengths = (seconds, seconds, 600)
    tracks = [
        add_track(server, title=f"{seconds} s {number}", seconds=length)
        for number, length in enumerate(lengths)
    ]
    rooms = [new_room(http) for _ in range(count)]
    for room in rooms:
        for track in tracks:
            http.post(f"/api/rooms/{room}/playlist/", json={"track_id": track}).raise_for_status()
    return rooms


def seconds_between(first: str, second: str) -> float:
    return (datetime.fromisoformat(second) - datetime.fromisoformat(first)).total_seconds()


def test_each_track_starts_once_and_in_time_despite_a_killed_process_and_a_wrong_clock(
    three: list[TuttiServer], own_redis: Redis, postgres: Postgres
):
    first, second, _third = three
    with ExitStack() as opened:
        clients = [opened.enter_context(client_of(server)) for server in three]
        rooms = rooms_with_tracks(first, clients[0], count=ROOMS, seconds=SECONDS)
        listeners = [opened.enter_context(Socket.of_room(second.ws_url, room)) for room in rooms]
        for listener in listeners:
            listener.ask(JOIN, "speaker.joined")
        # Each room is started by another process. All agree where it is.
        for http, room in zip(clients, rooms, strict=True):
            act(http, room, action="play")
        for room in rooms:
            positions = []
            for http in clients:
                now = player_of(http, room)
                positions.append(seconds_between(now["anchor"]["at"], now["server_time"]))
            assert max(positions) - min(positions) < CLOCK_OFF_SECONDS / 2
            assert min(positions) >= 0
        # In the last second of the track, the process that has started the first room is killed.
        wait_for(lambda: player_of(clients[1], rooms[0])["position_ms"], lambda at: at > SECONDS * 1000 - 900)
        first.kill()
        for listener in listeners:
            changes = [listener.wait_for("player.changed")["payload"] for _ in range(3)]
            starts = [change["anchor"]["at"] for change in changes]
            gaps = [seconds_between(*pair) for pair in itertools.pairwise(starts)]
            assert gaps == pytest.approx([SECONDS, SECONDS], abs=0.01)
            assert len({change["play_id"] for change in changes}) == 3
        for room, listener in zip(rooms, listeners, strict=True):
            assert len(clients[1].get(f"/api/rooms/{room}/playlist/history/").json()) == 2
            listener.ping()
            types = [message["type"] for message in listener.messages]
            assert (types.count("track.playing"), types.count("track.removed")) == (3, 2)


def test_a_server_restarted_during_a_track_continues(prepared_data: PreparedData):
    with TuttiServer(**prepared_data.options("embedded")) as server, client_of(server) as http:
        [room] = rooms_with_tracks(server, http, count=1, seconds=600)
        before = act(http, room, action="play")
        server.kill()
        server.start()
        after = player_of(http, room)

        assert (after["state"], after["play_id"], after["anchor"]) == (
            "playing",
            before["play_id"],
            before["anchor"],
        )
        assert after["position_ms"] > before["position_ms"]


def test_a_track_that_ends_while_postgresql_and_redis_restart_is_followed_by_the_next_at_its_end(
    own_postgres: Postgres, own_redis: Redis, prepared_data: PreparedData
):
    database_url = prepared_in(own_postgres, prepared_data)
    with (
        TuttiServer(database_url=database_url, redis_url=own_redis.new_url()) as server,
        client_of(server) as http,
    ):
        [room] = rooms_with_tracks(server, http, count=1, seconds=SECONDS)
        with Socket.of_room(server.ws_url, room) as listener:
            listener.ask(JOIN, "speaker.joined")
            act(http, room, action="play")
            starts = [listener.wait_for("player.changed")["payload"]["anchor"]["at"]]
            for service in (own_postgres, own_redis):
                wait_for(lambda: player_of(http, room)["position_ms"], lambda at: at > SECONDS * 1000 - 700)
                service.kill()
                service.start()
                starts.append(listener.wait_for("player.changed")["payload"]["anchor"]["at"])
            gaps = [seconds_between(*pair) for pair in itertools.pairwise(starts)]
            assert gaps == pytest.approx([SECONDS, SECONDS], abs=0.01)
            assert [one["name"] for one in player_of(http, room)["speakers"]] == ["Kitchen"]


def test_a_hundred_rooms_start_each_track_once_at_the_end_of_the_one_before(pair: Pair):
    tracks = [
        add_track(pair.one, title=f"Short {number}", seconds=length)
        for number, length in enumerate((SECONDS, SECONDS, 600))
    ]
    with OtherProcess({**pair.one.environment, "PORT": "0"}) as shell, ExitStack() as opened:
        rooms = shell.run(MAKE_ROOMS.format(count=MANY_ROOMS, tracks=tracks))
        clients = [opened.enter_context(client_of(server)) for server in pair]
        plays = zip(itertools.cycle(clients), rooms, strict=False)
        with ThreadPoolExecutor(4) as threads:
            for begun in [threads.submit(act, http, room, action="play") for http, room in plays]:
                begun.result()
        starts = wait_for(
            lambda: shell.run(STARTS.format(rooms=rooms)),
            lambda found: min(len(of_room) for of_room in found) == len(tracks),
        )
    for of_room in starts:
        gaps = [seconds_between(*one) for one in itertools.pairwise(of_room)]
        assert gaps == pytest.approx([SECONDS, SECONDS], abs=0.001)
