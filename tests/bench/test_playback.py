"""The positions that `bench/run playback` reads from recorded tones."""

import wave
from pathlib import Path

import numpy as np
import pytest

from bench.playback.browsers import percentile
from bench.playback.mpd import RATE, WINDOW, phases_of
from bench.playback.tones import TONES, position_of, write_tones


@pytest.mark.parametrize("position_ms", [0.0, 12_345.678, 600_999.4])
@pytest.mark.parametrize("rate", [1.0, 0.98, 1.02])
def test_the_position_at_the_centre_of_a_window_is_known_also_while_the_rate_is_corrected(
    position_ms: float, rate: float
):
    times = position_ms / 1000 + (np.arange(WINDOW) - WINDOW / 2) / RATE * rate
    samples = sum(np.sin(2 * np.pi * tone * times) for tone in TONES) / len(TONES)
    for off_ms in (-450, 0, 450):
        found = position_of(phases_of(samples), near_ms=position_ms + off_ms)
        assert found == pytest.approx(position_ms, abs=0.05)


def test_a_file_of_tones_is_as_long_as_asked_and_begins_with_silence_of_no_sample(tmp_path: Path):
    write_tones(tmp_path / "Tones.wav", seconds=2)
    with wave.open(str(tmp_path / "Tones.wav"), "rb") as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        assert len(samples) == 2 * file.getframerate()
    assert np.abs(samples[:16]).max() > 300


def test_a_percentile_ignores_signs():
    assert percentile([-30.0, *[1.0] * 98, 2.0], 0.99) == 30.0
