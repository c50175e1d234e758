"""What a server's process holds (Linux's /proc): memory, connections, open files, threads."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.processes import TuttiServer
from tests.services import attempts

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE
LISTENING = "0A"


@dataclass(frozen=True, slots=True)
class ProcessResources:
    """`own_bytes` is memory that is not shared: what the system would get back if the process ended."""

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


def _connections(port: int) -> list[list[str]]:
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return [words for words in lines if int(words[1].rsplit(":", 1)[1], 16) == port and words[3] != LISTENING]


def held_once(
    server: TuttiServer, is_so: Callable[[ProcessResources], bool], *, within_seconds: float
) -> ProcessResources:
    """What is held as soon as it is so, or when the time is up."""
    for _ in attempts(within_seconds):
        if is_so(held := ProcessResources.of(server)):
            break
    return held
