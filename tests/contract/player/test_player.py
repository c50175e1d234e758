"""The player over HTTP and sockets: it advances by itself, people control it, speakers follow it."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.contract.conftest import NewClient
from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.contract.staff import add_track
from tests.processes import TuttiServer
from tests.services import wait_for

JOIN = {"type": "speaker.join", "name": "Kitchen", "kind": "other"}


@pytest.fixture
def short(queue: Queue, server: TuttiServer) -> list[int]:
    """Three items: two of a second each, and one that is longer than the test."""
    lengths = (1, 1, 600)
    return [
        queue.add(add_track(server, title=f"{queue.room} {number}", seconds=seconds))["id"]
        for number, seconds in enumerate(lengths)
    ]


def player(queue: Queue, **action: Any) -> Any:
    path = f"/api/rooms/{queue.room}/player/"
    response = queue.http.post(path, json=action) if action else queue.http.get(path)
    assert response.status_code == 200, response.text
    return response.json()


def rejected(queue: Queue, **action: Any) -> tuple[int, str]:
    response = queue.http.post(f"/api/rooms/{queue.room}/player/", json=action)
    return response.status_code, response.json()["error"]["code"]


def report(item_id: int, position_ms: int, state: str, **at: str) -> dict[str, Any]:
    return {"type": "speaker.report", "item_id": item_id, "position_ms": position_ms, "state": state, **at}


@pytest.mark.both_sizes
def test_with_a_speaker_tracks_play_in_order_each_once(
    queue: Queue, connect: Callable[..., Socket], short: list[int]
):
    socket = connect()
    joined = socket.ask(JOIN, "speaker.joined")["payload"]
    assert joined["player"]["state"] == "stopped"
    began = player(queue, action="play")
    changes = [socket.wait_for("player.changed")["payload"] for _ in short]

    assert [change["item"]["id"] for change in changes] == short
    assert changes[0]["play_id"] == began["play_id"]
    # Each starts when the one before ends, not when a process has noticed.
    starts = [change["anchor"]["at"] for change in changes]
    assert seconds_between(starts[0], starts[1]) == pytest.approx(1, abs=0.001)
    assert seconds_between(starts[1], starts[2]) == pytest.approx(1, abs=0.001)
    assert queue.ids() == short[2:]
    now = player(queue)
    assert (now["state"], now["next"], now["duration_ms"]) == ("playing", None, 600_000)
    assert [one["name"] for one in now["speakers"]] == ["Kitchen"]
    events = [
        message["type"] for message in socket.messages if message["type"].startswith(("track", "player"))
    ]
    assert events.count("track.playing") == events.count("player.changed") == 3


def test_without_a_player_the_track_of_a_room_does_not_change(
    queue: Queue, connect: Callable[..., Socket], short: list[int]
):
    socket = connect()
    queue.play(short[0])
    player_before = player(queue)
    assert (player_before["is_used"], player_before["state"]) == (False, "playing")
    queue.vote(short[2], 1)
    while player(queue)["position_ms"] < 1000:
        socket.ask({"type": "ping"}, "pong")

    assert queue.playing() == short[0]
    assert "player.changed" not in [message["type"] for message in socket.messages]


def test_impossible_actions_are_rejected(queue: Queue, short: list[int]):
    assert rejected(queue, action="pause") == (409, "NOTHING_PLAYING")
    assert rejected(queue, action="play", item_id=10**9) == (404, "NOT_FOUND")
    for wrong in ({"action": "seek"}, {"action": "settings"}, {"action": "settings", "volume": 101}, {}):
        assert rejected(queue, **wrong) == (400, "VALIDATION_ERROR")
    playing = player(queue, action="play", item_id=short[2])
    assert rejected(queue, action="seek", position_ms=600_001) == (400, "VALIDATION_ERROR")
    assert rejected(queue, action="skip", play_id=playing["play_id"] + 1) == (409, "CONFLICT")
    assert player(queue, action="seek", position_ms=300_000)["position_ms"] >= 300_000


@pytest.mark.both_sizes
def test_two_people_who_skip_at_the_same_time_skip_once(queue: Queue, new_client: NewClient):
    _first, *others = queue.fill(3)
    play_id = player(queue, action="play")["play_id"]
    skip = {"action": "skip", "play_id": play_id}
    people = [new_client() for _ in range(4)]
    with ThreadPoolExecutor(len(people)) as threads:
        path = f"/api/rooms/{queue.room}/player/"
        responses = list(threads.map(lambda http: http.post(path, json=skip), people))

    assert sorted(response.status_code for response in responses) == [200, 409, 409, 409]
    assert {response.json()["error"]["code"] for response in responses if response.is_error} == {"CONFLICT"}
    assert (player(queue)["item"]["id"], queue.ids()) == (others[0], others)


def test_speakers_report_and_an_item_that_none_can_play_is_skipped_once(
    queue: Queue, connect: Callable[..., Socket]
):
    one, other = connect(), connect()
    first, second = queue.fill(2)
    ids = {socket: socket.ask(JOIN, "speaker.joined")["payload"]["speaker_id"] for socket in (one, other)}
    play_id = player(queue, action="play", item_id=first)["play_id"]
    player(queue, action="seek", position_ms=60_000)

    def lag_ms(socket: Socket, **reported: Any) -> Any:
        return lag_after(queue, socket, ids[socket], item_id=first, **reported)

    other.send(report(second, 0, "failed"))  # of another item: ignored
    # Two seconds ago it was where the room was then: the way of the report does not count.
    assert lag_ms(one, ahead_ms=0, seconds=-2) == pytest.approx(0, abs=1)
    # Without a time, and with one that is far from the server's, the arrival counts.
    assert lag_ms(other, ahead_ms=90_000) == pytest.approx(90_000, abs=1_000)
    assert lag_ms(one, ahead_ms=30_000, seconds=-20) == pytest.approx(10_000, abs=1_000)
    changed = one.wait_for("speakers.changed")["payload"]["speakers"]
    assert {speaker["speaker_id"] for speaker in changed} == set(ids.values())

    for socket, is_last in ((one, False), (other, True)):
        for _ in range(60 if is_last else 8):  # more than one report a second is ignored
            socket.send(report(first, 0, "failed"))
            time.sleep(0.15)
            if player(queue)["play_id"] != play_id:
                break
        assert (player(queue)["play_id"] != play_id) == is_last
    assert (player(queue)["item"]["id"], queue.ids()) == (second, [second])


def lag_after(
    queue: Queue,
    socket: Socket,
    speaker_id: str,
    *,
    item_id: int,
    ahead_ms: int,
    seconds: float | None = None,
) -> Any:
    """The speaker's `lag_ms` after reports that it is so far ahead, or was, so many seconds from now."""
    for _ in range(60):
        now = player(queue)
        position, at = now["position_ms"] + ahead_ms, {}
        if seconds is not None:
            position += round(seconds * 1000)
            at["at"] = (datetime.fromisoformat(now["server_time"]) + timedelta(seconds=seconds)).isoformat()
        socket.send(report(item_id, position, "playing", **at))
        time.sleep(0.2)
        for speaker in player(queue)["speakers"]:
            is_this_report = speaker["in_sync"] == (ahead_ms == 0) and speaker["lag_ms"] is not None
            if speaker["speaker_id"] == speaker_id and is_this_report:
                return speaker["lag_ms"]
    raise AssertionError("The reports had no effect.")


