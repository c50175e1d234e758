"""`./tutti speaker --mpd`: a real MPD plays what the room plays; its samples say at which position it is."""

import os
import signal
import statistics
import sys
import threading
import time
import wave
from array import array
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.conftest import PreparedData
from tests.contract.conftest import client_of
from tests.live.parties import Party, track
from tests.processes import TuttiServer
from tests.services import Mpd, wait_for

RATE = 44100
FRAME_BYTES = 4
WAV_HEADER_BYTES = 44
SECONDS = 12
TITLES = ("Amber", "Bronze")
IN_SYNC_MS = 50


def write_tone(path: Path, number: int) -> None:
    """The left channel is the sample's place within its second, from -22050 on; the right one the track."""
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, RATE, 0, "NONE", ""))
        places = range(-RATE // 2, RATE // 2)
        second = array("h", [value for place in places for value in (place, number)]).tobytes()
        for _ in range(SECONDS):
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


def recorded_frames(path: Path) -> list[tuple[int, int]]:
    """Of a WAV file."""
    content = path.read_bytes()[WAV_HEADER_BYTES:]
    samples = array("h", content[: len(content) - len(content) % FRAME_BYTES])
    return list(zip(samples[::2], samples[1::2], strict=True))


class MpdParty(Party):
    """A room with `./tutti speaker`, and an MPD."""

    def __init__(self, server: TuttiServer, http: httpx.Client, folder: Path, mpd: Mpd) -> None:
        super().__init__(server, http, folder)
        self.mpd = mpd

    def speak(self, *options: str, **variables: str) -> None:
        options = ("--mpd", f"127.0.0.1:{self.mpd.port}", *options)
        self.start_speaker([sys.executable, "-P", "-m", "server.cli", "speaker"], *options, **variables)

    def deviation_ms(self) -> float | None:
        """None while MPD does not play."""
        status, player = self.status(), self.player()
        if (status["state"], player["state"]) != ("play", "playing"):
            return None
        return float(status["elapsed"]) * 1000 - player["position_ms"]

    def status(self) -> dict[str, str]:
        return self.mpd.ask("status")


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    for number, title in enumerate(TITLES):
        write_tone(folder / f"Ada - {title}.wav", number)
    write_tone(folder / "Ada - Damaged.wav", 0)
    # MPD 0.23.12 hangs if a connection breaks while it loads. This file is loaded at once: 120 kB.
    with wave.open(str(folder / "Ada - Long.wav"), "wb") as file:
        file.setparams((1, 1, 400, 0, "NONE", ""))
        file.writeframes(b"\x80" * 400 * 300)
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


NewParty = Callable[..., MpdParty]


@pytest.fixture
def new_party(server: TuttiServer, new_mpd: Callable[..., Mpd], tmp_path: Path) -> Iterator[NewParty]:
    with ExitStack() as running:

        def make(**options: Any) -> MpdParty:
            http = running.enter_context(client_of(server))
            return running.enter_context(MpdParty(server, http, tmp_path, new_mpd(**options)))

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
    now = wait_for(party.player, lambda player: player["item"]["id"] == second)
    wait_for(lambda: len(recording.pieces(1)), lambda count: count > 100)

    party.player(action="stop")
    wait_for(party.mpd.recording.exists)  # MPD names the file when it is complete
    frames = recorded_frames(party.mpd.recording)
    last_of_first = max(at for at, (_, number) in enumerate(frames) if number == 0)
    assert frames[last_of_first : last_of_first + 2] == [(RATE // 2 - 1, 0), (-RATE // 2, 1)]
    for number, player in enumerate((playing, now)):
        off = [one.deviation_ms(player) for one in recording.pieces(number)][-100:]
        assert abs(statistics.median(off)) <= IN_SYNC_MS
    lines = ["Connected to MPD", "Connected to http", "Playing: Amber — Ada", "Playing: Bronze — Ada"]
    assert [line for line in lines if line in party.said] == lines


def test_pause_seek_volume_and_stop_reach_mpd(new_party: NewParty):
    party = new_party()
    (item,) = party.add("Long")
    party.speak("--volume", "50")
    party.wait_for_speaker()
    party.player(action="play")
    party.wait_until_in_sync()
    assert party.status()["volume"] == "40"  # half of the room's
    party.player(action="settings", volume=20)
    wait_for(party.status, lambda status: status["volume"] == "10")

    party.player(action="pause")
    wait_for(party.status, lambda status: status["state"] == "pause")
    party.player(action="seek", position_ms=60_000)
    party.player(action="resume")
    party.wait_until_in_sync()
    assert 60 <= float(party.status()["elapsed"]) < 90
    party.player(action="seek", position_ms=20_000)
    wait_for(party.status, lambda status: 20 <= float(status.get("elapsed", 0)) < 50)
    party.wait_until_in_sync()
    assert party.player()["item"]["id"] == item

    party.player(action="stop")
    wait_for(party.status, lambda status: (status["state"], status["playlistlength"]) == ("stop", "0"))


def test_a_damaged_file_fails_with_a_reason_and_is_skipped(new_party: NewParty):
    party = new_party()
    _, long = party.add("Damaged", "Long")
    party.speak()
    party.wait_for_speaker()
    party.player(action="play")
    wait_for(lambda: party.player()["item"], lambda item: item["id"] == long)
    party.wait_until_in_sync()
    assert "Cannot play Damaged — Ada: " in party.said
    (reason,) = (line for line in party.said.splitlines() if line.startswith("Cannot play"))
    assert reason.removeprefix("Cannot play Damaged — Ada: ") in party.server.log


def test_the_speaker_continues_after_a_restart_of_tutti_or_mpd(new_party: NewParty):
    party = new_party()
    party.add("Long")
    party.speak()
    party.wait_for_speaker()
    party.player(action="play")
    party.wait_until_in_sync()
    for restarted in (party.server, party.mpd):
        before = party.said.count("Trying again")
        restarted.kill()
        wait_for(lambda: party.said.count("Trying again"), lambda count, before=before: count > before)
        restarted.start()
        try:
            wait_for(party.deviation_ms, lambda off: off is not None and abs(off) < 200)
        except TimeoutError:  # MPD 0.23.12 sometimes hangs for ever when a server ends: its users restart it
            party.mpd.kill()
            party.mpd.start()
            wait_for(party.deviation_ms, lambda off: off is not None and abs(off) < 200)
        party.wait_until_in_sync()


# --- The beginning and the end -----------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_queue_of_mpd_is_saved_and_a_signal_ends_it_with_mpd_silent(
    new_party: NewParty, number: signal.Signals
):
    party = new_party(password="sesame")
    party.mpd.ask("add http://127.0.0.1:1/radio")
    party.mpd.ask("random 1")
    party.add("Long")
    party.speak(MPD_PASSWORD="sesame")
    party.wait_for_speaker()
    party.player(action="play")
    party.wait_until_in_sync()
    assert party.status()["random"] == "0"
    assert party.mpd.ask('listplaylist "before-tutti"')["file"] == "http://127.0.0.1:1/radio"

    assert party.end(number) == 0
    assert (party.status()["state"], party.status()["playlistlength"]) == ("stop", "0")
    assert party.said.endswith("Stopped.\n")
    wait_for(party.speakers, lambda speakers: speakers == [])


def test_a_permanent_error_ends_the_command(new_party: NewParty):
    party = new_party(password="sesame")
    party.speak(MPD_PASSWORD="wrong")
    assert party.ended() == 1
    assert "rejects the password" in party.said
    party.room = "no-such-room"
    party.speak(MPD_PASSWORD="sesame")
    assert party.ended() == 1
    assert "There is no room 'no-such-room'" in party.said
