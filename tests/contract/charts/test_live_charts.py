"""The stream of charts: other processes publish, sockets hear of it, in order and once."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import httpx
import pytest

from apps.charts.tests.folded_charts import State, fold, state_of_items
from tests.contract.charts.conftest import CHARTS, Follow, Pipeline
from tests.contract.charts.envelopes import told
from tests.contract.conftest import CORS_ORIGIN
from tests.contract.sockets import Socket
from tests.contract.swagger import frame_validator
from tests.fold import is_event
from tests.processes import TuttiServer


@pytest.fixture
def http(chart_server: TuttiServer) -> Iterator[httpx.Client]:
    with chart_server.client() as client:
        yield client


def snapshot(socket: Socket) -> dict[str, Any]:
    payload: dict[str, Any] = socket.ask({"type": "snapshot"}, "charts.snapshot")["payload"]
    return payload


def state_of(socket: Socket) -> State:
    return state_of_items(snapshot(socket)["items"])


def published(frames: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (one["payload"]["genre"], one["payload"]["date"])
        for one in frames
        if one["type"] == "chart.published"
    ]


def test_a_socket_is_greeted_like_that_of_a_room(follow: Follow):
    socket = follow()

    assert socket.established["message"] == "Connected to chart updates"
    greeting = socket.established["payload"]
    assert greeting.keys() == {"stream", "epoch", "seq", "heartbeat_seconds"}
    assert greeting["stream"] == "charts"
    assert socket.ping()["seq"] == greeting["seq"]


def test_the_snapshot_lists_the_newest_edition_of_each_genre(follow: Follow, http: httpx.Client):
    index = told(http, "/api/charts/")["genres"]

    assert snapshot(follow())["items"] == [
        {"genre": one["name"], "date": one["date"], "is_sample": one["is_sample"]}
        for one in index
        if one["date"]
    ]


def test_an_edition_that_another_process_publishes_is_told_to_everybody(follow: Follow, pipeline: Pipeline):
    first, second = follow(), follow()
    before, seq = state_of(first), first.ping()["seq"]
    day = pipeline.publish(genre="rap")

    top = snapshot(follow())["seq"]
    heard = first.events_up_to(top)
    assert [frame for frame in heard if frame["seq"] > seq] == second.events_up_to(top)

    assert published(heard) == [("rap", day)]
    assert {frame["stream"] for frame in heard} == {"charts"}
    assert fold(before, heard) == state_of(first) == state_of(second)
    assert state_of(first)["rap"] == {"genre": "rap", "date": day, "is_sample": False}


def test_who_was_away_gets_what_was_missed_once(follow: Follow, pipeline: Pipeline):
    pipeline.publish()
    away = follow()
    position, before = away.position, state_of(away)
    days = [pipeline.publish(), pipeline.publish(genre="dance")]

    back = follow(position=position)
    resumed = back.wait_for("resumed")
    assert resumed["payload"]["recovered"] is True
    # What its server had not heard of by then comes behind it.
    top = snapshot(follow())["seq"]
    missed = back.events_up_to(top)
    assert [frame["seq"] for frame in missed] == list(range(position[1] + 1, top + 1))
    assert published(missed) == [("pop", days[0]), ("dance", days[1])]
    assert fold(before, missed) == state_of(back)

    days.append(pipeline.publish())
    live = back.events_up_to(top + 1)
    assert published(live) == [("pop", days[2])]
    assert fold(before, [*missed, *live]) == state_of(back) == state_of(follow())


def test_a_resume_frame_gives_the_same(follow: Follow, pipeline: Pipeline):
    pipeline.publish()
    socket = follow()
    epoch, seq = socket.position

    assert socket.ask({"type": "resume", "epoch": epoch, "since": seq - 1}, "resumed")["payload"]["recovered"]
    assert [frame["seq"] for frame in socket.frames if is_event(frame)] == [seq]


def test_who_comes_from_another_epoch_gets_the_snapshot(follow: Follow, pipeline: Pipeline):
    pipeline.publish()
    socket = follow(position=("of-before", 3))

    given = socket.wait_for("charts.snapshot")["payload"]
    assert socket.wait_for("resumed")["payload"] == {
        "epoch": given["epoch"],
        "seq": given["seq"],
        "recovered": False,
    }
    assert given == snapshot(follow())


def test_a_source_that_fails_is_told_and_older_figures_stay(follow: Follow, pipeline: Pipeline):
    pipeline.publish()
    socket = follow()
    seq = socket.ping()["seq"]
    day = pipeline.fail()

    heard = [frame for frame in socket.events_up_to(snapshot(follow())["seq"]) if frame["seq"] > seq]

    assert [(frame["type"], frame["payload"]) for frame in heard] == [
        ("source.failed", {"service": "apple_music", "genre": "pop"}),
        ("chart.published", {"genre": "pop", "date": day, "is_sample": False}),
    ]


def test_replaying_twice_tells_nothing(follow: Follow, pipeline: Pipeline):
    pipeline.publish()
    socket = follow()
    before = snapshot(socket)

    for _ in range(2):
        pipeline.manage("replay", "--since", "2020-01-01")
    pipeline.run()

    assert snapshot(follow()) == before
    assert socket.ping()["seq"] == before["seq"]


def test_a_heartbeat_proves_that_a_client_is_in_sync(follow: Follow):
    socket = follow()
    items = snapshot(socket)["items"]

    beat = socket.wait_for("heartbeat")["payload"]

    text = ";".join(f"{one['genre']}:{one['date']}:{one['is_sample']:d}" for one in items)
    assert beat == {
        "epoch": socket.position[0],
        "seq": socket.position[1],
        "digest": sha256(text.encode()).hexdigest()[:16],
    }


def test_every_frame_is_as_the_schema_says(follow: Follow, pipeline: Pipeline, http: httpx.Client):
    socket = follow()
    pipeline.fail()
    pipeline.publish()
    socket.events_up_to(snapshot(follow())["seq"])
    token = http.post("/api/guests/", json={}).json()["token"]
    socket.ask({"type": "identify", "guest_token": token}, "identified")
    socket.ask({"type": "resume", "epoch": "of-before", "since": 3}, "resumed")
    socket.ask({"type": "dance"}, "error")
    socket.ping()
    socket.wait_for("heartbeat")

    schema = http.get("/api/events.schema.json").json()
    for name in ("ServerFrame", "ChartsFrame"):
        valid = frame_validator(schema, name)
        for frame in socket.frames:
            valid.validate(frame)
    assert {frame["type"] for frame in socket.frames} >= {
        *("connection.established", "chart.published", "source.failed", "charts.snapshot"),
        *("identified", "resumed", "error", "pong", "heartbeat"),
    }
    of_a_room = frame_validator(schema, "PlaylistFrame")
    assert not of_a_room.is_valid(socket.established)


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_pages_of_other_origins_get_no_socket(chart_server: TuttiServer, origin: str):
    with Socket(chart_server.ws_url, CHARTS, headers={"Origin": origin}) as socket:
        assert socket.close_code() == 4403
        assert socket.frames == []


def test_an_allowed_origin_and_the_servers_own_do(follow: Follow, chart_server: TuttiServer):
    for origin in (CORS_ORIGIN, chart_server.base_url):
        assert follow(headers={"Origin": origin}).established["payload"]["stream"] == "charts"


@pytest.mark.parametrize("path", ["/ws/charts", "/ws/charts/pop/", "/ws/chart/"])
def test_there_is_no_other_address(chart_server: TuttiServer, path: str):
    with Socket(chart_server.ws_url, path) as socket:
        assert socket.close_code() == 4404


@pytest.mark.parametrize("frame", ["{", '{"type": "dance"}', '{"type": "resume", "epoch": "x", "since": -1}'])
def test_what_cannot_be_taken_is_an_error_and_the_socket_stays(follow: Follow, frame: str):
    assert follow().error_for(frame) in {"MALFORMED_JSON", "UNKNOWN_TYPE", "VALIDATION_ERROR"}


def test_a_new_epoch_is_told_by_the_snapshot(follow: Follow, pipeline: Pipeline):
    socket = follow()
    epoch, _ = socket.position
    pipeline.manage_server("new_epoch")

    given = socket.wait_for("charts.snapshot")["payload"]

    assert given["epoch"] != epoch
    assert given == snapshot(follow())


def test_frames_of_a_socket_are_limited(strict_server: TuttiServer):
    with Socket.greeted(strict_server.ws_url, CHARTS) as socket:
        for _ in range(51):
            socket.send({"type": "ping"})
        assert socket.wait_for("error")["payload"]["code"] == "RATE_LIMITED"
