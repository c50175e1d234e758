"""The machine under a benchmark: which core does what, what processes use, whose port it is. Linux only."""

import contextlib
import os
import re
import resource
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

LISTENING = "0A"
# Linux's number of another process's own clock, which counts all its threads in nanoseconds.
PROCESS_CLOCK_BITS, SCHEDULED_TIME = 3, 2
NANOSECONDS = 1e9


class MachineError(Exception):
    """This machine can't be measured on; the message says why."""


class Cores:
    """One core for the server that is measured, the others for everything else, this process too."""

    def __init__(self) -> None:
        *others, server = sorted(os.sched_getaffinity(0))
        if not others:
            raise MachineError("The server needs a core of its own, and this machine has only one.")
        self.server, self.others = server, others
        os.sched_setaffinity(0, others)

    @contextlib.contextmanager
    def of_server(self) -> Iterator[None]:
        """What is started within runs on the server's core, and stays there."""
        os.sched_setaffinity(0, {self.server})
        try:
            yield
        finally:
            os.sched_setaffinity(0, self.others)


def allow_many_files() -> None:
    """A socket is an open file on either side; what is started from here on may have as many as we."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def processor_seconds(pids: Iterable[int]) -> float:
    """What all threads of these processes have used so far, those that have ended included."""
    clocks = [(~pid << PROCESS_CLOCK_BITS) | SCHEDULED_TIME for pid in pids]
    return sum(time.clock_gettime_ns(clock) for clock in clocks) / NANOSECONDS


def resident_kilobytes(pids: Iterable[int], *, field: str = "VmRSS") -> int:
    """Of memory that is theirs now, or with VmHWM at the most since they began."""
    found = [re.search(rf"^{field}:\s+(\d+) kB", _status(pid), re.MULTILINE) for pid in pids]
    return sum(int(match[1]) for match in found if match)


def _status(pid: int) -> str:
    return Path(f"/proc/{pid}/status").read_text()


def with_children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(below for child in children for below in with_children(int(child)))]


def busy_seconds(core: int) -> float:
    """How long this core has been doing anything."""
    for line in Path("/proc/stat").read_text().splitlines():
        if line.startswith(f"cpu{core} "):
            user, nice, system, _idle, _wait, *interrupts = map(int, line.split()[1:8])
            return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")
    raise MachineError(f"There is no core {core}.")


def check_listener(port: int, pids: Iterable[int]) -> None:
    """Raises MachineError unless it is one of these processes that listens on the port."""
    inodes = _listening_inodes(port)
    for pid in pids:
        held = {str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir() if file.is_symlink()}
        if held & {f"socket:[{inode}]" for inode in inodes}:
            return
    raise MachineError(f"Another program listens on port {port}.")


def _listening_inodes(port: int) -> set[str]:
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    return {row[9] for row in rows if row[3] == LISTENING and int(row[1].rpartition(":")[2], 16) == port}
