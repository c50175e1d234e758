"""A browser that plays: real files, a real server, and what is heard by the browser's own clock."""

import re
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.audio_files import write_audio
from tests.conftest import PreparedData
from tests.contract.conftest import client_of, new_room
from tests.page.visitors import DESKTOP, NARROW, PHONE, Visitor, lose_network, new_visitor, until
from tests.processes import TuttiServer
from tests.services import wait_for

SECONDS = 6
TITLES = ("Amber", "Bronze", "Copper")
# One that no browser loads completely, and two for a loss of the network.
LONGER = {"Deleted": 1800, "Delta": 18, "Echo": 60}
OFFLINE_SECONDS = 30
# Half as loud.
QUIETER = "-6.02 dB"
# Whether an element plays, and the position that it has.
KEEP_ELEMENTS = """{
    const Real = Audio;
    globalThis.elements = [];
    globalThis.Audio = class extends Real {
        constructor(...given) { super(...given); elements.push(this); }
    };
}"""
# What the page asks of the device: locks of the display, keys of a headset, and gains.
KEEP_DEVICE = """{
    globalThis.locks = [];
    const request = navigator.wakeLock.request.bind(navigator.wakeLock);
    navigator.wakeLock.request = async (kind) => {
        const lock = await request(kind);
        locks.push(lock);
        return lock;
    };
    globalThis.keys = {};
    const listen = navigator.mediaSession.setActionHandler.bind(navigator.mediaSession);
    navigator.mediaSession.setActionHandler = (action, handler) => {
        if (handler) keys[action] = handler;
        else delete keys[action];
        listen(action, handler);
    };
    globalThis.gains = [];
    const create = AudioContext.prototype.createGain;
    AudioContext.prototype.createGain = function () {
        const gain = create.call(this);
        gains.push(gain.gain);
        return gain;
    };
}"""
# As soon as it is there. A press by a script does not let a page make sound.
PRESS_WITHOUT_USER = """addEventListener("DOMContentLoaded", () => {
    const observer = new MutationObserver(() => {
        const button = document.querySelector("%s");
        if (!button) return;
        observer.disconnect();
        button.click();
    });
    observer.observe(document, { childList: true, subtree: true });
})"""
HELD_LOCKS = "() => locks.filter((one) => !one.released).length"
SHOWN = """() => {
    const { metadata, playbackState } = navigator.mediaSession;
    return [playbackState, metadata?.title ?? null, metadata?.artist ?? null];
}"""
# As a browser does with a page that is hidden, and shown again.
HIDE_AND_SHOW = """async () => {
    let state = "hidden";
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
    await locks.at(-1).release();
    document.dispatchEvent(new Event("visibilitychange"));
    state = "visible";
    document.dispatchEvent(new Event("visibilitychange"));
}"""
PLAYING = "() => elements.filter((one) => !one.paused).map((one) => one.currentTime * 1000)"
# When the track began, by what is heard now.
BEGAN_AT = """() => {
    const [playing] = elements.filter((one) => !one.paused);
    return performance.timeOrigin + performance.now() - playing.currentTime * 1000;
}"""
# For how long nothing is heard, at most, from now on.
WATCH_GAPS = """() => {
    const begun = performance.now();
    let heardAt = begun;
    globalThis.gaps = { longest: 0, passed: 0 };
    setInterval(() => {
        const now = performance.now();
        if (elements.some((one) => !one.paused && !one.ended && one.readyState > 2)) heardAt = now;
        gaps.longest = Math.max(gaps.longest, now - heardAt);
        gaps.passed = now - begun;
    }, 50);
}"""
# Whether the element is where the room is: less than 100 ms from it, at one moment of one clock.
IS_NEAR = """async (path) => {
    const asked = performance.now();
    const player = await (await fetch(path)).json();
    const answered = performance.now();
    const [playing] = elements.filter((one) => !one.paused);
    if (!playing) return false;
    return Math.abs(playing.currentTime * 1000 - player.position_ms - (answered - asked) / 2) < 100;
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("music")


@pytest.fixture(scope="module")
def music(prepared_data: PreparedData, built_page: Path, folder: Path) -> Iterator[TuttiServer]:
    seconds = {**dict.fromkeys(TITLES, SECONDS), **LONGER}
    for title, length in seconds.items():
        tags = {"title": title, "artist": "Ada", "replaygain_track_gain": QUIETER}
        write_audio(folder / f"{title}.wav", seconds=length, **tags)
    damaged = write_audio(folder / "damaged.wav", seconds=SECONDS, title="Damaged", artist="Ada")
    options = prepared_data.options("embedded")
    with TuttiServer(**options, arguments=("--music", str(folder))) as server:
        with server.client() as http:
            for title in (*seconds, "Damaged"):
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
    response = http.post(path, json=action) if action else http.get(path)
    assert response.status_code == 200, response.text
    return response.json()


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
    queue(http, room, TITLES[0], "Echo")
    page = visitor.open(f"/r/{room}/speaker").page
    assert visitor.violations() == []
    page.get_by_role("button", name="Start sound").click()

    is_heard(page)
    until(page, lambda: [one["in_sync"] for one in player(http, room)["speakers"]] == [True])
    expect(page.get_by_role("status")).to_contain_text("in sync")
    player(http, room, action="seek", position_ms=(SECONDS - 3) * 1000)
    until(page, lambda: max(page.evaluate(PLAYING), default=0) >= (SECONDS - 3) * 1000)
    until(page, lambda: page.evaluate(IS_NEAR, f"/api/rooms/{room}/player/"))

    until(page, lambda: player(http, room)["item"]["track"]["title"] == "Echo")
    is_heard(page)
    expect(page.get_by_role("heading", name="Echo")).to_be_visible()
    player(http, room, action="pause")
    until(page, lambda: page.evaluate(PLAYING) == [])
    expect(page.get_by_role("status")).to_contain_text("Paused")
    assert visitor.violations() == []


@pytest.mark.parametrize(
    ("path", "selector"), [("/speaker", ".speaker-start"), ("", ".player-speakers .button.main")]
)
def test_a_browser_that_blocks_sound_says_so_and_plays_after_a_tap(
    visitor: Visitor, http: httpx.Client, room: str, path: str, selector: str
):
    queue(http, room, "Echo")
    player(http, room, action="play")
    page = visitor.page
    page.add_init_script(PRESS_WITHOUT_USER % selector)
    page.goto(f"{visitor.base_url}/r/{room}{path}")
    # It joins once its first attempt has failed. Until then, a command to the page would count as a tap.
    until(page, lambda: player(http, room)["speakers"])

    expect(page.get_by_text("the browser blocks sound until you tap.")).to_be_visible()
    assert visitor.violations() == []
    page.locator(selector).click()

    is_heard(page)
    expect(page.get_by_text("the browser blocks sound until you tap.")).to_have_count(0)


def test_media_session_wake_lock_and_gain_follow_the_player(visitor: Visitor, http: httpx.Client, room: str):
    queue(http, room, *TITLES)
    visitor.context.grant_permissions(["screen-wake-lock"])
    visitor.page.add_init_script(KEEP_DEVICE)
    page = visitor.open(f"/r/{room}/speaker").page
    page.get_by_role("button", name="Start sound").click()
    is_heard(page)

    assert page.evaluate(SHOWN) == ["playing", TITLES[0], "Ada"]
    assert set(page.evaluate("Object.keys(keys)")) >= {
        "play",
        "pause",
        "nexttrack",
        "previoustrack",
        "seekto",
    }
    until(page, lambda: page.evaluate(HELD_LOCKS) == 1)
    volume = player(http, room)["volume"] / 100
    until(
        page,
        lambda: any(
            abs(gain - volume / 2) < 0.001 for gain in page.evaluate("gains.map((one) => one.value)")
        ),
    )

    page.evaluate("keys.pause()")
    until(page, lambda: player(http, room)["state"] == "paused")
    until(page, lambda: page.evaluate(SHOWN)[0] == "paused")
    until(page, lambda: page.evaluate(HELD_LOCKS) == 0)
    page.evaluate("keys.seekto({ seekTime: 2 })")
    until(page, lambda: player(http, room)["position_ms"] == 2000)
    page.evaluate("keys.play()")
    until(page, lambda: page.evaluate(HELD_LOCKS) == 1)

    page.evaluate(HIDE_AND_SHOW)
    until(page, lambda: page.evaluate(HELD_LOCKS) == 1)
    page.evaluate("keys.nexttrack()")
    until(page, lambda: page.evaluate(SHOWN) == ["playing", TITLES[1], "Ada"])
    page.evaluate("keys.previoustrack()")
    until(page, lambda: page.evaluate(SHOWN) == ["playing", TITLES[0], "Ada"])


def test_a_damaged_file_is_skipped_once_and_a_track_without_audio_shows_the_reason(
    visitor: Visitor, http: httpx.Client, room: str
):
    queue(http, room, "Damaged")
    silent = http.get("/api/tracks/", params={"search": "Bohemian Rhapsody"}).json()[0]["id"]
    http.post(f"/api/rooms/{room}/playlist/", json={"track_id": silent}).raise_for_status()
    page = visitor.open(f"/r/{room}/speaker").page
    page.get_by_role("button", name="Start sound").click()

    expect(page.get_by_role("status")).to_contain_text("no audio for this track")
    expect(page.get_by_role("alert")).to_contain_text("Couldn’t play “Damaged”: ")
    now = player(http, room)
    assert (now["item"]["track_id"], now["state"]) == (silent, "playing")
    assert len(http.get(f"/api/rooms/{room}/playlist/history/").json()) == 1


def test_thirty_seconds_without_a_network_are_not_heard(visitor: Visitor, http: httpx.Client, room: str):
    queue(http, room, "Delta", "Echo")
    visitor.loses_network = True
    page = visitor.open(f"/r/{room}/speaker").page
    page.get_by_role("button", name="Start sound").click()
    is_heard(page)
    until(page, lambda: page.evaluate("elements.some((one) => one.paused && one.src.startsWith('blob:'))"))
    page.evaluate(WATCH_GAPS)
    lose_network(page)
    until(page, lambda: page.evaluate("gaps.passed") > OFFLINE_SECONDS * 1000, seconds=2 * OFFLINE_SECONDS)
    page.context.set_offline(False)

    until(page, lambda: [one["in_sync"] for one in player(http, room)["speakers"]] == [True])
    now = player(http, room)
    assert (now["item"]["track"]["title"], now["state"], now["position_ms"] > 10_000) == (
        "Echo",
        "playing",
        True,
    )
    assert len(http.get(f"/api/rooms/{room}/playlist/history/").json()) == 1
    assert page.evaluate("gaps.longest") < 1000


def test_a_server_that_is_killed_and_restarted_interrupts_nothing(
    visitor: Visitor, music: TuttiServer, http: httpx.Client, room: str
):
    queue(http, room, "Echo")
    visitor.loses_network = True
    page = visitor.open(f"/r/{room}/speaker").page
    page.get_by_role("button", name="Start sound").click()
    until(page, lambda: [one["in_sync"] for one in player(http, room)["speakers"]] == [True])
    before = player(http, room)
    page.evaluate(WATCH_GAPS)
    music.kill()
    music.start()

    def comes_back() -> bool:
        now = player(http, room)
        return [one["in_sync"] for one in now["speakers"]][-1:] == [True] and now["state"] == "playing"

    until(page, comes_back)
    now = player(http, room)
    assert (now["play_id"], now["position_ms"] > before["position_ms"]) == (before["play_id"], True)
    assert page.evaluate("gaps.longest") < 1000


def test_two_speakers_are_in_sync_with_each_other(
    browser: Browser, visitor: Visitor, music: TuttiServer, http: httpx.Client, room: str
):
    queue(http, room, "Echo")
    other = new_visitor(browser, music.base_url, **DESKTOP)
    other.page.add_init_script(KEEP_ELEMENTS)
    for one in (visitor, other):
        one.open(f"/r/{room}/speaker").page.get_by_role("button", name="Start sound").click()
        is_heard(one.page)
    until(other.page, lambda: [one["in_sync"] for one in player(http, room)["speakers"]] == [True] * 2)
    until(other.page, lambda: abs(visitor.page.evaluate(BEGAN_AT) - other.page.evaluate(BEGAN_AT)) < 50)
    assert other.complaints() == []
    other.context.close()


def test_a_file_that_is_deleted_while_it_plays_is_skipped_once_with_the_reason(
    visitor: Visitor, http: httpx.Client, room: str, folder: Path
):
    queue(http, room, "Deleted", "Echo")
    visitor.expects.add(404)
    page = visitor.open(f"/r/{room}/speaker").page
    page.get_by_role("button", name="Start sound").click()
    is_heard(page)
    (folder / "Deleted.wav").unlink()
    player(http, room, action="seek", position_ms=1_500_000)

    expect(page.get_by_role("heading", name="Echo")).to_be_visible()
    is_heard(page)
    expect(page.get_by_role("alert")).to_contain_text("Couldn’t play “Deleted”: ")
    assert len(http.get(f"/api/rooms/{room}/playlist/history/").json()) == 1


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_player_in_the_room_has_all_controls(
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
    expect(page).to_have_title(re.compile(f"^▶ {TITLES[1]} · "))
    button = controls.locator(".playing-main")
    before = button.bounding_box()
    controls.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Silent: paused.")).to_be_visible()
    # Another press would meet it again.
    assert button.bounding_box() == before
    expect(page).to_have_title(re.compile(f"^{TITLES[1]} · "))
    page.get_by_role("button", name="Stop playing here").click()
    expect(page.get_by_text("No speaker connected.")).to_be_visible()
    assert page.evaluate(PLAYING) == []
    assert visitor.complaints() == []
    visitor.context.close()


# A speaker without a browser that is a little late.
JOIN_LATE_SPEAKER = """(room) => new Promise((joined) => {
    const socket = new WebSocket(`ws://${location.host}/ws/playlist/${room}/`);
    socket.onopen = () => socket.send(JSON.stringify({ type: "speaker.join", name: "Kitchen", kind: "mpd" }));
    socket.onmessage = ({ data }) => {
        const { type, payload } = JSON.parse(data);
        if (type !== "speaker.joined") return;
        const { item, position_ms } = payload.player;
        const position = Math.max(0, Math.round(position_ms) - 900);
        socket.send(JSON.stringify(
            { type: "speaker.report", item_id: item.id, position_ms: position, state: "playing" },
        ));
        joined();
    };
})"""
LOW_TARGETS = """() => [...document.querySelectorAll("dialog :is(button, a, input)")]
    .filter((one) => one.getBoundingClientRect().height < 43.5)
    .map((one) => one.outerHTML)"""


def test_every_state_of_the_player_is_accessible_and_fits(
    browser: Browser, music: TuttiServer, http: httpx.Client, room: str
):
    silent = http.get("/api/tracks/", params={"search": "Bohemian Rhapsody"}).json()[0]["id"]
    added = {"track_id": silent, "added_by": "Bo"}
    http.post(f"/api/rooms/{room}/playlist/", json=added).raise_for_status()
    queue(http, room, "Echo", *TITLES)
    player(http, room, action="play")
    visitor = new_visitor(browser, music.base_url, reduced_motion="reduce", **{**NARROW, "locale": "de-DE"})
    visitor.loses_network = True
    page = visitor.page
    page.add_init_script(KEEP_ELEMENTS)
    visitor.open(f"/r/{room}")
    bar = page.locator(".playing-summary")
    expect(bar).to_contain_text("Kein Lautsprecher.")
    note = bar.locator(".playing-note")
    assert not note.evaluate("one => one.scrollWidth > one.clientWidth")
    problems = visitor.violations()

    # One tap plays here, and shows the player.
    bar.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("kein Audio für diesen Titel")).to_have_count(1)
    expect(dialog.get_by_text("hinzugefügt von Bo")).to_be_visible()
    expect(bar).to_contain_text("Ohne Ton")
    problems += visitor.violations()
    player(http, room, action="skip")
    is_heard(page)
    page.evaluate(JOIN_LATE_SPEAKER, room)
    expect(dialog.get_by_text("ms hinterher")).to_be_visible()
    problems += visitor.violations()
    assert page.evaluate(LOW_TARGETS) == []
    assert not visitor.scrolls_sideways()

    # By keyboard from the first control to the last.
    names = ["Schließen", "Position", "Voriger Titel", "Pause", "Nächster Titel", "Lautstärke"]
    names += ["Hier nicht mehr abspielen", "Lautsprecher-Seite öffnen"]
    dialog.get_by_role("button", name=names[0]).focus()
    for name in names:
        assert visitor.focused("one => one.ariaLabel || one.innerText") == name
        page.keyboard.press("Tab")

    page.evaluate("document.documentElement.style.fontSize = '32px'")
    assert not visitor.scrolls_sideways()
    page.evaluate("document.documentElement.style.fontSize = ''")
    player(http, room, action="pause")
    expect(dialog.get_by_text("Stumm: Pause.")).to_be_visible()
    expect(dialog.get_by_text("verbunden", exact=True)).to_be_visible()
    problems += visitor.violations()
    lose_network(page)
    expect(dialog.get_by_text("Keine Verbindung. Der Stand kann veraltet sein.")).to_be_visible()
    # How others play is unknown now.
    expect(dialog.get_by_text("verbunden", exact=True)).to_have_count(0)
    problems += visitor.violations()
    assert not visitor.scrolls_sideways()
    assert problems == []
    assert visitor.complaints() == []
    visitor.context.close()
