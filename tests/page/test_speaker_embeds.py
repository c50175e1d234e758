"""Tracks without audio in players of music services, which pages of the test stand for at the same hosts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Route, expect

from apps.charts.tests import bodies
from tests.conftest import PreparedData
from tests.contract.conftest import client_of, new_room
from tests.contract.staff import run_code
from tests.page.chart_track_page import own_charts
from tests.page.test_speaker import player
from tests.page.visitors import DESKTOP, Visitor, new_visitor, until
from tests.processes import TuttiServer

HOSTS = {"SoundCloud": "w.soundcloud.com", "YouTube": "www.youtube-nocookie.com"}
# By the numbers of `bodies.isrc`: one that Spotify has, too, whose player is not allowed; and its opposite.
TRACKS = {"SoundCloud": 1, "YouTube": 2, "": 3}
ADD_YOUTUBE = f"""
from apps.charts.models import ChartTrack, ServiceTrack
ServiceTrack.objects.create(
    service="youtube", service_track_id="dQw4w9WgXcQ", how="isrc",
    url="https://www.youtube.com/watch?v=dQw4w9WgXcQ", track=ChartTrack.objects.get(isrc="{bodies.isrc(2)}"),
)
"""
# A player that measures time instead of making sound. `place` is where it is, in milliseconds.
PLAYER = """<!doctype html><title>Player</title><script>
    let at = 0, since = null, home = null;
    globalThis.volume = null;
    globalThis.place = () => at + (since === null ? 0 : performance.now() - since);
    globalThis.plays = () => since !== null;
    const send = (message) => home?.source.postMessage(JSON.stringify(message), home.origin);
    const play = () => { if (since === null) since = performance.now(); tell(); };
    const pause = () => { at = place(); since = null; tell(); };
    const seek = (to) => { at = to; if (since !== null) since = performance.now(); tell(); };
    const protocols = {
        "w.soundcloud.com": {
            hear({ method, value }) {
                if (method === "addEventListener" && value === "ready") send({ method: "ready" });
                ({ play, pause, seekTo: () => seek(value), setVolume: () => (volume = value) })[method]?.();
            },
            tell: () => send({
                method: plays() ? "playProgress" : "pause", value: { currentPosition: place() },
            }),
        },
        "www.youtube-nocookie.com": {
            hear({ event, func, args }) {
                if (event === "listening") send({ event: "onReady", info: null });
                if (event !== "command") return;
                ({
                    playVideo: play, pauseVideo: pause, seekTo: () => seek(args[0] * 1000),
                    setVolume: () => (volume = args[0]),
                })[func]?.();
            },
            tell: () => send({
                event: "infoDelivery", info: { currentTime: place() / 1000, playerState: plays() ? 1 : 2 },
            }),
        },
    };
    const { hear, tell } = protocols[location.hostname];
    addEventListener("message", (message) => { home = message; hear(JSON.parse(message.data)); });
    setInterval(() => plays() && tell(), 200);
</script>"""


@pytest.fixture(scope="module")
def charted(
    built_page: Path, prepared_data: PreparedData, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TuttiServer]:
    folder = tmp_path_factory.mktemp("answers")
    hosts = ",".join(HOSTS.values())
    with own_charts(folder, prepared_data.options("embedded"), EMBED_HOSTS=hosts) as server:
        run_code(server, ADD_YOUTUBE)
        yield server


@pytest.fixture
def visitor(browser: Browser, charted: TuttiServer) -> Iterator[Visitor]:
    one = new_visitor(browser, charted.base_url, **DESKTOP)
    for host in HOSTS.values():
        one.context.route(f"https://{host}/**", _answer)
    yield one
    assert one.complaints() == []
    one.context.close()


def _answer(route: Route) -> None:
    route.fulfill(status=200, content_type="text/html", body=PLAYER)


def test_a_track_without_audio_follows_the_room_in_the_player_of_a_service_or_is_silent(
    visitor: Visitor, charted: TuttiServer
):
    with client_of(charted) as http:
        room = new_room(http, order="manual")
        for number in TRACKS.values():
            response = http.post(f"/api/charts/tracks/{bodies.isrc(number)}/library/", json={})
            track_id = response.json()["data"]["id"]
            http.post(f"/api/rooms/{room}/playlist/", json={"track_id": track_id}).raise_for_status()
        page = visitor.open(f"/r/{room}/speaker").page
        status = page.get_by_role("status")
        page.get_by_role("button", name="Start sound").click()

        for service, host in HOSTS.items():
            expect(status).to_contain_text(f"in sync ({service} player)")
            frame = until(page, lambda host=host: _frame(visitor, host))
            player(http, room, action="seek", position_ms=60_000)
            until(page, lambda frame=frame: _deviation(frame, player(http, room)) < 1_500)
            player(http, room, action="settings", volume=30)
            until(page, lambda frame=frame: frame.evaluate("volume") == 30)
            player(http, room, action="pause")
            until(page, lambda frame=frame: not frame.evaluate("plays()"))
            player(http, room, action="resume")
            until(page, lambda frame=frame: frame.evaluate("plays()"))
            assert visitor.violations() == []
            player(http, room, action="skip")

        expect(status).to_contain_text("Silent: the server has no audio for this track")
        expect(page.locator("iframe")).to_have_count(0)
        assert player(http, room)["state"] == "playing"


def _frame(visitor: Visitor, host: str) -> Frame | None:
    return next((frame for frame in visitor.page.frames if host in frame.url), None)


def _deviation(frame: Frame, now: Any) -> float:
    return abs(frame.evaluate("place()") - now["position_ms"])
