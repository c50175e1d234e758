"""`./tutti speaker --mpd`: a real MPD plays what the room plays; its samples say at which position it is."""

import os
import signal
import statistics
import subprocess
import sys
import threading
import time
import wave
from array import array
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

import httpx
import pytest

from tests.conftest import PreparedData
from tests.contract.conftest import client_of, new_room
from tests.processes import BACKEND, TuttiServer
from tests.services import Mpd, parent_death_options, wait_for

RATE = 44100
FRAME_BYTES = 4
SECONDS = 8
TITLES = ("Amber", "Bronze", "Copper")
IN_SYNC_MS = 50


def write_tone(path: Path, number: int, seconds: int = SECONDS) -> None:
    """The left channel is the sample's place within its second, from -22050 on; the right one the track."""
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, RATE, 0, "NONE", ""))
        places = range(-RATE // 2, RATE // 2)
        second = array("h", [value for place in places for value in (place, number)]).tobytes()
        for _ in range(seconds):
            file.writeframes(second)


class Piece(NamedTuple):
    """Frames that MPD has played at the time `at`."""

    at: float
    samples: "array[int]"

    @property
    def number(self) -> int:
        """The track of the first frame."""
        return self.samples[1]

    def deviation_ms(self, player: dict[str, Any]) -> float:
        """The difference of its first frame to the position of the player, with a resolution of a second."""
        anchor = datetime.fromisoformat(player["anchor"]["at"]).timestamp()
        place = (self.samples[0] + RATE // 2) * 1000 / RATE
        off = (place - player["anchor"]["position_ms"] - (self.at - anchor) * 1000) % 1000
        return off - 1000 if off > 500 else off


class Recording:
    """What MPD plays."""

    def __init__(self, path: Path) -> None:
        self._pipe = os.open(path, os.O_RDONLY)
        self._lock = threading.Lock()
        self._pieces: list[Piece] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        rest = b""
        while piece := os.read(self._pipe, 65536):
            at = time.time()
            rest += piece
            whole = len(rest) - len(rest) % FRAME_BYTES
            if whole:
                with self._lock:
                    self._pieces.append(Piece(at, array("h", rest[:whole])))
            rest = rest[whole:]

    def pieces(self, number: int | None = None, *, since: float = 0) -> list[Piece]:
        with self._lock:
            return [one for one in self._pieces if number in (None, one.number) and one.at >= since]

    def frames(self) -> list[tuple[int, int]]:
        samples = array("h")
        for piece in self.pieces():
            samples += piece.samples
        return list(zip(samples[::2], samples[1::2], strict=True))


class Party:
    """A server with music, an MPD, a room with items, and `./tutti speaker` between them."""

    def __init__(self, server: TuttiServer, http: httpx.Client, mpd: Mpd, folder: Path) -> None:
        self.server, self.http, self.mpd = server, http, mpd
        self.room = new_room(http)
        self._output = folder / "speaker.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def speak(self, *options: str, **variables: str) -> None:
        words = ["speaker", "--room", self.room, "--server", self.server.base_url, "--name", "Kitchen"]
        words += ["--mpd", f"127.0.0.1:{self.mpd.port}", *options]
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "server.cli", *words],
                env={**kept, **variables, "PYTHONPATH": str(BACKEND)},
                stdout=output,
                stderr=output,
                **parent_death_options(),
            )

    def end(self, number: signal.Signals) -> int:
        assert self._process
        self._process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        assert self._process
        return self._process.wait(30)

    @property
    def said(self) -> str:
        return self._output.read_text()

    def add(self, *titles: str) -> list[int]:
        queue = f"/api/rooms/{self.room}/playlist/"
        return [
            self.http.post(queue, json={"track_id": track(self.http, title)["id"]}).json()["id"]
            for title in titles
        ]

    def player(self, **action: Any) -> Any:
        path = f"/api/rooms/{self.room}/player/"
        answer = self.http.post(path, json=action) if action else self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait_for_speaker(self) -> None:
        wait_for(self.speakers)

    def speakers(self) -> list[dict[str, Any]]:
        return self.player()["speakers"]

    def wait_until_in_sync(self) -> None:
        wait_for(self.speakers, lambda all_of_them: bool(all_of_them) and all_of_them[0]["in_sync"])

    def status(self) -> dict[str, str]:
        return self.mpd.ask("status")


def track(http: httpx.Client, title: str) -> dict[str, Any]:
    found = wait_for(lambda: http.get("/api/tracks/", params={"search": title}).json(), bool)
    return found[0]


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    for number, title in enumerate(TITLES):
        write_tone(folder / f"Ada - {title}.wav", number)
    write_tone(folder / "Ada - Damaged.wav", 0)
    write_tone(folder / "Ada - Long.wav", 3, seconds=600)
    return folder


@pytest.fixture(scope="module")
def server(prepared_data: PreparedData, music: Path) -> Iterator[TuttiServer]:
    with TuttiServer(**prepared_data.options("embedded"), arguments=("--music", str(music))) as started:
        with started.client() as http:
            for title in (*TITLES, "Damaged", "Long"):
                wait_for(lambda title=title: track(http, title), lambda found: found["has_audio"])
        damaged = music / "Ada - Damaged.wav"
        damaged.write_bytes(b"RIFF" + b"\0" * (damaged.stat().st_size - 4))
        yield started


@pytest.fixture
def new_mpd() -> Iterator[Callable[..., Mpd]]:
    with ExitStack() as running:
        yield lambda **options: running.enter_context(Mpd(**options))


NewParty = Callable[..., Party]


@pytest.fixture
def new_party(server: TuttiServer, new_mpd: Callable[..., Mpd], tmp_path: Path) -> Iterator[NewParty]:
    with ExitStack() as running:

        def make(**options: Any) -> Party:
            http = running.enter_context(client_of(server))
            return running.enter_context(Party(server, http, new_mpd(**options), tmp_path))

        yield make


def test_tracks_follow_each_other_without_a_gap_and_in_time(new_party: NewParty):
    party = new_party(tap=True)
    first, second = party.add("Amber", "Bronze")
    party.speak()
    party.wait_for_speaker()
    assert party.mpd.tap
    recording = Recording(party.mpd.tap)
    party.player(action="play")
    party.wait_until_in_sync()
    playing = party.player()
    assert playing["item"]["id"] == first
    wait_for(lambda: party.player()["item"], lambda item: item["id"] == second)
    party.wait_until_in_sync()
    now = party.player()
    since = time.time()
    wait_for(lambda: len(recording.pieces(1, since=since)), lambda count: count > 100)

    frames = recording.frames()
    last_of_first = max(at for at, (_, number) in enumerate(frames) if number == 0)
    assert frames[last_of_first : last_of_first + 2] == [(RATE // 2 - 1, 0), (-RATE // 2, 1)]
    for number, player in enumerate((playing, now)):
        off = [one.deviation_ms(player) for one in recording.pieces(number)][-100:]
        assert abs(statistics.median(off)) <= IN_SYNC_MS
    lines = ["Connected to MPD", "Connected to http", "Playing: Amber — Ada", "Playing: Bronze — Ada"]
    assert [line for line in lines if line in party.said] == lines
