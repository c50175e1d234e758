"""A browser that plays: real files, a real server, and what is heard by the browser's own clock."""

import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.audio_files import write_audio
from tests.conftest import ReadyMadeData
from tests.contract.conftest import client_of, new_room
from tests.page.visitors import DESKTOP, PHONE, Visitor, lose_network, new_visitor, until
from tests.processes import TuttiServer
from tests.services import wait_for

SECONDS = 6
TITLES = ("Amber", "Bronze", "Copper")
# Whether an element plays, and the position that it has.
KEEP_ELEMENTS = """{
    const Real = Audio;
    globalThis.elements = [];
    globalThis.Audio = class extends Real {
        constructor(...given) { super(...given); elements.push(this); }
    };
}"""
PLAYING = "() => elements.filter((one) => !one.paused).map((one) => one.currentTime * 1000)"
# What the room's page has heard of the player, and what the element has, at one moment of one clock.
DEVIATION = """async (path) => {
    const asked = performance.now();
    const player = await (await fetch(path)).json();
    const answered = performance.now();
    const [playing] = elements.filter((one) => !one.paused);
    return playing ? playing.currentTime * 1000 - player.position_ms - (answered - asked) / 2 : null;
}"""


@pytest.fixture(scope="module")
def music(
    ready_made_data: ReadyMadeData, built_page: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TuttiServer]:
    folder = tmp_path_factory.mktemp("music")
    for title in TITLES:
        write_audio(folder / f"{title}.wav", seconds=SECONDS, title=title, artist="Ada")
    damaged = write_audio(folder / "damaged.wav", seconds=SECONDS, title="Damaged", artist="Ada")
    options = ready_made_data.options("embedded")
    with TuttiServer(**options, arguments=("--music", str(folder))) as server:
        with server.client() as http:
            for title in (*TITLES, "Damaged"):
                wait_for(lambda title=title: found(http, title), bool)
        with wave.open(str(damaged), "rb") as file:
            assert file.getnframes()
        damaged.write_bytes(b"RIFF" + b"\0" * damaged.stat().st_size)
        yield server


def found(http: httpx.Client, title: str) -> Any:
    tracks = http.get("/api/tracks/", params={"search": title}).json()
    return next((one["id"] for one in tracks if one["title"] == title and one["has_audio"]), None)


@pytest.fixture
def http(music: TuttiServer) -> Iterator[httpx.Client]:
    with client_of(music) as client:
        yield client


@pytest.fixture
def room(http: httpx.Client) -> str:
    return new_room(http, order="manual")


def queue(http: httpx.Client, room: str, *titles: str) -> None:
    for title in titles:
        body = {"track_id": found(http, title)}
        http.post(f"/api/rooms/{room}/playlist/", json=body).raise_for_status()


def player(http: httpx.Client, room: str, **action: Any) -> Any:
    path = f"/api/rooms/{room}/player/"
    answer = http.post(path, json=action) if action else http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def visitor(browser: Browser, music: TuttiServer) -> Iterator[Visitor]:
    one = new_visitor(browser, music.base_url, **DESKTOP)
    one.page.add_init_script(KEEP_ELEMENTS)
    yield one
    assert one.complaints() == []
    one.context.close()


def is_heard(page: Page) -> None:
    until(page, lambda: any(position > 0 for position in page.evaluate(PLAYING)))


