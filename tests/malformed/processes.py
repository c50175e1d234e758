"""What a server's process holds (Linux's /proc): memory, connections, open files, threads."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.processes import TuttiServer

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE
LISTENING = "0A"
LOOK_EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Holdings:
    """`own_bytes` is memory that nobody shares: what the system would get back if the process ended."""

    own_bytes: int
    # Connections of clients; everything else that is open counts as a file.
    clients: int
    files: int
    threads: int

    @classmethod
    def of(cls, server: TuttiServer) -> Self:
        process = Path(f"/proc/{server.pid}")
        rollup = (process / "smaps_rollup").read_text()
        private = [line.split() for line in rollup.splitlines() if line.startswith("Private_")]
        open_files = [target for file in (process / "fd").iterdir() if (target := _target(file))]
        clients = len(_sockets_of_clients(server.port) & set(open_files))
        return cls(
            own_bytes=sum(int(words[1]) for words in private) * KIBIBYTE,
            clients=clients,
            files=len(open_files) - clients,
            threads=len(list((process / "task").iterdir())),
        )

    def __str__(self) -> str:
        held = f"{self.clients} clients, {self.files} files, {self.threads} threads"
        return f"{self.own_bytes / MEBIBYTE:.1f} MiB, {held}"


def unnamed_files(server: TuttiServer) -> int:
    """How many open files have no name, so that they are gone when they are closed."""
    files = Path(f"/proc/{server.pid}/fd").iterdir()
    return sum(_target(file).endswith(" (deleted)") for file in files)


def _target(file: Path) -> str:
    try:
        return str(file.readlink())
    except OSError:  # closed since it was listed
        return ""


def _sockets_of_clients(port: int) -> set[str]:
    """Every connection at this port, as a process's list of open files names it."""
    return {f"socket:[{words[9]}]" for words in _connections(port)}


def most_unsent_bytes(port: int) -> int:
    """What the system holds for the one client of this port that has taken least of it."""
    return max((int(words[4].partition(":")[0], 16) for words in _connections(port)), default=0)


def _connections(port: int) -> list[list[str]]:
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return [words for words in lines if int(words[1].rsplit(":", 1)[1], 16) == port and words[3] != LISTENING]


def held_once(server: TuttiServer, is_so: Callable[[Holdings], bool], *, within_seconds: float) -> Holdings:
    """What is held as soon as it is so, or when the time is up."""
    deadline = time.monotonic() + within_seconds
    while not is_so(held := Holdings.of(server)) and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_SECONDS)
    return held
