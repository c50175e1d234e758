"""Sockets: who may join, what is answered."""

from typing import Any

import pytest

from apps.realtime.tests.boards import Card, append, open_board
from apps.realtime.tests.listening import in_database
from apps.realtime.tests.sockets import Socket
from core import identity
from core.errors import NotAuthenticated
from core.identity import Caller, Visit

pytestmark = pytest.mark.usefixtures("known_hosts")


async def test_a_socket_is_greeted_and_then_gets_what_is_committed(hub, stored_board):
    one = await Socket().connect()
    assert await one.next() == {
        "type": "connection.established",
        "message": "Connected to the board",
        "payload": {"board": "main", "epoch": stored_board.epoch, "seq": 0, "heartbeat_seconds": 25},
    }
    await in_database(append, stored_board.pk, {"id": 5})
    event = await one.next()
    assert (event["type"], event["payload"], event["board"], event["seq"]) == (
        "card.added",
        {"id": 5},
        "main",
        1,
    )
    await one.leave()
    assert hub.connections == set()


async def test_a_name_in_the_address_is_another_stream(hub, stored_board):
    await in_database(open_board, "other")
    one = await Socket("/ws/other/").connect()
    assert (await one.next())["payload"]["board"] == "other"
    await one.leave()


@pytest.mark.parametrize("path", ["/ws/nothing/", "/elsewhere/", "/ws/a/b/"])
async def test_where_nothing_is_the_code_is_4404_and_nothing_else_is_sent(hub, path: str):
    one = await Socket(path).connect()
    assert await one.close_code() == 4404
    await one.leave()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"sec_fetch_site": "cross-site"},
        {"host": "evil.example"},
        {"host": "evil.example", "origin": "http://evil.example"},
        {"host": ""},
    ],
    ids=str,
)
async def test_another_origin_or_host_is_4403_and_nothing_else_is_sent(hub, headers: dict[str, str]):
    one = await Socket(**headers).connect()
    assert await one.close_code() == 4403
    assert hub.connections == set()
    await one.leave()


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://localhost"}, {"origin": "https://party.example"}, {"sec_fetch_site": "none"}],
    ids=str,
)
async def test_our_page_an_allowed_one_and_a_program_may_join(hub, headers: dict[str, str]):
    one = await Socket(**headers).connect()
    assert (await one.next())["type"] == "connection.established"
    await one.leave()


async def test_in_debug_the_own_machine_is_known_without_a_list(hub, settings):
    settings.ALLOWED_HOSTS, settings.DEBUG = [], True
    one = await Socket(host="127.0.0.1:4000").connect()
    assert (await one.next())["type"] == "connection.established"
    await one.leave()


# --- What is asked -----------------------------------------------------------------------------------


async def test_a_ping_is_answered_with_what_it_carried_and_the_seq(ada_s_socket, stored_board):
    await in_database(append, stored_board.pk, "a")
    await ada_s_socket.next()
    await ada_s_socket.send({"type": "ping", "ts": [1, "x"]})
    pong = await ada_s_socket.next()
    assert (pong["type"], pong["ts"], pong["seq"]) == ("pong", [1, "x"], 1)
    assert pong["server_ts"].endswith("Z")


async def test_a_snapshot_is_the_whole_state(ada_s_socket, stored_board):
    await in_database(Card(board=stored_board.pk, text="Halo").save)
    await in_database(append, stored_board.pk, "a")
    await ada_s_socket.next()
    await ada_s_socket.send({"type": "snapshot"})
    assert await ada_s_socket.next() == {
        "type": "board.snapshot",
        "payload": {"epoch": stored_board.epoch, "seq": 1, "items": ["Halo"]},
    }


async def test_a_resume_frame_brings_what_was_missed(hub, stored_board):
    await in_database(append, stored_board.pk, "a", "b")
    one = await Socket().connect()
    await one.next()
    await one.send({"type": "resume", "epoch": stored_board.epoch, "since": 1})
    assert (await one.next())["seq"] == 2
    assert (await one.next()) == {
        "type": "resumed",
        "payload": {"epoch": stored_board.epoch, "seq": 2, "recovered": True},
    }
    await one.leave()


async def test_a_position_in_the_address_does_the_same(hub, stored_board):
    await in_database(append, stored_board.pk, "a", "b")
    one = await Socket(f"/ws/?epoch={stored_board.epoch}&since=0").connect()
    assert await one.types(4) == ["connection.established", "card.added", "card.added", "resumed"]
    await one.leave()


@pytest.mark.parametrize("query", ["epoch=e", "since=1", "epoch=&since=1", "epoch=e&since=x"])
async def test_a_position_that_makes_no_sense_is_told_and_passed_over(hub, stored_board, query: str):
    one = await Socket(f"/ws/?{query}").connect()
    assert (await one.next())["type"] == "connection.established"
    problem = await one.next()
    assert (problem["type"], problem["payload"]["code"]) == ("error", "VALIDATION_ERROR")
    await in_database(append, stored_board.pk, "a")
    assert (await one.next())["seq"] == 1
    await one.leave()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "MALFORMED_JSON"),
        (b"\xff", "MALFORMED_JSON"),
        ("[]", "VALIDATION_ERROR"),
        ({"type": "dance"}, "UNKNOWN_TYPE"),
        ({"type": "resume"}, "VALIDATION_ERROR"),
        ({"type": "identify", "access": "x"}, "VALIDATION_ERROR"),
    ],
)
async def test_a_mistake_is_told_and_the_connection_stays(ada_s_socket, frame: Any, code: str):
    await ada_s_socket.send(frame)
    problem = await ada_s_socket.next()
    assert (problem["type"], problem["payload"]["code"]) == ("error", code)
    await ada_s_socket.send({"type": "ping"})
    assert (await ada_s_socket.next())["type"] == "pong"


# --- Who it is ---------------------------------------------------------------------------------------


def recognise_bo(visit: Visit) -> Caller | None:
    token = visit.headers.get("x-guest-token")
    if token is not None and token != "bo's":
        raise NotAuthenticated("That is nobody.")
    return Caller(key="guest:bo", address=visit.address, guest_id="bo") if token else None


async def test_a_first_frame_may_say_who_it_is(ada_s_socket, monkeypatch):
    monkeypatch.setattr(identity, "_recognisers", [recognise_bo])
    await ada_s_socket.send({"type": "identify", "guest_token": "bo's"})
    assert await ada_s_socket.next() == {"type": "identified", "payload": {"guest_id": "bo"}}


@pytest.mark.parametrize("token", ["cem's", "\ud800", "\x00"])
async def test_a_token_that_is_wrong_is_told_by_name(ada_s_socket, monkeypatch, token: str):
    monkeypatch.setattr(identity, "_recognisers", [recognise_bo])
    await ada_s_socket.send({"type": "identify", "guest_token": token})
    problem = await ada_s_socket.next()
    assert problem["payload"] == {"code": "VALIDATION_ERROR", "message": "guest_token: That is nobody."}
