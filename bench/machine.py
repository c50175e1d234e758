"""The machine under a benchmark: cores, resource use of processes, owners of ports. Linux only."""

import contextlib
import os
import re
import resource
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

LISTENING = "0A"
# Linux's ID of another process's CPU clock, which counts all its threads in nanoseconds.
PROCESS_CLOCK_BITS, SCHEDULED_TIME = 3, 2
NANOSECONDS = 1e9


class MachineError(Exception):
    """This machine does not allow measurements; the message contains the reason."""


class Cores:
    """One core for the server under test, the others for everything else, this process included."""

    def __init__(self) -> None:
        *others, server = sorted(os.sched_getaffinity(0))
        if not others:
            raise MachineError("The server needs a core of its own, and this machine has only one.")
        self.server, self.others = server, others
        os.sched_setaffinity(0, others)

    @contextlib.contextmanager
    def pin_to_server_core(self) -> Iterator[None]:
        """Processes started within run on the server's core only."""
        os.sched_setaffinity(0, {self.server})
        try:
            yield
        finally:
            os.sched_setaffinity(0, self.others)


def allow_many_files() -> None:
    """Raises the limit of open files, also for child processes: each socket is a file on both sides."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def processor_seconds(pids: Iterable[int]) -> float:
    """Processor time of all threads of these processes so far, including ended threads."""
    clocks = [(~pid << PROCESS_CLOCK_BITS) | SCHEDULED_TIME for pid in pids]
    return sum(time.clock_gettime_ns(clock) for clock in clocks) / NANOSECONDS


def resident_kilobytes(pids: Iterable[int], *, field: str = "VmRSS") -> int:
    """Their current memory, or with VmHWM their peak memory."""
    found = [re.search(rf"^{field}:\s+(\d+) kB", _status(pid), re.MULTILINE) for pid in pids]
    return sum(int(match[1]) for match in found if match)


def _status(pid: int) -> str:
    return Path(f"/proc/{pid}/status").read_text()


def with_children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(below for child in children for below in with_children(int(child)))]


def core_busy_seconds(core: int) -> float:
    """How long this core has been busy."""
    for line in Path("/proc/stat").read_text().splitlines():
        if line.startswith(f"cpu{core} "):
            user, nice, system, _idle, _wait, *interrupts = map(int, line.split()[1:8])
            return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")
    raise MachineError(f"There is no core {core}.")


def check_listener(port: int, pids: Iterable[int]) -> None:
    """Raises MachineError unless one of these processes listens on the port."""
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
