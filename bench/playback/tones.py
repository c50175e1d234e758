"""Sound whose phases say where in the track it is.

The sum of five tones repeats after a second, so the position is known up to whole seconds, which the
room's own position decides. Each phase alone is exact to some microseconds.
"""

import wave
from pathlib import Path

import numpy as np
from mutagen.id3 import TIT2, TPE1
from mutagen.wave import WAVE

RATE = 16_000
# In hertz. Low enough for a window to hold their phases also at a rate that is 2 % off.
TONES = (500, 611, 733, 877, 1013)


def write_tones(path: Path, *, seconds: int) -> None:
    """A WAV file, titled like its name."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        for second in range(seconds):
            times = second + np.arange(RATE) / RATE
            tones = sum(np.sin(2 * np.pi * tone * times) for tone in TONES)
            file.writeframes((tones / len(TONES) * 30_000).astype("<i2").tobytes())
    audio = WAVE(path)
    audio.add_tags()  # type: ignore[no-untyped-call]
    assert audio.tags is not None
    audio.tags.add(TIT2(text=path.stem))  # type: ignore[no-untyped-call]
    audio.tags.add(TPE1(text="Tones"))  # type: ignore[no-untyped-call]
    audio.save()


def position_of(phases: list[float], *, near_ms: float) -> float:
    """The position in milliseconds that is within half a second of `near_ms`. `phases` in turns."""
    first, *others = phases
    period = 1000 / TONES[0]
    lowest = np.ceil((near_ms - 500) / period - first)
    candidates = (lowest + np.arange(TONES[0]) + first) * period
    misfit = np.zeros(len(candidates))
    for tone, phase in zip(TONES[1:], others, strict=True):
        turns = candidates * tone / 1000 - phase
        misfit += (turns - np.round(turns)) ** 2
    return float(candidates[int(np.argmin(misfit))])
