"""What tracks, items, rooms and events look like."""

import re
from typing import Any

from tests.fold import WHOLE_ITEMS

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
TEXT_OR_NONE = (str, type(None))
TRACK = {
    **{"id": int, "title": str, "artist": str, "album": str, "genre": str},
    **{"duration_seconds": (int, type(None)), "duration_formatted": TEXT_OR_NONE},
    **{"cover_url": TEXT_OR_NONE, "isrc": TEXT_OR_NONE, "created_at": str},
    **{"has_audio": bool, "explicit": (bool, type(None))},
}
ITEM = {
    **{"id": int, "track": dict, "track_id": int, "position": (int, float), "votes": int},
    **{"added_by": str, "is_playing": bool, "added_at": str, "played_at": TEXT_OR_NONE},
}
ROOM = {"slug": str, "name": str, "is_public": bool, "order": str, "items": int, "created_at": str}
EVENT = {
    **{"type": str, "payload": dict, "room": str, "epoch": str, "seq": int, "ts": str},
    "op_id": TEXT_OR_NONE,
}


def check_fields(value: dict[str, Any], kinds: dict[str, Any]) -> None:
    for name, kind in kinds.items():
        assert name in value, f"{name} is missing in {value}"
        assert isinstance(value[name], kind), f"{name} is {value[name]!r}"
        assert not (kind is int and isinstance(value[name], bool)), f"{name} is {value[name]!r}"
        if name.endswith("_at") and value[name] is not None:
            assert INSTANT.fullmatch(value[name]), f"{name} is {value[name]!r}"


def check_track(track: dict[str, Any]) -> None:
    check_fields(track, TRACK)
    assert (track["duration_seconds"] is None) == (track["duration_formatted"] is None)
    assert track["duration_seconds"] != 0


def check_item(item: dict[str, Any]) -> None:
    check_fields(item, ITEM)
    check_track(item["track"])
    assert item["track"]["id"] == item["track_id"]
    assert 1 <= len(item["added_by"]) <= 50
    assert "my_vote" not in item


def check_room(room: dict[str, Any]) -> None:
    check_fields(room, ROOM)
    assert room["order"] in {"manual", "votes"}


def check_event(event: dict[str, Any], *, room: str, epoch: str) -> None:
    check_fields(event, EVENT)
    assert (event["room"], event["epoch"]) == (room, epoch)
    assert INSTANT.fullmatch(event["ts"]), event["ts"]
    payload = event["payload"]
    if event["type"] in WHOLE_ITEMS or (event["type"] == "track.playing" and payload["id"] is not None):
        check_item(payload)
