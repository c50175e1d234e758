"""Browsers that play in a room, and what was heard of them, by their recorded output."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page

from bench.playback.mpd import MpdSpeaker
from bench.playback.tones import TONES, position_of
from tests.hosts import asked_for_room

RECORDER = Path(__file__).with_name("recorder.js").read_text()
# After a speaker has begun to play, it corrects its position for some seconds.
SETTLE_SECONDS = 15
# What two browsers have played at the same time is compared.
TOGETHER_MS = 200
# A pause between two sounds that is longer is not a gap between two tracks.
LONGEST_GAP_MS = 2000
PATIENCE_SECONDS = 60


class PlaybackError(Exception):
    """The browsers did not play."""


class PlayingRoom:
    """A room with tracks, its player, and its speakers."""

    def __init__(self, http: httpx.Client, titles: list[str]) -> None:
        self._http = http
        self.slug: str = asked_for_room(http, name="Playback").json()["slug"]
        for title in titles:
            track_id = wait_for(lambda title=title: _track_id(http, title))
            http.post(f"/api/rooms/{self.slug}/playlist/", json={"track_id": track_id}).raise_for_status()

    def player(self, **action: Any) -> dict[str, Any]:
        path = f"/api/rooms/{self.slug}/player/"
        response = self._http.post(path, json=action) if action else self._http.get(path)
        response.raise_for_status()
        found: dict[str, Any] = response.json()
        return found

    def items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._http.get(f"/api/rooms/{self.slug}/playlist/").json()
        return found


def _track_id(http: httpx.Client, title: str) -> int | None:
    found = http.get("/api/tracks/", params={"search": title}).json()
    return next((track["id"] for track in found if track["title"] == title and track["has_audio"]), None)


def wait_for(look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        if time.monotonic() > deadline:
            raise PlaybackError("The server or a browser did not become ready in time.")
        time.sleep(0.1)
    return found


class Speaker:
    """A page that plays, with a recorder at its output."""

    def __init__(self, browser: Browser, base_url: str, slug: str) -> None:
        self._context = browser.new_context(bypass_csp=True)  # the recorder is a script of its own
        self.page: Page = self._context.new_page()
        self.page.add_init_script(f"({RECORDER})({json.dumps(TONES)})")
        self.page.goto(f"{base_url}/r/{slug}/speaker")
        self.page.get_by_role("button", name="Start sound").click()

    def windows(self) -> list[list[float]]:
        found: list[list[float]] = self.page.evaluate("recorded.windows")
        return found

    def silences(self) -> list[tuple[float, float]]:
        return [(began, ended) for began, ended in self.page.evaluate("recorded.silences")]

    def forget(self) -> None:
        self.page.evaluate("recorded.windows.length = recorded.silences.length = 0")

    def close(self) -> None:
        self._context.close()


@contextmanager
def speakers(browsers: list[Browser], base_url: str, room: PlayingRoom) -> Iterator[list[Speaker]]:
    """One in each browser. They have joined, and the room's first track plays."""
    opened = [Speaker(browser, base_url, room.slug) for browser in browsers]
    for one in opened:
        wait_for(one.windows)
    yield opened
    for one in opened:
        one.close()


def errors_of(windows: list[list[float]], player: dict[str, Any]) -> list[tuple[float, float]]:
    """Of each window: when it was heard, and how far it was ahead of the room, in milliseconds.

    `player` has played on since its anchor, without a pause.
    """
    anchor = player["anchor"]
    began_at = _milliseconds(anchor["at"]) - anchor["position_ms"]
    found = []
    for heard_at, *phases in windows:
        if heard_at > _milliseconds(anchor["at"]) + SETTLE_SECONDS * 1000:
            expected = heard_at - began_at
            found.append((heard_at, position_of(phases, near_ms=expected) - expected))
    return found


def listen(
    opened: list[Speaker], mpd: MpdSpeaker, room: PlayingRoom, *, seconds: int
) -> dict[str, list[float]]:
    """The deviation of each speaker from the room, and of the browsers from each other; in milliseconds."""
    for one in (*opened, mpd):
        one.forget()
    room.player(action="seek", position_ms=0)
    opened[0].page.wait_for_timeout((SETTLE_SECONDS + seconds) * 1000)
    player = room.player()
    of_each = [errors_of(one.windows(), player) for one in opened]
    between = [
        mine - others[0]
        for heard_at, mine in of_each[0]
        if (others := [other for at, other in of_each[1] if abs(at - heard_at) < TOGETHER_MS])
    ]
    return {
        **{f"browser_{number + 1}": [error for _, error in one] for number, one in enumerate(of_each)},
        "mpd": [error for _, error in errors_of(mpd.windows(), player)],
        "between": between,
    }


def gaps_between_tracks(speaker: Speaker, room: PlayingRoom) -> list[float]:
    """Of each change of tracks, how long nothing was heard, in milliseconds. The last track plays on."""
    ids = [item["id"] for item in room.items()]
    speaker.forget()
    wait_for(lambda: room.player()["item"]["id"] == ids[-1])
    speaker.page.wait_for_timeout(2000)
    heard = [ended - began for began, ended in speaker.silences() if ended - began < LONGEST_GAP_MS]
    # A change without a single silent block has no gap.
    changes = len(ids) - 1
    return sorted([*heard, *[0.0] * changes], reverse=True)[:changes]


def start_delays(speaker: Speaker, room: PlayingRoom, *, times: int) -> list[float]:
    """From a request to play to the first sound, in milliseconds."""
    delays = []
    for _ in range(times):
        room.player(action="pause")
        speaker.page.wait_for_timeout(1500)
        speaker.forget()
        asked_at = time.time() * 1000
        room.player(action="play")
        wait_for(speaker.silences)
        delays.append(speaker.silences()[0][1] - asked_at)
    return delays


def percentile(values: list[float], share: float) -> float:
    """Of their sizes, without signs."""
    sizes = sorted(map(abs, values))
    if not sizes:
        raise PlaybackError("Nothing was heard.")
    return sizes[min(len(sizes) - 1, int(share * len(sizes)))]


def _milliseconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp() * 1000