def test_one_tap_plays_the_queue_in_sync_and_the_next_track_without_a_gap(
    visitor: Visitor, http: httpx.Client, room: str
):
    queue(http, room, *TITLES[:2])
    page = visitor.open(f"/r/{room}/speaker").page
    assert visitor.violations() == []
    page.get_by_role("button", name="Start sound").click()

    is_heard(page)
    until(page, lambda: [one["in_sync"] for one in player(http, room)["speakers"]] == [True])
    expect(page.get_by_role("status")).to_contain_text("in sync")
    player(http, room, action="seek", position_ms=(SECONDS - 3) * 1000)
    until(page, lambda: max(page.evaluate(PLAYING), default=0) >= (SECONDS - 3) * 1000)
    until(page, lambda: abs(page.evaluate(DEVIATION, f"/api/rooms/{room}/player/")) < 100)

    until(page, lambda: player(http, room)["item"]["track"]["title"] == TITLES[1])
    is_heard(page)
    expect(page.get_by_role("heading", name=TITLES[1])).to_be_visible()
    player(http, room, action="pause")
    until(page, lambda: page.evaluate(PLAYING) == [])
    expect(page.get_by_role("status")).to_contain_text("paused")
    assert visitor.violations() == []


def test_a_short_network_outage_does_not_stop_the_music(visitor: Visitor, http: httpx.Client, room: str):
    queue(http, room, *TITLES[:2])
    visitor.loses_network = True
    page = visitor.open(f"/r/{room}/speaker").page
    page.get_by_role("button", name="Start sound").click()
    is_heard(page)
    until(page, lambda: page.evaluate("elements.some((one) => one.paused && one.src.startsWith('blob:'))"))
    lose_network(page)

    # Beyond the end of the first track.
    until(page, lambda: player(http, room)["item"]["track"]["title"] == TITLES[1])
    is_heard(page)
    page.context.set_offline(False)
    until(page, lambda: [one["in_sync"] for one in player(http, room)["speakers"]][-1:] == [True])
    assert player(http, room)["state"] == "playing"


def test_a_damaged_file_is_skipped_once_and_a_track_without_audio_shows_the_reason(
    visitor: Visitor, http: httpx.Client, room: str
):
    queue(http, room, "Damaged")
    silent = http.get("/api/tracks/", params={"search": "Bohemian Rhapsody"}).json()[0]["id"]
    http.post(f"/api/rooms/{room}/playlist/", json={"track_id": silent}).raise_for_status()
    page = visitor.open(f"/r/{room}/speaker").page
    page.get_by_role("button", name="Start sound").click()

    expect(page.get_by_role("status")).to_contain_text("no audio")
    now = player(http, room)
    assert (now["item"]["track_id"], now["state"]) == (silent, "playing")
    assert len(http.get(f"/api/rooms/{room}/playlist/history/").json()) == 1


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_room_has_play_here_a_seek_bar_and_all_the_rest(
    browser: Browser, music: TuttiServer, http: httpx.Client, room: str, size: dict[str, Any]
):
    queue(http, room, *TITLES)
    visitor = new_visitor(browser, music.base_url, reduced_motion="reduce", **size)
    page = visitor.page
    page.add_init_script(KEEP_ELEMENTS)
    visitor.open(f"/r/{room}")
    if size is PHONE:
        page.get_by_role("button", name="Nothing playing.").click()
    page.get_by_role("button", name="Play here").click()
    is_heard(page)
    expect(page.get_by_text("Playing here,")).to_be_visible()
    assert visitor.violations() == []
    assert not visitor.scrolls_sideways()

    player(http, room, action="pause")
    seek = page.get_by_role("slider", name="Position")
    player(http, room, action="seek", position_ms=0)
    expect(seek).to_have_attribute("aria-valuetext", f"0 seconds of {SECONDS} seconds")
    seek.press("ArrowRight")
    until(page, lambda: player(http, room)["position_ms"] == 5000)
    page.get_by_role("slider", name="Volume").press("End")
    until(page, lambda: player(http, room)["volume"] == 100)
    controls = page.locator(".player")
    controls.get_by_role("button", name="Next track").click()
    until(page, lambda: player(http, room)["item"]["track"]["title"] == TITLES[1])
    controls.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Silent: paused.")).to_be_visible()
    page.get_by_role("button", name="Stop playing here").click()
    expect(page.get_by_text("No speaker connected.")).to_be_visible()
    assert page.evaluate(PLAYING) == []
    assert visitor.complaints() == []
    visitor.context.close()
