"""Sendspin players for tests: `sendspin`, which plays into a JACK server, and `sendspin-js` in a page."""

import json
import os
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from bench.playback.tones import TONES, position_of
from scripts import sendspin
from tests.processes import PROJECT
from tests.services import Jack, parent_death_options, wait_for

HERE = Path(__file__).parent
PACKAGE = PROJECT / "frontend" / "node_modules" / "@sendspin" / "sendspin-js"
WINDOW, STEP = 4096, 12_000
# Of the sum of the tones, at the beginning of a file and at its end: it says which second it is.
QUIET, LOUD = 0.2, 0.8
SILENCE = 0.01

Samples = npt.NDArray[np.float64]


def tones(seconds: int, *, rate: int) -> Samples:
    """What `position_in` understands."""
    times = np.arange(seconds * rate) / rate
    sound = sum(np.sin(2 * np.pi * tone * times) for tone in TONES) / len(TONES)
    return np.asarray(sound * (QUIET + (LOUD - QUIET) * times / seconds))


def position_in(samples: Samples, *, seconds: int, rate: int) -> float | None:
    """At the centre of the samples, in milliseconds; None if they are silent."""
    if np.abs(samples).max() < SILENCE:
        return None
    places = np.arange(len(samples)) - len(samples) / 2
    weights = np.hanning(len(samples))
    found = [
        np.sum(samples * weights * np.exp(-2j * np.pi * tone / rate * places)) * 2 / weights.sum()
        for tone in TONES
    ]
    level = float(np.sum(np.abs(found)))
    near_ms = (level - QUIET) / (LOUD - QUIET) * seconds * 1000
    return position_of([float(np.angle(one)) / (2 * np.pi) + 0.25 for one in found], near_ms=near_ms)


class Process:
    """A program in the players' environment."""

    def __init__(self, command: list[str], folder: Path, **variables: str) -> None:
        folder.mkdir(exist_ok=True)
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                env={"PATH": os.environ["PATH"], "HOME": str(folder), **variables},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                **parent_death_options(),
            )

    def __enter__(self) -> Self:
        try:
            wait_for(self.is_ready)
        except AssertionError:
            self.__exit__()
            raise
        return self

    def is_ready(self) -> bool:
        return True

    def __exit__(self, *_: object) -> None:
        self._process.terminate()  # clients of JACK take leave of it
        try:
            self._process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    @property
    def said(self) -> str:
        return self._log.read_text()


class SendspinPlayer(Process):
    """The real `sendspin`, without a screen."""

    def __init__(self, name: str, port: int, jack: Jack, folder: Path) -> None:
        program = str(sendspin.PYTHON.with_name("sendspin"))
        options = ["--settings-dir", str(folder / name), "--audio-device", "system", "--disable-mpris"]
        options += ["--url", f"ws://127.0.0.1:{port}/sendspin", "--name", name, "--hardware-volume", "false"]
        super().__init__([program, "daemon", *options], folder / name, **jack.variables)


class Display(Process):
    """Has metadata, covers and buttons, but no sound."""

    def __init__(self, port: int, folder: Path) -> None:
        program = [str(sendspin.PYTHON), str(HERE / "sendspin_display.py")]
        super().__init__([*program, f"ws://127.0.0.1:{port}/sendspin"], folder / "display")

    def is_ready(self) -> bool:
        return {"has_buttons": True} in self.shown()

    def shown(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.said.splitlines() if line.startswith("{")]

    def press(self, command: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{command}\n".encode())
        self._process.stdin.flush()


class Recording(Process):
    """What the players send to JACK, with the times."""

    def __init__(self, jack: Jack, folder: Path, *, players: int = 1) -> None:
        self._file, self._players, self._rate = folder / "recording", players, jack.rate
        self._cycle = np.dtype([("at", "f8"), ("samples", "f4", (players, jack.period_frames))])
        program = [str(sendspin.PYTHON), str(HERE / "sendspin_recorder.py")]
        super().__init__([*program, str(self._file), str(players)], folder / "recorder", **jack.variables)

    def is_ready(self) -> bool:
        return "ready" in self.said

    def samples(self, *, since: float = 0) -> tuple[float, Samples]:
        """When the first one was heard, and a row for each sample, with a column for each player."""
        whole = self._file.stat().st_size // self._cycle.itemsize
        cycles = np.fromfile(self._file, self._cycle, whole)
        cycles = cycles[cycles["at"] >= since]
        columns = cycles["samples"].transpose(0, 2, 1).reshape(-1, self._players)
        return float(cycles["at"][0]) if len(cycles) else 0.0, columns.astype(float)

    def positions(self, *, seconds: int, since: float = 0) -> list[tuple[float, list[float | None]]]:
        """When, and of each player where in its track it was: four times a second, in milliseconds."""
        begins_at, samples = self.samples(since=since)
        return [
            (
                begins_at + (first + WINDOW / 2) / self._rate,
                [position_in(column, seconds=seconds, rate=self._rate) for column in window.T],
            )
            for first in range(0, len(samples) - WINDOW, STEP)
            if len(window := samples[first : first + WINDOW])
        ]

    def longest_silence(self) -> float:
        """Between the first sound and the last one of any player, in milliseconds."""
        _, samples = self.samples()
        longest = 0
        for column in samples.T:
            loud = np.flatnonzero(np.abs(column) > SILENCE)
            longest = max(longest, int(np.diff(loud).max())) if len(loud) > 1 else longest
        return longest * 1000 / self._rate


class PlayerPages:
    """Serves a page with `sendspin-js`. Its modules name each other without `.js`."""

    def __init__(self, folder: Path) -> None:
        (folder / "player.html").write_text("<button>Start</button>")
        handler = partial(_Handler, folder, directory=str(PACKAGE))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/player.html"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, folder: Path, *arguments: Any, **options: Any) -> None:
        self._folder = folder
        super().__init__(*arguments, **options)

    def translate_path(self, path: str) -> str:
        if path == "/player.html":
            return str(self._folder / "player.html")
        file = Path(super().translate_path(path))
        return str(file if file.exists() else file.with_name(f"{file.name}.js"))

    def log_message(self, *_: object) -> None:
        """Nothing."""
