"""The event that every server publishes: a vote as Tutti sends it, of a typical size."""

import json

SEQ_MARK = "@SEQ@"
EVENT_BYTES = 350
USUAL_SEQ_DIGITS = 4


def event_text(*, epoch: str, room: str = "main") -> str:
    """One line of JSON with a placeholder for its number; with 4 digits it has 350 bytes."""
    short = _text(epoch, room, title="")
    return _text(
        epoch, room, title="Number".ljust(EVENT_BYTES - USUAL_SEQ_DIGITS + len('""') - len(short), "x")
    )


def _text(epoch: str, room: str, *, title: str) -> str:
    track = {"id": 5, "title": title, "artist": "Nobody", "genre": "rock", "isrc": None}
    item = {"id": 12, "track": track, "track_id": 5, "position": 1.5, "votes": 5, "is_playing": False}
    message = {"type": "track.voted", "payload": item, "room": room, "epoch": epoch, "seq": SEQ_MARK}
    text = json.dumps({**message, "ts": "2025-12-04T12:34:56.789Z", "op_id": None}, separators=(",", ":"))
    return text.replace(f'"{SEQ_MARK}"', SEQ_MARK)
