"""A heartbeat after silence: where the stream stands, and a digest of its state (here after 0.3 seconds)."""

import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import httpx
import pytest

from tests.contract.conftest import guest_of, new_room, queue_of
from tests.contract.event_streams import event_stream
from tests.contract.queues import Queue
from tests.contract.sockets import Socket
from tests.processes import TuttiServer

HEARTBEAT_SECONDS = 0.3
EMPTY = "e3b0c44298fc1c14"


@pytest.fixture
def quiet(narrow_client: httpx.Client) -> Queue:
    return queue_of(narrow_client, new_room(narrow_client, order="manual"))


@pytest.fixture
def socket(narrow_server: TuttiServer, quiet: Queue) -> Iterator[Socket]:
    with Socket.of_room(narrow_server.ws_url, quiet.room) as opened:
        yield opened


def digest(items: Sequence[dict[str, Any]]) -> str:
    """The first 16 hex digits of SHA-256 over `id:votes:playing` of each item in order, joined by `;`."""
    text = ";".join(f"{item['id']}:{item['votes']}:{1 if item['is_playing'] else 0}" for item in items)
    return sha256(text.encode("utf-8")).hexdigest()[:16]


def checked(beat: dict[str, Any], playing: int | None) -> dict[str, Any]:
    """The payload without the player, which is where the room's is."""
    payload = dict(beat["payload"])
    player = payload.pop("player")
    assert player.keys() == {"state", "item_id", "position_ms", "server_time"}
    assert (player["item_id"], player["state"]) == (playing, "playing" if playing else "stopped")
    assert (player["position_ms"] > 0) == (playing is not None)
    return payload


def test_the_tests_compute_the_documented_digest():
    first, second = (
        {"id": 12, "votes": 5, "is_playing": True},
        {"id": 13, "votes": -1, "is_playing": False},
    )
    assert (digest([]), digest([first, second])) == (EMPTY, "5ed76fb2d1be3c25")


def test_heartbeats_follow_silence_repeatedly(socket: Socket, quiet: Queue):
    begin = time.monotonic()
    beats = [socket.next("heartbeat") for _ in range(3)]
    took = time.monotonic() - begin

    state = quiet.state()
    payload = {"epoch": state.epoch, "seq": state.seq, "digest": EMPTY}
    assert [checked(beat, None) for beat in beats] == [payload] * 3
    assert took > 2 * HEARTBEAT_SECONDS * 0.9
    assert socket.established["payload"]["heartbeat_seconds"] == HEARTBEAT_SECONDS


@pytest.mark.both_sizes
def test_the_digest_of_a_heartbeat_is_that_of_the_queue_at_its_seq(
    socket: Socket, quiet: Queue, narrow_server: TuttiServer
):
    a, b, c = quiet.fill(3)
    with guest_of(narrow_server, "Ada") as ada, guest_of(narrow_server, "Bo") as bo:
        for voter in (ada, bo):
            quiet.as_seen_by(voter).vote(c, 1)
        quiet.as_seen_by(ada).vote(a, -1)
    quiet.place(c, before=a)
    quiet.play(b)
    seen = set()
    for write in (
        lambda: quiet.vote(b, 1),
        lambda: quiet.play(a),
        lambda: quiet.place(b, before=c),
        lambda: quiet.remove(b),
    ):
        write()
        state = quiet.state()
        socket.events_up_to(state.seq)
        beat = socket.next("heartbeat")
        assert checked(beat, quiet.playing()) == {
            "epoch": state.epoch,
            "seq": state.seq,
            "digest": digest(state.items),
        }
        seen.add(beat["payload"]["digest"])
    assert [(item["id"], item["votes"]) for item in state.items] == [(c, 2), (a, -1)]
    assert len(seen) == 4

    top = 0
    for message in socket.messages:
        if message["type"] == "heartbeat":
            assert message["payload"]["seq"] == top
        else:
            top = message.get("seq", top)
    assert top == state.seq


def test_event_streams_have_heartbeats_without_an_id(quiet: Queue):
    quiet.fill(1)
    state = quiet.state()

    with event_stream(quiet.http, f"{quiet.path}stream/") as stream:
        stream.next("connection.established")
        reported = stream.next("heartbeat")

    assert reported.id is None
    expected = {"epoch": state.epoch, "seq": state.seq, "digest": digest(state.items)}
    assert checked(reported.message, None) == expected
