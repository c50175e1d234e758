"""`./tutti speaker --mpd` with a real MPD, whose samples go through a pipe as they are played."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from bench.playback.tones import TONES
from tests.processes import BACKEND
from tests.services import Mpd, parent_death_options

RATE, CHANNELS = 44_100, 2
# As many milliseconds as in the browsers, four times a second.
WINDOW = 1880
PAUSE_SECONDS = 0.25
READ_BYTES = 64 * 1024


class MpdSpeaker:
    """`windows` is as in `recorder.js`."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._windows: list[list[float]] = []
        threading.Thread(target=self._read, daemon=True).start()

    def windows(self) -> list[list[float]]:
        return list(self._windows)

    def forget(self) -> None:
        self._windows.clear()

    def _read(self) -> None:
        held, held_at, next_at = b"", 0.0, 0.0
        while piece := os.read(self._pipe, READ_BYTES):
            now = time.time()
            if not held and now < next_at:
                continue
            # MPD writes what is heard next; the first byte of a window is heard when it arrives.
            held, held_at = held + piece, held_at or now
            if len(held) < WINDOW * CHANNELS * 2:
                continue
            samples = np.frombuffer(held, "<i2", WINDOW * CHANNELS)[::CHANNELS] / 32768
            if np.abs(samples).max() > 0.01:
                heard_at = (held_at + WINDOW / 2 / RATE) * 1000
                self._windows.append([heard_at, *phases_of(samples)])
            held, held_at, next_at = b"", 0.0, now + PAUSE_SECONDS


def phases_of(samples: npt.NDArray[np.float64]) -> list[float]:
    """Of each tone at the centre, in turns."""
    places = np.arange(len(samples)) - len(samples) / 2
    weighted = samples * np.hanning(len(samples))
    return [
        float(np.angle(np.sum(weighted * np.exp(-2j * np.pi * tone / RATE * places))) / (2 * np.pi) + 0.25)
        for tone in TONES
    ]


@contextlib.contextmanager
def mpd_speaker(base_url: str, slug: str) -> Iterator[MpdSpeaker]:
    words = ["speaker", "--room", slug, "--server", base_url, "--name", "MPD"]
    with Mpd(tap=True) as mpd, contextlib.ExitStack() as opened:
        pipe = os.open(str(mpd.tap), os.O_RDONLY)
        opened.callback(os.close, pipe)
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "server.cli", *words, "--mpd", f"127.0.0.1:{mpd.port}"],
            env={**os.environ, "PYTHONPATH": str(BACKEND)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **parent_death_options(),
        )
        try:
            yield MpdSpeaker(pipe)
        finally:
            process.terminate()
            process.wait()