def seconds_between(first: str, second: str) -> float:
    return (datetime.fromisoformat(second) - datetime.fromisoformat(first)).total_seconds()


@pytest.mark.parametrize(
    "name",
    ["\ud800", "a\0b", "", " ", "a\nb", "\u202eadA", "A\u200bda", "\u0430da"],
    ids=["surrogate", "NUL", "empty", "blank", "line", "direction", "invisible", "alphabets"],
)
def test_an_invalid_speaker_name_is_rejected(connect: Callable[..., Socket], name: str):
    """It is shown to the room, like the names of people."""
    socket = connect()
    assert socket.error_for({**JOIN, "name": name}) == "VALIDATION_ERROR"
    assert socket.ask({**JOIN, "name": " Küche (Android) "}, "speaker.joined")["payload"]["speaker_id"]


def test_a_speakers_failure_is_logged_without_its_name(
    queue: Queue, connect: Callable[..., Socket], server: TuttiServer
):
    """The web app's name of a speaker contains the user's."""
    (item,) = queue.fill(1)
    socket = connect()
    socket.ask({**JOIN, "name": "Wilhelmina (Linux)"}, "speaker.joined")
    player(queue, action="play")
    socket.send({**report(item, 0, "failed"), "message": "no decoder for this"})

    wait_for(lambda: "no decoder for this" in server.log)
    assert "Wilhelmina" not in server.log
