"""Writes tones in several formats, and decodes them as `./tutti speaker --sendspin`, in its environment.

`python sendspin_formats.py FOLDER` prints the deviations of the decoded positions as JSON, in milliseconds:
of whole files, from a later position on, and beyond a damaged part.
"""

import json
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np

from speaker import decoding
from speaker.decoding import CHANNELS, RATE, decoded

SECONDS, DAMAGED_BYTES = 20, 3000
# They repeat after a second.
TONES = (500, 611, 733, 877, 1013)
# MP3 has no timestamps: what is lost there shifts the rest.
FORMATS = {
    "mp3": ("libmp3lame", 44_100),
    "flac": ("flac", 44_100),
    "opus": ("libopus", 48_000),
    "m4a": ("aac", 44_100),
    "wav": ("pcm_s16le", 44_100),
}


def sound(rate: int) -> Any:
    times = np.arange(rate * SECONDS) / rate
    return sum(np.sin(2 * np.pi * tone * times) for tone in TONES) / len(TONES)


def write(path: Path, codec: str, rate: int) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.layout = "stereo"
        samples = np.repeat(sound(rate).astype("f4"), CHANNELS)[None, :]
        frame = av.AudioFrame.from_ndarray(samples, format="flt", layout="stereo")
        frame.sample_rate, frame.pts = rate, 0
        resampler = av.AudioResampler(format=stream.format.name, layout="stereo", rate=rate)
        for part in [*resampler.resample(frame), *resampler.resample(None), None]:
            container.mux(stream.encode(part))


def deviation_ms(path: Path, *, from_second: float, at_second: float) -> float:
    pieces = b"".join(decoded(str(path), from_frame=round(from_second * RATE), gain_db=0.0))
    channel = np.frombuffer(pieces, "<i2")[::CHANNELS].astype(float)
    if abs(len(channel) / RATE + from_second - SECONDS) > 0.1:
        return float("inf")
    first = round((at_second - from_second) * RATE)
    heard, expected = channel[first : first + RATE // 2], sound(RATE)[round(at_second * RATE) :][: RATE // 2]
    # The shift at which both agree best, within a period of all tones.
    spectrum = np.fft.rfft(heard, 2 * len(heard)) * np.conj(np.fft.rfft(expected, 2 * len(heard)))
    correlation = np.fft.irfft(spectrum)
    shift = int(np.argmax(correlation))
    return (shift if shift < len(heard) else shift - 2 * len(heard)) * 1000 / RATE


def damage(path: Path) -> Path:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + DAMAGED_BYTES] = b"\xff" * DAMAGED_BYTES
    damaged = path.with_name(f"damaged{path.suffix}")
    damaged.write_bytes(content)
    return damaged


def main(folder: Path) -> None:
    decoding.OPTIONS["protocol_whitelist"] = "file"
    found = {}
    for suffix, (codec, rate) in FORMATS.items():
        path = folder / f"tones.{suffix}"
        write(path, codec, rate)
        found[suffix] = [deviation_ms(path, from_second=second, at_second=15) for second in (0, 7.3456)]
        if suffix != "mp3":
            found[suffix].append(deviation_ms(damage(path), from_second=0, at_second=15))
    print(json.dumps(found))


main(Path(sys.argv[1]))
