"""`./tutti speaker --sendspin`: real Sendspin players play what the room plays, as their samples show."""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from bench.playback.browsers import RECORDER
from bench.playback.tones import TONES, position_of
from scripts import sendspin
from tests.audio_files import picture, write_audio
from tests.browser.chromium import chromium
from tests.conftest import PreparedData
from tests.contract.conftest import client_of
from tests.live.parties import Party, track
from tests.live.sendspin_players import Display, PlayerPages, Recording, SendspinPlayer, tones
from tests.processes import BACKEND, PROJECT, TuttiServer
from tests.services import Jack, free_port, wait_for

pytestmark = pytest.mark.skipif(not sendspin.newer_python(), reason=sendspin.LEFT_OUT)

RATE = 16_000
LENGTHS = {"Amber": 12, "Bronze": 12, "Long": 300}
TOGETHER_MS = 5
# Browsers know the latency of their output less well.
IN_SYNC_MS = 50
GAP_MS = 20
# `sendspin` does not know the latency of JACK.
LATENCY_MS = 400


def write_tones(path: Path, seconds: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((tones(seconds, rate=RATE) * 32767).astype("<i2").tobytes())


class SendspinParty(Party):
    """A room with `./tutti speaker`, and Sendspin players."""

    def __init__(self, server: TuttiServer, http: httpx.Client, folder: Path, jack: Jack | None) -> None:
        super().__init__(server, http, folder)
        self.port = free_port()
        self._folder, self._jack, self._running = folder, jack, ExitStack()
        self.player(action="settings", volume=100)  # the level of the tones is not changed

    def __exit__(self, *_: object) -> None:
        self._running.close()
        super().__exit__()

    def speak(self, *options: str) -> None:
        command = [str(sendspin.PYTHON), "-P", "-m", "speaker", "--sendspin", f"127.0.0.1:{self.port}"]
        self.start_speaker(command, *options)
        wait_for(lambda: "Waiting for Sendspin players" in self.said)

    def connect(self, name: str) -> SendspinPlayer:
        assert self._jack
        player = SendspinPlayer(name, self.port, self._jack, self._folder)
        self._running.enter_context(player)
        wait_for(lambda: f"Player connected: {name}" in self.said)
        return player

    def display(self) -> Display:
        return self._running.enter_context(Display(self.port, self._folder))

    def record(self, *, players: int = 1) -> Recording:
        assert self._jack
        return self._running.enter_context(Recording(self._jack, self._folder, players=players))


def heard(recording: Recording, seconds: int, *, since: float = 0) -> list[tuple[float, float]]:
    """When the first player was where, in milliseconds."""
    found = recording.positions(seconds=seconds, since=since)
    return [(at, places[0]) for at, places in found if places[0] is not None]


def off_ms(party: SendspinParty, recording: Recording) -> float:
    """How far the last sound of the long track was ahead of the room."""
    player = party.player()
    at, place = heard(recording, LENGTHS["Long"])[-1]
    return place - room_position(player, at)


def room_position(player: dict[str, Any], at: float) -> float:
    """Of a player that plays, in milliseconds."""
    anchor = player["anchor"]
    return anchor["position_ms"] + (at - datetime.fromisoformat(anchor["at"]).timestamp()) * 1000


@pytest.fixture(scope="module", autouse=True)
def environment() -> None:
    assert sendspin.prepare()


@pytest.fixture
def jack() -> Iterator[Jack]:
    """For each test: players that leave it can block it."""
    with Jack() as started:
        yield started


@pytest.fixture(scope="module")
def server(prepared_data: PreparedData, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TuttiServer]:
    music = tmp_path_factory.mktemp("music")
    for title, seconds in LENGTHS.items():
        write_tones(music / f"Ada - {title}.wav", seconds)
    write_audio(music / "Damaged.flac", title="Damaged", artist="Ada")
    write_audio(
        music / "Red.flac", seconds=60, title="Red", artist="Ada", album="Colours", cover=picture("red")
    )
    with TuttiServer(**prepared_data.options("embedded"), arguments=("--music", str(music))) as started:
        with started.client() as http:
            for title in (*LENGTHS, "Damaged", "Red"):
                wait_for(lambda title=title: track(http, title), lambda found: found["has_audio"])
        damaged = music / "Damaged.flac"
        damaged.write_bytes(b"\0" * damaged.stat().st_size)
        yield started


NewParty = Callable[..., SendspinParty]


@pytest.fixture
def new_party(server: TuttiServer, tmp_path: Path) -> Iterator[NewParty]:
    with ExitStack() as running:

        def make(jack: Jack | None = None) -> SendspinParty:
            http = running.enter_context(client_of(server))
            return running.enter_context(SendspinParty(server, http, tmp_path, jack))

        yield make


# --- With the real player ----------------------------------------------------------------------------


def test_two_players_are_in_sync_and_tracks_follow_each_other_without_a_gap(new_party: NewParty, jack: Jack):
    party = new_party(jack)
    _, second = party.add("Amber", "Bronze")
    party.speak()
    for name in ("One", "Two"):
        party.connect(name)
    party.wait_for_speaker()
    recording = party.record(players=2)
    party.player(action="play")
    party.wait_until_in_sync()
    wait_for(party.player, lambda player: player["item"] and player["item"]["id"] == second)
    wait_for(party.player, lambda player: player["position_ms"] > 8000)

    both = [
        (one, other)
        for _, (one, other) in recording.positions(seconds=12)
        if one is not None and other is not None
    ]
    assert len(both) > 60
    apart = sorted(abs(one - other) for one, other in both)
    print(f"Apart: median {statistics.median(apart):.2f} ms, most {apart[-1]:.2f} ms")
    # On a busy machine, single blocks of the sound card without hardware are late.
    assert statistics.median(apart) <= TOGETHER_MS
    assert recording.longest_silence() <= GAP_MS
    going_back = [later for (earlier, _), (later, _) in pairwise(both) if later < earlier]
    assert len(going_back) == 1  # the beginning of the second track
    assert "Playing: Amber — Ada" in party.said
    assert "Playing: Bronze — Ada" in party.said


def test_the_next_track_begins_in_time_while_the_server_is_late(new_party: NewParty, jack: Jack):
    party = new_party(jack)
    _, second = party.add("Amber", "Bronze")
    party.speak()
    party.connect("One")
    party.wait_for_speaker()
    recording = party.record()
    party.player(action="play")
    wait_for(party.player, lambda player: player["position_ms"] > 10_000)
    os.kill(party.server.pid, signal.SIGSTOP)
    try:  # the first track ends meanwhile
        wait_for(lambda: len(heard(recording, 12)), lambda count: count > 4 * 14)
    finally:
        os.kill(party.server.pid, signal.SIGCONT)
    wait_for(party.player, lambda player: player["item"]["id"] == second and player["position_ms"] > 6000)
    party.wait_until_in_sync()
    assert recording.longest_silence() <= GAP_MS


def test_pause_seek_volume_and_stop_reach_the_player(new_party: NewParty, jack: Jack):
    party = new_party(jack)
    (item,) = party.add("Long")
    party.speak()
    player = party.connect("One")
    party.wait_for_speaker()
    recording = party.record()
    party.player(action="play")
    wait_for(lambda: heard(recording, 300))
    party.player(action="seek", position_ms=100_000)
    wait_for(lambda: heard(recording, 300), lambda places: places[-1][1] > 100_000)
    wait_for(lambda: off_ms(party, recording), lambda off: abs(off) < LATENCY_MS)

    party.player(action="pause")
    wait_for(lambda: recording.samples()[1][-RATE:], lambda samples: abs(samples).max() == 0)
    wait_for(jack.ports, lambda ports: "PortAudio" not in ports)  # the player has closed its device
    party.player(action="seek", position_ms=20_000)
    party.player(action="resume")
    wait_for(lambda: heard(recording, 300), lambda places: 20_000 < places[-1][1] < 60_000)
    party.wait_until_in_sync()
    assert party.player()["item"]["id"] == item

    party.player(action="settings", volume=30)
    wait_for(lambda: "Server set player volume: 30%" in player.said)
    party.player(action="stop")
    wait_for(lambda: recording.samples()[1][-RATE:], lambda samples: abs(samples).max() == 0)


def test_it_plays_on_while_the_server_is_killed_and_is_in_sync_afterwards(new_party: NewParty, jack: Jack):
    party = new_party(jack)
    party.add("Long")
    party.speak()
    party.connect("One")
    recording = party.record()
    party.wait_for_speaker()
    party.player(action="play")
    wait_for(lambda: len(heard(recording, 300)), lambda count: count > 40)
    party.server.kill()
    wait_for(lambda: party.said.count("Trying again"), lambda count: count > 1)
    before = len(heard(recording, 300))
    wait_for(lambda: len(heard(recording, 300)), lambda count: count > before + 40)
    assert recording.longest_silence() <= GAP_MS
    party.server.start()
    party.player(action="resume")  # after more than 30 seconds, it is paused
    wait_for(lambda: off_ms(party, recording), lambda off: abs(off) < LATENCY_MS)
    party.wait_until_in_sync()


def test_without_players_the_room_has_no_speaker(new_party: NewParty, jack: Jack):
    party = new_party(jack)
    party.add("Long")
    party.speak()
    assert party.speakers() == []
    with party.connect("One"):
        party.wait_for_speaker()
        (speaker,) = party.speakers()
        assert (speaker["name"], speaker["kind"]) == ("Kitchen", "sendspin")
        party.player(action="play")
        party.wait_until_in_sync()
    wait_for(party.speakers, lambda speakers: speakers == [])
    party.connect("Two")
    party.wait_for_speaker()
    party.wait_until_in_sync()


def test_a_damaged_file_fails_with_a_reason_and_is_skipped(new_party: NewParty, jack: Jack):
    party = new_party(jack)
    _, long = party.add("Damaged", "Long")
    party.speak()
    party.connect("One")
    party.wait_for_speaker()
    party.player(action="play")
    wait_for(lambda: party.player()["item"], lambda item: item["id"] == long)
    party.wait_until_in_sync()
    assert "Cannot play Damaged — Ada: Invalid data found when processing input" in party.said
    assert "Invalid data found when processing input" in party.server.log


def test_a_display_shows_the_track_and_its_buttons_are_those_of_the_room(new_party: NewParty, jack: Jack):
    party = new_party(jack)
    red, long = party.add("Red", "Long")
    party.speak()
    display = party.display()
    party.connect("One")
    party.wait_for_speaker()
    display.press("play")
    wait_for(lambda: party.player()["item"], lambda item: item and item["id"] == red)
    expected = {"title": "Red", "artist": "Ada", "album": "Colours", "track_duration": 60_000}
    wait_for(display.shown, lambda lines: any(expected.items() <= line.items() for line in lines))
    wait_for(display.shown, lambda lines: {"picture": [100, 100, [254, 0, 0]]} in lines)

    display.press("seek position_ms=30000")
    wait_for(party.player, lambda player: player["position_ms"] >= 30_000)
    display.press("volume volume=40")
    wait_for(party.player, lambda player: player["volume"] == 40)
    display.press("pause")
    wait_for(party.player, lambda player: player["state"] == "paused")
    wait_for(display.shown, lambda lines: lines[-1].get("playback_speed") == 0)
    display.press("next")
    wait_for(lambda: party.player()["item"], lambda item: item["id"] == long)


def test_positions_are_exact_in_every_format_and_beyond_a_damaged_part(tmp_path: Path):
    program = [sendspin.PYTHON, PROJECT / "tests" / "live" / "sendspin_formats.py", tmp_path]
    environment = {**os.environ, "PYTHONPATH": str(BACKEND)}
    done = subprocess.run(program, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found) == 5
    assert max(abs(deviation) for deviations in found.values() for deviation in deviations) <= 1


# --- In a browser ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(built_page: Path) -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def new_page(browser: Browser, tmp_path: Path) -> Iterator[Callable[[str, int], Page]]:
    with ExitStack() as running:
        pages = running.enter_context(PlayerPages(tmp_path))

        def make(name: str, port: int) -> Page:
            context = browser.new_context()
            running.callback(context.close)
            page = context.new_page()
            page.add_init_script(f"({RECORDER})({json.dumps(TONES)})")
            page.goto(pages.url)
            # The recorder knows when the browser says that a sample is heard.
            page.evaluate(
                """async ([name, port]) => {
                    const { SendspinPlayer } = await import("/dist/index.js");
                    globalThis.player = new SendspinPlayer({
                        playerId: name, clientName: name, baseUrl: `http://127.0.0.1:${port}`,
                        codecs: ["flac", "pcm"], useOutputLatencyCompensation: false,
                    });
                    document.querySelector("button").onclick = async () => {
                        await player.unlock();
                        await player.connect();
                    };
                }""",
                [name, port],
            )
            page.get_by_role("button").click()
            return page

        yield make


def test_two_browsers_are_in_sync_with_each_other_and_with_the_room(
    new_party: NewParty, new_page: Callable[[str, int], Page]
):
    party = new_party()
    party.add("Long")
    party.speak()
    pages = [new_page(name, party.port) for name in ("First", "Second")]
    wait_for(lambda: "Player connected: Second" in party.said)
    party.wait_for_speaker()
    party.player(action="play")
    wait_for(lambda: min(len(page.evaluate("recorded.windows")) for page in pages), lambda count: count > 80)
    now = party.player()
    deviations = []
    for page in pages:
        expected = [
            (at, room_position(now, at / 1000), phases) for at, *phases in page.evaluate("recorded.windows")
        ]
        deviations.append(
            [(at, position_of(phases, near_ms=near) - near) for at, near, phases in expected[40:]]
        )
    for one in deviations:
        assert abs(statistics.median(off for _, off in one)) <= IN_SYNC_MS
    apart = [
        abs(off - min(deviations[1], key=lambda other: abs(other[0] - at))[1]) for at, off in deviations[0]
    ]
    print(f"Apart: median {statistics.median(apart):.2f} ms, most {max(apart):.2f} ms")
    assert statistics.median(apart) <= TOGETHER_MS
    assert pages[0].evaluate("player.core.stateManager.serverState.metadata.title") == "Long"


# --- The beginning and the end -----------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(new_party: NewParty, number: signal.Signals):
    party = new_party()
    party.speak()
    wait_for(lambda: "Connected to http" in party.said)
    assert party.end(number) == 0
    assert party.said.endswith("Stopped.\n")


def test_what_cannot_succeed_ends_it(new_party: NewParty):
    party = new_party()
    command = [str(sendspin.PYTHON), "-P", "-m", "speaker", "--sendspin", f"127.0.0.1:{party.port}"]
    with socket.create_server(("127.0.0.1", party.port)):
        party.start_speaker(command)
        assert party.ended() == 1
    assert f"Sendspin players cannot connect to 127.0.0.1:{party.port}: " in party.said
    party.room = "no-such-room"
    party.start_speaker(command)
    assert party.ended() == 1
    assert "There is no room 'no-such-room'" in party.said


def test_tutti_finds_a_newer_python_and_says_so_if_there_is_none(tmp_path: Path):
    tutti = [PROJECT / "tutti", "speaker", "--sendspin"]
    done = subprocess.run([*tutti, "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--sendspin [ADDRESS[:PORT]]" in done.stdout
    variables = {"PATH": os.environ["PATH"], "PYTHON": sys.executable, "HOME": str(tmp_path)}
    if sys.version_info < (3, 12):
        done = subprocess.run(tutti, capture_output=True, text=True, env=variables)
        assert done.returncode == 1
        assert "is not Python 3.12 or newer" in done.stderr
    done = subprocess.run(
        [sys.executable, "-P", "-m", "server.cli", "speaker", "--sendspin"],
        capture_output=True,
        text=True,
        env={**variables, "PYTHONPATH": str(PROJECT / "backend")},
    )
    assert done.returncode == 2
    assert "`./tutti speaker --sendspin` installs them." in done.stderr
