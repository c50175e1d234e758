"""A system under test: its sockets, its feed of events and its processes."""

import contextlib
import socket
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Self

from bench.fanout.event import event_text
from bench.machine import Cores, check_listener
from tests.services import parent_death_options

LISTEN_BACKLOG = 4096


class System(ABC):
    """A server, running while entered. Its processes run on the server's core; other services do not."""

    name: ClassVar[str]
    title: ClassVar[str]
    path: ClassVar[str] = "/"
    # The type of the message that confirms a join, if the handshake does not.
    greeting: ClassVar[str] = ""
    # The path to which events are posted, for a server that receives them over HTTP instead of as lines.
    http_path: ClassVar[str] = ""

    def __init__(self, cores: Cores) -> None:
        self.cores = cores
        self.ports: list[int] = []
        self.feed_port = 0
        self._things = contextlib.ExitStack()
        self.folder = Path(
            self._things.enter_context(tempfile.TemporaryDirectory(prefix=f"tutti-{self.name}-"))
        )

    def __enter__(self) -> Self:
        try:
            self._start(self._things)
            for port in [*self.ports, self.feed_port]:
                check_listener(port, self.pids())
        except BaseException:
            self._things.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._things.close()

    @abstractmethod
    def _start(self, things: contextlib.ExitStack) -> None:
        """Returns when it is ready; `things` are closed with it."""

    @abstractmethod
    def pids(self) -> list[int]:
        """The processes whose processor time is the server's."""

    def redis_pids(self) -> list[int]:
        """Its Redis, whose processor time is reported separately."""
        return []

    def event(self) -> tuple[str, int]:
        """The published text, with @SEQ@ in place of the number; and the first number."""
        return event_text(epoch="k3v9Zq0TtXbA"), 1

    def note_published(self, count: int) -> None:
        """The number of events published so far; most systems ignore it."""
        del count


class SingleProcessSystem(System):
    """One process that inherits two listening sockets: for clients, and for the lines of its feed."""

    def _start(self, things: contextlib.ExitStack) -> None:
        clients, lines = things.enter_context(listening()), things.enter_context(listening())
        self.ports, self.feed_port = [clients.getsockname()[1]], lines.getsockname()[1]
        self._process = things.enter_context(self._running(clients.fileno(), lines.fileno()))
        clients.close()  # otherwise the port would accept connections without the server
        lines.close()

    def pids(self) -> list[int]:
        return [self._process.pid]

    @abstractmethod
    def command(self, clients: int, lines: int) -> list[str]:
        """The command line, with the file descriptors of the sockets."""

    def environment(self, lines: int) -> dict[str, str] | None:
        """None means this process's environment; `lines` is the file descriptor of the feed's socket."""
        del lines
        return None

    @contextlib.contextmanager
    def _running(self, clients: int, lines: int) -> Iterator[subprocess.Popen[bytes]]:
        with self.cores.pin_to_server_core(), (self.folder / "output").open("wb") as output:
            process = subprocess.Popen(
                self.command(clients, lines),
                env=self.environment(lines),
                stdout=output,
                stderr=output,
                pass_fds=[clients, lines],
                **parent_death_options(),
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def listening() -> socket.socket:
    """A listening socket on a port that the kernel chose."""
    return socket.create_server(("127.0.0.1", 0), backlog=LISTEN_BACKLOG)
