"""`./tutti speaker`: plays a room on an MPD, or on Sendspin players, until Ctrl-C or SIGTERM."""

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
from typing import Any
from urllib.parse import urlsplit

from speaker.room import RejectedError, RoomFollower

DEFAULT_SERVER = "http://127.0.0.1:4000"
MPD_PORT, SENDSPIN_PORT = 6600, 8927
STOPPED, REFUSED, INVALID = 0, 1, 2
NO_SENDSPIN = """\
--sendspin needs Python 3.12 or newer and the packages of requirements/sendspin.txt ({missing} is missing).
`./tutti speaker --sendspin` installs them.
"""
EPILOG = """\
With --mpd, the room uses MPD alone while the command runs: MPD's queue is saved as the playlist
"before-tutti" and cleared; random, repeat, single, consume and crossfade are switched off; ReplayGain is
"track". The password of MPD is read from the variable MPD_PASSWORD, or from --mpd-password-file.
With --sendspin, all Sendspin players of the network play the room, in sync. They find this computer by
mDNS, or connect to ws://ADDRESS:PORT/sendspin.
If the server or MPD cannot be reached, the command tries again until it can.

Exit codes: 0 stopped by Ctrl-C or SIGTERM, 1 rejected (no such room, wrong password, port not available),
2 invalid arguments, or missing packages.
"""


def main(arguments: Sequence[str]) -> int:
    options = _parsed(arguments)
    try:
        return asyncio.run(_speak(options))
    except ModuleNotFoundError as error:
        if not options.sendspin:
            raise
        sys.stderr.write(NO_SENDSPIN.format(missing=error.name))
        return INVALID


def _parsed(arguments: Sequence[str]) -> Namespace:
    from argparse import RawDescriptionHelpFormatter

    parser = ArgumentParser(
        prog="tutti speaker",
        description="Plays a room on an MPD (Music Player Daemon) or on Sendspin players, in time with the "
        "room's other speakers.",
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--room", default="main", help="the room's slug (%(default)s)")
    parser.add_argument(
        "--server", default=DEFAULT_SERVER, help="URL of the server; MPD must reach it, too (%(default)s)"
    )
    outputs = parser.add_mutually_exclusive_group(required=True)
    outputs.add_argument("--mpd", metavar="HOST[:PORT]", help="MPD, or the path of its socket")
    outputs.add_argument(
        "--sendspin",
        nargs="?",
        const=f"0.0.0.0:{SENDSPIN_PORT}",
        metavar="ADDRESS[:PORT]",
        help=f"Sendspin players; at which address and port they connect (all, {SENDSPIN_PORT})",
    )
    parser.add_argument("--mpd-password-file", type=Path, metavar="FILE", help="a file with MPD's password")
    parser.add_argument("--name", default=socket.gethostname(), help="shown in the room (%(default)s)")
    parser.add_argument("--volume", type=int, default=100, help="percent of the room's volume (%(default)s)")
    parser.add_argument(
        "--delay-ms", type=int, default=0, help="delay of the sound after the players' position, in ms (0)"
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
    if options.sendspin:
        options.address = _host_and_port("--sendspin", options.sendspin, SENDSPIN_PORT)
        return
    password = os.environ.get("MPD_PASSWORD", "")
    if options.mpd_password_file:
        password = options.mpd_password_file.read_text().strip()
    options.address, options.password = _address(options.mpd), password
    host = options.address[0]
    if is_loopback(server.hostname) and "/" not in options.mpd and not is_loopback(host):
        raise ValueError(
            f"MPD on {host} cannot reach {options.server}: "
            "pass --server with the address that this computer has in the network"
        )


def _address(text: str) -> tuple[str, int]:
    if "@" in text:
        raise ValueError(
            "--mpd shows a password to all users of this computer: use MPD_PASSWORD or --mpd-password-file"
        )
    return (text, 0) if "/" in text else _host_and_port("--mpd", text, MPD_PORT)


def _host_and_port(option: str, text: str, default_port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname or parts.path:
        raise ValueError(f"{option} {text}: not HOST[:PORT]")
    return parts.hostname, parts.port or default_port


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _output(options: Namespace) -> tuple[RoomFollower, Any]:
    """Each output has packages of its own."""
    kind = "mpd" if options.mpd else "sendspin"
    room = RoomFollower(
        server=options.server,
        room=options.room,
        name=options.name,
        kind=kind,
        say=_say,
        is_speaker=kind == "mpd",
    )
    common = {"volume": options.volume, "delay_ms": options.delay_ms, "say": _say}
    if options.mpd:
        from speaker.mpd_output import MpdAddress, MpdOutput

        host, port = options.address
        return room, MpdOutput(MpdAddress(host, port, options.password), room, **common)
    from speaker.sendspin_output import SendspinOutput

    return room, SendspinOutput(room, address=options.address, name=options.name, **common)


async def _speak(options: Namespace) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    room, output = _output(options)
    tasks = [asyncio.create_task(one) for one in (output.run(), room.run(), stop.wait())]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:  # the output first: it becomes silent, then the room is left
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, RejectedError):
            await task
        await room.leave() if task is tasks[0] else None
    try:
        for task in done:
            task.result()
    except RejectedError as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    _say("Stopped.")
    return STOPPED
