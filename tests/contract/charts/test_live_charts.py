"""The stream of charts: others publish, sockets hear of it, in order and once. Its tracks can be queued."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import httpx
import pytest

from apps.charts.tests.folded_charts import State, fold, state_of_items
from tests.contract.charts.conftest import CHARTS, Follow, Pipeline
from tests.contract.charts.envelopes import data_of, get_data
from tests.contract.conftest import CORS_ORIGIN, new_room, queue_of
from tests.contract.payload_checks import check_track
from tests.contract.sockets import Socket
from tests.contract.swagger import message_validator
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


def published(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (one["payload"]["genre"], one["payload"]["date"])
        for one in messages
        if one["type"] == "chart.published"
    ]


def heard_since(before: dict[str, Any], socket: Socket, top: int) -> list[dict[str, Any]]:
    """Its server may have heard of what was published before that snapshot only after it."""
    return [message for message in socket.events_up_to(top) if message["seq"] > before["seq"]]


def test_a_socket_is_greeted_and_the_snapshot_lists_the_newest_edition_of_each_genre(
    follow: Follow, http: httpx.Client
):
    socket = follow()

    assert socket.established["message"] == "Connected to chart updates"
    greeting = socket.established["payload"]
    assert greeting.keys() == {"stream", "epoch", "seq", "heartbeat_seconds"}
    assert greeting["stream"] == "charts"
    assert socket.ping()["seq"] == greeting["seq"]
    index = get_data(http, "/api/charts/")["genres"]
    assert snapshot(socket)["items"] == [
        {"genre": one["name"], "date": one["date"], "is_sample": one["is_sample"]}
        for one in index
        if one["date"]
    ]


@pytest.mark.both_sizes
def test_a_track_of_a_fetched_chart_can_be_queued(http: httpx.Client, pipeline: Pipeline):
    pipeline.publish(genre="dance")
    entry = get_data(http, "/api/charts/dance/")["tracks"][-1]
    address = f"/api/charts/tracks/{entry['isrc']}/library/"
    name = {"Idempotency-Key": f"take {entry['isrc']}"}

    made, as_before = (http.post(address, headers=name) for _ in range(2))
    again = http.post(address)

    assert (made.status_code, as_before.content, again.status_code) == (201, made.content, 200)
    track = data_of(made)
    check_track(track)
    assert (track["isrc"], track["title"], track["artist"]) == (entry["isrc"], entry["name"], entry["artist"])
    assert data_of(again)["id"] == track["id"]
    assert made.headers["Location"] == f"/api/tracks/{track['id']}/"
    assert queue_of(http, new_room(http)).add(track["id"])["track"] == track


@pytest.mark.both_sizes
def test_a_version_published_by_another_process_reaches_all_clients(follow: Follow, pipeline: Pipeline):
    first, second = follow(), follow()
    before = snapshot(first)
    day = pipeline.publish(genre="rap")

    top = snapshot(follow())["seq"]
    heard, others = (heard_since(before, socket, top) for socket in (first, second))

    assert heard == others
    assert published(heard) == [("rap", day)]
    assert {message["stream"] for message in heard} == {"charts"}
    assert fold(state_of_items(before["items"]), heard) == state_of(first) == state_of(second)
    assert state_of(first)["rap"] == {"genre": "rap", "date": day, "is_sample": False}


@pytest.mark.both_sizes
def test_a_client_that_was_offline_gets_missed_events_once(follow: Follow, pipeline: Pipeline):
    away = follow()
    position, before = away.position, state_of(away)
    days = [pipeline.publish(), pipeline.publish(genre="dance")]

    back = follow(position=position)
    resumed = back.wait_for("resumed")
    assert resumed["payload"]["recovered"] is True
    # What its server had not heard of by then comes behind it.
    top = snapshot(follow())["seq"]
    missed = back.events_up_to(top)
    assert [message["seq"] for message in missed] == list(range(position[1] + 1, top + 1))
    assert published(missed) == [("pop", days[0]), ("dance", days[1])]
    assert fold(before, missed) == state_of(back)

    days.append(pipeline.publish())
    live = back.events_up_to(top + 1)
    assert published(live) == [("pop", days[2])]
    assert fold(before, [*missed, *live]) == state_of(back) == state_of(follow())

    asking = follow()
    epoch, seq = asking.position
    assert asking.ask({"type": "resume", "epoch": epoch, "since": seq - 1}, "resumed")["payload"]["recovered"]
    assert [message["seq"] for message in asking.messages if is_event(message)] == [seq]


def test_a_client_of_another_epoch_gets_a_snapshot(follow: Follow):
    socket = follow(position=("of-before", 3))

    given = socket.wait_for("charts.snapshot")["payload"]
    assert socket.wait_for("resumed")["payload"] == {
        **{"epoch": given["epoch"], "seq": given["seq"], "recovered": False},
    }
    assert given == snapshot(follow())


def test_a_failing_source_sends_one_event_and_older_counts_stay(
    follow: Follow, pipeline: Pipeline, http: httpx.Client
):
    pipeline.publish()
    socket = follow()
    before = snapshot(socket)
    day = pipeline.fail()

    heard = heard_since(before, socket, snapshot(follow())["seq"])

    assert [(message["type"], message["payload"]) for message in heard] == [
        ("source.failed", {"service": "apple_music", "genre": "pop"}),
        ("chart.published", {"genre": "pop", "date": day, "is_sample": False}),
    ]
    before = snapshot(socket)
    pipeline.manage("replay", "--since", "2020-01-01")
    pipeline.run()
    assert snapshot(follow()) == before, "replaying and running again tell nothing"
    assert socket.ping()["seq"] == before["seq"]
    check_schema(socket, http)


def check_schema(socket: Socket, http: httpx.Client) -> None:
    """Of every message that a socket gets, of which this one has had the events."""
    token = http.post("/api/guests/", json={}).json()["token"]
    socket.ask({"type": "identify", "guest_token": token}, "identified")
    socket.ask({"type": "resume", "epoch": "of-before", "since": 3}, "resumed")
    socket.ask({"type": "dance"}, "error")
    socket.ping()
    socket.wait_for("heartbeat")

    schema = http.get("/api/events.schema.json").json()
    for name in ("ServerMessage", "ChartsMessage"):
        valid = message_validator(schema, name)
        for message in socket.messages:
            valid.validate(message)
    assert {message["type"] for message in socket.messages} >= {
        *("connection.established", "chart.published", "source.failed", "charts.snapshot"),
        *("identified", "resumed", "error", "pong", "heartbeat"),
    }
    of_a_room = message_validator(schema, "PlaylistMessage")
    assert not of_a_room.is_valid(socket.established)


def test_the_digest_of_a_heartbeat_equals_that_of_a_client_in_sync(follow: Follow):
    socket = follow()
    items = snapshot(socket)["items"]

    beat = socket.wait_for("heartbeat")["payload"]

    text = ";".join(f"{one['genre']}:{one['date']}:{one['is_sample']:d}" for one in items)
    digest = sha256(text.encode()).hexdigest()[:16]
    assert beat == {"epoch": socket.position[0], "seq": socket.position[1], "digest": digest}


def test_pages_of_other_origins_and_unknown_urls_get_no_socket(follow: Follow, chart_server: TuttiServer):
    for origin in ("https://evil.example", "null"):
        with Socket(chart_server.ws_url, CHARTS, headers={"Origin": origin}) as socket:
            assert socket.close_code() == 4403
            assert socket.messages == []
    for path in ("/ws/charts", "/ws/charts/pop/", "/ws/chart/"):
        with Socket(chart_server.ws_url, path) as socket:
            assert socket.close_code() == 4404
    for origin in (CORS_ORIGIN, chart_server.base_url):
        assert follow(headers={"Origin": origin}).established["payload"]["stream"] == "charts"


def test_an_invalid_message_is_an_error_and_the_socket_stays_open(follow: Follow):
    socket = follow()
    for message in ("{", '{"type": "dance"}', '{"type": "resume", "epoch": "x", "since": -1}'):
        assert socket.error_for(message) in {"MALFORMED_JSON", "UNKNOWN_TYPE", "VALIDATION_ERROR"}


@pytest.mark.both_sizes
def test_after_a_restored_backup_the_snapshot_has_a_new_epoch(follow: Follow, pipeline: Pipeline):
    socket = follow()
    epoch, _ = socket.position
    pipeline.manage_server("new_epoch")

    given = socket.wait_for("charts.snapshot")["payload"]

    assert given["epoch"] != epoch
    assert given == snapshot(follow())


def test_messages_of_a_socket_are_limited(strict_server: TuttiServer):
    with Socket.greeted(strict_server.ws_url, CHARTS) as socket:
        for _ in range(51):
            socket.send({"type": "ping"})
        assert socket.wait_for("error")["payload"]["code"] == "RATE_LIMITED"
