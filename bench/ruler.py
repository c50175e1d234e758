"""The ruler: the C program that holds the sockets, publishes and counts what comes (`bench/c/ruler.c`)."""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

from bench.compiled import compiled
from tests.services import ends_with_us

# Above this part of its own core, what the ruler finds may be its own limit.
BUSY_SHARE = 0.8


class RulerError(Exception):
    """The ruler gave up; the message says why."""


class Ruler:
    """Each method is one command; it returns when that is done."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [compiled("ruler")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **ends_with_us(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """With it, all of its sockets."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def target(self, ports: Sequence[int], path: str, *, greeting: str = "") -> None:
        """Where the sockets go, and the type of the frame that says that one has joined."""
        self._ask(f"target {','.join(map(str, ports))} {path} {greeting}")

    def open(self, sockets: int, *, seconds: float = 120) -> float:
        """Raises the number of open sockets to this; gives the seconds that it took."""
        taken: float = self._ask(f"open {sockets} {seconds}")["seconds"]
        return taken

    def feed(self, port: int, template: Path, first_seq: int, *, http_path: str = "") -> None:
        """Where events are published, and what they are: the file's text with the seq in place of @SEQ@."""
        self._ask(f"feed {port} {template} {first_seq} {http_path}")

    def watch(self, pids: Sequence[int]) -> None:
        """The server's processes: as long as they are busy, nothing is taken for lost."""
        for pid in pids:
            self._ask(f"server {pid}")

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
        """Publishes at that pace and gives what was counted.

        `fixed`: so many events a second; `window`: so many under way at once; `burst`: so many together.
        `on_published` is told from time to time how many have been published since the feed began.
        """
        return self._ask(f"{pace} {amount} {seconds} {quiet_seconds} {longest_seconds}", on_published)

    def since(self, seq: int) -> None:
        """All sockets stand here; what comes after is counted."""
        self._ask(f"since {seq}")

    def await_end(self, *, seconds: float = 30) -> bool:
        """Whether the server has ended every socket in that time."""
        return bool(self._ask(f"gone {seconds}")["gone"])

    def come_back(
        self, *, top: int, spread_seconds: float, fetch_path: str = "", longest_seconds: float = 120
    ) -> dict[str, Any]:
        """Every socket comes back and catches up to `top`: by resuming, or by fetching that page."""
        return self._ask(f"return {spread_seconds} {top} {longest_seconds} {fetch_path}")

    def _ask(self, command: str, on_published: Callable[[int], None] = lambda _: None) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        assert self._process.stderr
        self._process.stdin.write(f"{command.strip()}\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            answer: dict[str, Any] = json.loads(line)
            if answer.keys() != {"published"}:
                return answer
            on_published(answer["published"])
        raise RulerError(f"{command}: {self._process.stderr.read().strip()}")
