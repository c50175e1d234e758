"""The load generator: a C program that opens sockets, publishes and counts events (`bench/c/loadgen.c`)."""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

from bench.build_c import compiled
from tests.services import parent_death_options

# Above this share of its core, the load generator may be the bottleneck.
BUSY_SHARE = 0.8


class LoadGeneratorError(Exception):
    """The load generator failed; the message contains the reason."""


class LoadGenerator:
    """Each method is one command; it returns after its completion."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [compiled("loadgen")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **parent_death_options(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Closes all of its sockets too."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def target(self, ports: Sequence[int], path: str, *, greeting: str = "") -> None:
        """The target of the sockets, and the type of the message that confirms a join."""
        self._command(f"target {','.join(map(str, ports))} {path} {greeting}")

    def open(self, sockets: int, *, seconds: float = 120) -> float:
        """Raises the number of open sockets to this; returns the seconds needed."""
        taken: float = self._command(f"open {sockets} {seconds}")["seconds"]
        return taken

    def feed(self, port: int, template: Path, first_seq: int, *, http_path: str = "") -> None:
        """Where events are published, and their text: the file's content with the seq in place of @SEQ@."""
        self._command(f"feed {port} {template} {first_seq} {http_path}")

    def watch(self, pids: Sequence[int]) -> None:
        """The server's processes: while they are busy, no event is considered lost."""
        for pid in pids:
            self._command(f"server {pid}")

    def phase(
        self,
        pace: str,
        amount: float,
        *,
        seconds: float = 0,
        quiet_seconds: float = 3,
        longest_seconds: float = 60,
        on_published: Callable[[int], None] = lambda _: None,
    ) -> dict[str, Any]:
        """Publishes at that pace and returns the counts.

        `amount`: events per second (`fixed`), events in flight (`window`) or events in total (`burst`).
        `on_published` is called regularly with the number of events published since the feed began.
        """
        return self._command(f"{pace} {amount} {seconds} {quiet_seconds} {longest_seconds}", on_published)

    def since(self, seq: int) -> None:
        """All sockets have received events up to `seq`; later ones are counted."""
        self._command(f"since {seq}")

    def await_end(self, *, seconds: float = 30) -> bool:
        """Whether the server has ended every socket in that time."""
        return bool(self._command(f"gone {seconds}")["gone"])

    def come_back(
        self, *, top: int, spread_seconds: float, fetch_path: str = "", longest_seconds: float = 120
    ) -> dict[str, Any]:
        """Each socket reconnects and catches up to `top`, by resuming or by fetching that path."""
        return self._command(f"return {spread_seconds} {top} {longest_seconds} {fetch_path}")

    def _command(self, command: str, on_published: Callable[[int], None] = lambda _: None) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        assert self._process.stderr
        self._process.stdin.write(f"{command.strip()}\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            response: dict[str, Any] = json.loads(line)
            if response.keys() != {"published"}:
                return response
            on_published(response["published"])
        raise LoadGeneratorError(f"{command}: {self._process.stderr.read().strip()}")
