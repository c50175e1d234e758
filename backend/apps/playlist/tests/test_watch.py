"""The watch command: it prints events, stores its position, and resumes there after a loss."""

import json
from collections.abc import Iterator
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close

from apps.playlist.management.commands import watch
from apps.playlist.services import play_item, remove_item
from apps.playlist.tests.rooms import add, events_of, new_room

GREETING = {
    "type": "connection.established",
    "payload": {"room": "main", "epoch": "e", "seq": 4, "heartbeat_seconds": 25},
}


def event(seq: int, event_type: str, payload: Any) -> dict[str, Any]:
    return {"type": event_type, "payload": payload, "room": "main", "epoch": "e", "seq": seq}


class Server:
    """Stands for `websockets.connect`: gives each connection its messages, then ends it."""

    def __init__(self, *connections: list[Any]) -> None:
        self._connections = list(connections)
        self.addresses: list[str] = []

    def __call__(self, address: str, **_: Any) -> Self:
        self.addresses.append(address)
        if not self._connections:
            raise KeyboardInterrupt
        self._messages: Iterator[Any] = iter(self._connections.pop(0))
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        for message in self._messages:
            if isinstance(message, Exception):
                raise message
            return json.dumps(message)
        raise StopAsyncIteration

    def positions(self) -> list[dict[str, list[str]]]:
        return [parse_qs(urlsplit(address).query) for address in self.addresses]


@pytest.fixture
def watched(monkeypatch, capsys):
    """Runs the command against such a server until it is interrupted; gives what it printed."""
    monkeypatch.setattr(watch, "FIRST_WAIT_SECONDS", 0.0)
    monkeypatch.setattr(watch, "LAST_WAIT_SECONDS", 0.0)

    def run(server: Server, *arguments: str) -> list[str]:
        monkeypatch.setattr(watch, "connect", server)
        call_command("watch", *arguments)
        printed: str = capsys.readouterr().out
        return printed.splitlines()

    return run


def test_every_event_is_printed_as_one_readable_line(watched, db):
    room = new_room()
    item = add(room, "Halo")
    play_item(slug=room.slug, item_id=item.pk)
    remove_item(slug=room.slug, item_id=item.pk)
    messages = [event(seq, *one) for seq, one in enumerate(events_of(room), start=5)]
    heartbeat = {"type": "heartbeat", "payload": {"epoch": "e", "seq": 9}}
    lines = watched(Server([GREETING, *messages, heartbeat]))
    about = f"item {item.pk}: Halo — Beyoncé (at 1, +0 votes, added by Ada)"
    assert lines[:-1] == [
        "-- live: room main at #4 (Ctrl-C ends)",
        f"#5 track.added  {about}",
        f"#6 track.playing  {about}",
        f"#7 track.playing  item {item.pk} stopped",
        f"#8 track.removed  item {item.pk}",
    ]
    assert lines[-1].startswith("-- the server closed; again in")


def test_after_a_lost_connection_it_resumes_from_its_last_event(watched):
    lost = ConnectionClosedError(Close(4012, "restart"), None)
    later = {**GREETING, "payload": {**GREETING["payload"], "seq": 9}}  # type: ignore[dict-item]
    resumed = {"type": "resumed", "payload": {"epoch": "e", "seq": 6, "recovered": True}}
    server = Server([GREETING, event(5, "track.removed", {"id": 1}), lost], [later, lost], [later, resumed])
    lines = watched(server)
    assert server.positions() == [
        {},
        {"epoch": ["e"], "since": ["5"]},
        {"epoch": ["e"], "since": ["5"]},
        {"epoch": ["e"], "since": ["6"]},
    ]
    assert any(line.startswith("-- the connection ended") for line in lines)
    assert "#6 resumed  nothing was missed" in lines


def test_an_unreachable_server_is_retried_and_json_output_has_whole_messages(watched):
    removed = event(5, "track.removed", {"id": 1, "track_id": 2})
    server = Server([OSError("rejected")], [GREETING, removed])
    lines = watched(server, "friday", "--json", "--url", "ws://party.example/")
    assert server.addresses[0] == "ws://party.example/ws/playlist/friday/?"
    assert lines[0].startswith("-- rejected; again in")
    assert [json.loads(line) for line in lines[1:3]] == [GREETING, removed]


def test_the_charts_stream_is_selected_by_its_name(watched):
    greeting = {"type": "connection.established", "payload": {"stream": "charts", "epoch": "e", "seq": 4}}
    edition = {"genre": "pop", "date": "2025-03-01", "is_sample": False}
    snapshot = {"type": "charts.snapshot", "payload": {"epoch": "f", "seq": 7, "items": [edition]}}
    server = Server([greeting, event(5, "chart.published", edition)], [greeting, snapshot])

    lines = watched(server, "--stream", "charts", "--url", "ws://party.example")

    assert server.addresses[0] == "ws://party.example/ws/charts/?"
    assert server.positions()[1:] == [
        {"epoch": ["e"], "since": ["5"]},
        {"epoch": ["f"], "since": ["7"]},
    ]
    assert lines[:2] == [
        "-- live: charts at #4 (Ctrl-C ends)",
        "#5 chart.published  genre pop, date 2025-03-01, is_sample False",
    ]
    assert "#7 charts.snapshot  1 items" in lines


def test_an_unknown_room_or_stream_is_an_error(watched):
    with pytest.raises(CommandError, match="no room's: leave 'friday' out"):
        watched(Server(), "friday", "--stream", "charts")
    with pytest.raises(CommandError, match="invalid choice: 'weather'"):
        watched(Server(), "--stream", "weather")

    with pytest.raises(CommandError, match="no room 'nowhere'"):
        watched(Server([ConnectionClosedError(Close(4404, ""), None)]), "nowhere")
