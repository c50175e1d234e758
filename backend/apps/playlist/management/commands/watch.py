"""`manage.py watch [room]`: prints live events of a room, or of another stream, and resumes after a loss."""

import asyncio
import contextlib
import json
import random
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from apps.playlist.models import STREAM_KIND
from apps.realtime.models import kind_names
from apps.rooms.models import MAIN_ROOM

FIRST_WAIT_SECONDS = 0.5
LAST_WAIT_SECONDS = 10.0
NO_SUCH_ROOM = 4404
LOCAL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared, not listened on


class Command(BaseCommand):
    help = (
        "Print the live events of a room, or of the charts. The simplest client: connect, store "
        "(epoch, seq), resume."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        host = LOCAL_ADDRESSES.get(settings.HOST, settings.HOST)
        parser.add_argument("room", nargs="?", help=f"the room's slug (default: {MAIN_ROOM})")
        parser.add_argument(
            "--stream", choices=kind_names(), default=STREAM_KIND, help="what to watch (%(default)s)"
        )
        parser.add_argument("--url", default=f"ws://{host}:{settings.PORT}", help="the server (%(default)s)")
        parser.add_argument(
            "--json", action="store_true", help="print whole messages, one JSON object a line"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        stream, room = options["stream"], options["room"]
        if room is not None and stream != STREAM_KIND:
            raise CommandError(f"The stream {stream} is no room's: leave {room!r} out.")
        name = room or (MAIN_ROOM if stream == STREAM_KIND else "")
        address = f"{options['url'].rstrip('/')}/ws/{stream}/" + (f"{quote(name, safe='')}/" if name else "")
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(self._watch(address, name, as_json=options["json"]))

    async def _watch(self, stream: str, name: str, *, as_json: bool) -> None:
        self._epoch, self._seq, self._as_json = "", 0, as_json
        wait_seconds = FIRST_WAIT_SECONDS
        while True:
            position = {"epoch": self._epoch, "since": self._seq} if self._epoch else {}
            try:
                async with connect(f"{stream}?{urlencode(position)}", max_size=None) as socket:
                    async for text in socket:
                        wait_seconds = FIRST_WAIT_SECONDS
                        self._take(json.loads(text))
                reason = "the server closed"
            except ConnectionClosed as error:
                reason = f"the connection ended ({error})"
                if error.rcvd is not None and error.rcvd.code == NO_SUCH_ROOM:
                    raise CommandError(f"There is no room {name!r}.") from None
            except (OSError, InvalidHandshake) as error:
                reason = str(error)
            pause = random.uniform(wait_seconds / 2, wait_seconds)  # noqa: S311 - jitter, not a secret
            self._say(f"-- {reason}; again in {pause:.1f} s")
            await asyncio.sleep(pause)
            wait_seconds = min(2 * wait_seconds, LAST_WAIT_SECONDS)

    def _take(self, message: dict[str, Any]) -> None:
        """Stores the position in the stream, and prints the message."""
        payload = message.get("payload") or {}
        moment = message if "seq" in message else payload
        is_greeting = message["type"] == "connection.established"
        if "seq" in moment and not (is_greeting and self._epoch):
            self._epoch, self._seq = moment["epoch"], moment["seq"]
        if self._as_json:
            self._say(json.dumps(message, ensure_ascii=False))
        elif is_greeting:
            name = f"room {payload['room']}" if "room" in payload else payload["stream"]
            self._say(f"-- live: {name} at #{payload['seq']} (Ctrl-C ends)")
        elif message["type"] != "heartbeat":
            self._say(
                f"#{moment.get('seq', '')} {message['type']}  {_described(message['type'], payload)}".rstrip()
            )

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _described(event_type: str, payload: dict[str, Any]) -> str:
    """What a person wants to know of an event."""
    if event_type == "resumed":
        return "nothing was missed" if payload["recovered"] else "from a snapshot"
    if "items" in payload:
        return f"{len(payload['items'])} items"
    if event_type == "track.removed":
        return f"item {payload['id']}"
    if "stopped_id" in payload:
        return f"item {payload['stopped_id']} stopped"
    if "track" not in payload:
        return ", ".join(f"{name} {value}" for name, value in payload.items())
    track = payload["track"]
    details = f"at {payload['position']:g}, {payload['votes']:+d} votes, added by {payload['added_by']}"
    return f"item {payload['id']}: {track['title']} — {track['artist']} ({details})"
