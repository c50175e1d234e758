"""Screen frames dropped while a row is dragged in a long queue that other users change."""

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

from playwright.sync_api import Browser, Page

from bench.page.device_emulation import slow_phone
from bench.room import Room
from tests.page.queue_page import centre
from tests.processes import TuttiServer

LONG_QUEUE = 1000
EVENTS_PER_SECOND = 20
# After a longer frame time, a screen at 60 Hz has missed a frame.
LATE_FRAME_MILLISECONDS = 1.5 * 1000 / 60
NOTE_FRAMES = """
    window.frames = [];
    let last = performance.now();
    const note = now => {
        window.frames.push(now - last);
        last = now;
        if (window.noting) requestAnimationFrame(note);
    };
    window.noting = true;
    requestAnimationFrame(now => { last = now; requestAnimationFrame(note); });
"""


@dataclass
class Dragging:
    """Milliseconds between frames: without events, and during a drag with `events_per_second`."""

    quiet: list[float]
    dragging: list[float]
    events_per_second: float


def frames_while_dragging(browser: Browser, server: TuttiServer, room: Room, *, seconds: float) -> Dragging:
    """On the slow phone."""
    with slow_phone(browser) as (page, _):
        page.goto(f"{server.base_url}/r/{room.slug}")
        page.locator(f'[aria-setsize="{LONG_QUEUE}"]').first.wait_for(timeout=60_000)
        quiet = frames_during(page, lambda: page.wait_for_timeout(seconds * 1000))
        with Traffic(room) as traffic:
            dragged = frames_during(page, lambda: drag_about(page, seconds))
    return Dragging(quiet, dragged, traffic.events_per_second)


def frames_during(page: Page, doing: Callable[[], None]) -> list[float]:
    page.evaluate(NOTE_FRAMES)
    doing()
    page.evaluate("window.noting = false")
    frames: list[float] = page.evaluate("window.frames")
    return frames


def drag_about(page: Page, seconds: float) -> None:
    """Drags the third row by its handle up and down, then drops it."""
    x, y = centre(page.locator(".queue-handle").nth(2))
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(int(seconds * 30)):
        page.mouse.move(x, y + 150 + 150 * math.sin(step / 10))
        page.wait_for_timeout(1000 / 30)
    page.mouse.up()
    page.evaluate("new Promise(requestAnimationFrame)")


class Traffic:
    """Changes by another user at a constant rate, while entered."""

    def __init__(self, room: Room) -> None:
        self._actions = room.endless_events()
        self._is_over = threading.Event()
        self._acting = ThreadPoolExecutor(1)
        self._acted: Future[None] | None = None
        self._count = 0
        self._begin = self._end = 0.0

    @property
    def events_per_second(self) -> float:
        return round(self._count / (self._end - self._begin), 1)

    def __enter__(self) -> Self:
        self._begin = time.monotonic()
        self._acted = self._acting.submit(self._act)
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._acting.shutdown()
        self._end = time.monotonic()
        if self._acted is not None:
            self._acted.result()

    def _act(self) -> None:
        """Scheduled by the clock, so that a request's duration does not delay the next one."""
        while not self._is_over.wait(self._begin + self._count / EVENTS_PER_SECOND - time.monotonic()):
            next(self._actions)
            self._count += 1


def late(frames: list[float]) -> float:
    """The missed part of the frames that a screen at 60 Hz would have shown."""
    missed = sum(round(frame * 60 / 1000) - 1 for frame in frames if frame > LATE_FRAME_MILLISECONDS)
    return round(missed / (len(frames) + missed), 4)
