"""The clients in docs/protocol.md as processes that tell what they know."""

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.docs.pages import code_block
from tests.node import node_with_websocket
from tests.services import parent_death_options

DEADLINE_SECONDS = 20
LANGUAGES = ("python", "js")
PYTHON_RUNNER = """
import sys
from asyncio import run as asyncio_run

def print_state(items, seq):
    print(json.dumps({"items": items, "seq": seq}), flush=True)

asyncio_run(follow(sys.argv[-1], print_state))
"""
JAVASCRIPT_RUNNER = """
import { follow } from "./client.mjs";
follow(process.argv.at(-1), (items, seq) => console.log(JSON.stringify({ items, seq })));
"""
# Prints the waits instead of waiting, with a chosen random number: 0 is the shortest wait, 1 the longest.
PYTHON_WAITS = """
import types

async def tell_wait(seconds):
    print(json.dumps({"wait": seconds}), flush=True)

asyncio = types.SimpleNamespace(sleep=tell_wait)
random = types.SimpleNamespace(uniform=lambda least, most: least + (most - least) * CHANCE)
"""
JAVASCRIPT_WAITS = """
const later = globalThis.setTimeout;
Math.random = () => CHANCE;
globalThis.setTimeout = (call, milliseconds, ...more) => {
  if (call.name !== "open") return later(call, milliseconds, ...more);
  console.log(JSON.stringify({ wait: milliseconds / 1000 }));
  return later(call, 0);
};
"""


def client_command(language: str, folder: Path, chance: float | None = None) -> list[str]:
    """Runs the client in this language; with `chance` it prints its waits, and does not wait."""
    code = code_block(language)
    waits = PYTHON_WAITS if language == "python" else JAVASCRIPT_WAITS
    waits = "" if chance is None else waits.replace("CHANCE", str(chance))
    if language == "python":
        (folder / "client.py").write_text(code + waits + PYTHON_RUNNER)
        return [sys.executable, str(folder / "client.py")]
    (folder / "client.mjs").write_text(code)
    (folder / "run.mjs").write_text(waits + JAVASCRIPT_RUNNER)
    return [*node_with_websocket(), str(folder / "run.mjs")]


class Client:
    """A client as a process, and its last output."""

    def __init__(self, command: list[str], url: str) -> None:
        self._process = subprocess.Popen(
            [*command, url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **parent_death_options(),
        )
        self._output: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def state_at(self, seq: int) -> list[dict[str, Any]]:
        """What it has as soon as it knows of this event."""
        items: list[dict[str, Any]] = self._first_output(lambda output: output.get("seq", -1) >= seq)["items"]
        return items

    def next_wait(self) -> float:
        """How many seconds it wants to wait before it comes back, if its waits are printed (below)."""
        return float(self._first_output(lambda output: "wait" in output)["wait"])

    def exit_code(self) -> int:
        """Once it has ended by itself."""
        return self._process.wait(DEADLINE_SECONDS)

    def end(self) -> str:
        self._process.kill()
        return self._process.communicate()[1]

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._output.put(line)

    def _first_output(self, is_meant: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            try:
                response: dict[str, Any] = json.loads(
                    self._output.get(timeout=max(0, deadline - time.monotonic()))
                )
            except queue.Empty:
                raise AssertionError(f"it never came to that: {self.end()}") from None
            if is_meant(response):
                return response
