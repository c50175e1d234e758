"""How far the playing track has come is told by the server's clock, whatever the browser's own one says."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.contract.queues import Queue
from tests.page.visitors import DESKTOP, PHONE, Visitor, new_visitor
from tests.processes import TuttiServer

# Less than the track is long: by such a clock it would stand neither at its end nor in its first minute.
MINUTES_OFF = [-3, 3]
# Before all that the page does, so that it has never seen another time.
SHIFT_CLOCK = """(() => {
    const Real = Date, shift = MINUTES * 60_000;
    globalThis.Date = class extends Real {
        constructor(...given) { given.length ? super(...given) : super(Real.now() + shift); }
        static now() { return Real.now() + shift; }
    };
})()"""
SHARE = "line => Number(getComputedStyle(line).getPropertyValue('--share'))"
FIRST_MINUTE = re.compile(r"^0:(0[1-9]|[1-5]\d) of 5:55$")
SECONDS = 355


@pytest.fixture
def playing(queue: Queue, http: httpx.Client) -> Queue:
    [track, *_] = http.get("/api/tracks/", params={"search": "Bohemian Rhapsody"}).json()
    assert track["duration_seconds"] == SECONDS
    queue.play(queue.add(track["id"])["id"])
    return queue


class Windows:
    """Of people whose clocks are off."""

    def __init__(self, browser: Browser, server: TuttiServer) -> None:
        self._browser = browser
        self._server = server
        self._visitors: list[Visitor] = []

    def open(self, path: str, minutes: int, **options: Any) -> Visitor:
        visitor = new_visitor(self._browser, self._server.base_url, **options)
        visitor.context.add_init_script(SHIFT_CLOCK.replace("MINUTES", str(minutes)))
        self._visitors.append(visitor)
        return visitor.open(path)

    def close(self) -> None:
        for visitor in self._visitors:
            visitor.context.close()


@pytest.fixture
def windows(browser: Browser, site: TuttiServer) -> Iterator[Windows]:
    opened = Windows(browser, site)
    yield opened
    opened.close()


@pytest.mark.parametrize("minutes", MINUTES_OFF)
def test_the_time_beside_the_track_is_right_though_the_clock_is_not(
    windows: Windows, playing: Queue, minutes: int
):
    page = windows.open(f"/r/{playing.room}", minutes, **DESKTOP).page

    expect(page.locator(".playing-panel .numbers")).to_have_text(FIRST_MINUTE)


@pytest.mark.parametrize("minutes", MINUTES_OFF)
def test_the_line_of_the_bar_is_as_long_as_the_track_has_played(
    windows: Windows, playing: Queue, minutes: int
):
    page = windows.open(f"/r/{playing.room}", minutes, **PHONE).page
    line = page.locator(".playing-bar .playing-edge").element_handle()

    page.wait_for_function(f"line => {{ const share = ({SHARE})(line); return share > 0; }}", arg=line)
    page.wait_for_function(f"line => ({SHARE})(line) < {60 / SECONDS}", arg=line)
