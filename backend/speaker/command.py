"""`./tutti speaker`: plays a room on an MPD until Ctrl-C or SIGTERM."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from speaker.mpd_output import MpdAddress, MpdOutput, MpdRejectedError
from speaker.room import RoomFollower, RoomRejectedError

DEFAULT_SERVER = "http://127.0.0.1:4000"
MPD_PORT = 6600
STOPPED, REFUSED = 0, 1
EPILOG = """\
While the command runs, the room uses MPD alone: MPD's queue is saved as the playlist "before-tutti" and
cleared; random, repeat, single, consume and crossfade are switched off; ReplayGain is "track".
The password of MPD is read from the variable MPD_PASSWORD, or from --mpd-password-file.
If the server or MPD cannot be reached, the command tries again until it can.

Exit codes: 0 stopped by Ctrl-C or SIGTERM, 1 rejected by the server or by MPD (no such room, wrong
password), 2 invalid arguments.
"""


def main(arguments: Sequence[str]) -> int:
    options = _parsed(arguments)
    return asyncio.run(_speak(options))


def _parsed(arguments: Sequence[str]) -> Namespace:
    from argparse import RawDescriptionHelpFormatter

    parser = ArgumentParser(
        prog="tutti speaker",
        description="Plays a room on an MPD (Music Player Daemon), in time with the room's other speakers.",
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--room", default="main", help="the room's slug (%(default)s)")
    parser.add_argument(
        "--server", default=DEFAULT_SERVER, help="URL of the server; MPD must reach it, too (%(default)s)"
    )
    parser.add_argument("--mpd", required=True, metavar="HOST[:PORT]", help="MPD, or the path of its socket")
    parser.add_argument("--mpd-password-file", type=Path, metavar="FILE", help="a file with MPD's password")
    parser.add_argument("--name", default=socket.gethostname(), help="shown in the room (%(default)s)")
    parser.add_argument("--volume", type=int, default=100, help="percent of the room's volume (%(default)s)")
    parser.add_argument(
        "--delay-ms", type=int, default=0, help="delay of the sound after MPD's position, in ms (0)"
    )
    options = parser.parse_args(arguments)
    try:
        _check(options)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    return options


def _check(options: Namespace) -> None:
    server = urlsplit(options.server)
    if server.scheme not in {"http", "https"} or not server.hostname:
        raise ValueError(f"--server {options.server}: not an http or https URL")
    if not 0 <= options.volume <= 100:
        raise ValueError("--volume is a percentage, 0 to 100")
    if not -5000 <= options.delay_ms <= 5000:
        raise ValueError("--delay-ms is between -5000 and 5000")
    password = os.environ.get("MPD_PASSWORD", "")
    if options.mpd_password_file:
        password = options.mpd_password_file.read_text().strip()
    options.address = _address(options.mpd, password)
    if is_loopback(server.hostname) and "/" not in options.mpd and not is_loopback(options.address.host):
        raise ValueError(
            f"MPD on {options.address.host} cannot reach {options.server}: "
            "pass --server with the address that this computer has in the network"
        )


def _address(text: str, password: str) -> MpdAddress:
    if "@" in text:
        raise ValueError(
            "--mpd shows a password to all users of this computer: use MPD_PASSWORD or --mpd-password-file"
        )
    if "/" in text:
        return MpdAddress(text, 0, password)
    parts = urlsplit(f"//{text}")
    if not parts.hostname or parts.path:
        raise ValueError(f"--mpd {text}: not HOST[:PORT]")
    return MpdAddress(parts.hostname, parts.port or MPD_PORT, password)


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _speak(options: Namespace) -> int:
    room = RoomFollower(server=options.server, room=options.room, name=options.name, kind="mpd", say=_say)
    output = MpdOutput(options.address, room, volume=options.volume, delay_ms=options.delay_ms, say=_say)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(one) for one in (output.run(), room.run(), stop.wait())]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:  # MPD first: it stops, then the room is left
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, MpdRejectedError, RoomRejectedError):
            await task
        await room.leave() if task is tasks[0] else None
    try:
        for task in done:
            task.result()
    except (MpdRejectedError, RoomRejectedError) as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    _say("Stopped.")
    return STOPPED
