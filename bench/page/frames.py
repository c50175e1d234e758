"""Frames that are dropped while a row is dragged about in a long queue and others keep voting."""

import math
import threading
from collections.abc import Callable

from playwright.sync_api import Browser, Page

from bench.page.phone import slow_phone
from bench.room import Room
from tests.page.queue_page import centre
from tests.processes import TuttiServer

LONG_QUEUE = 1000
EVENTS_PER_SECOND = 20
# A frame that took longer than this was not the next one of a screen at 60 Hz.
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


def frames_while_dragging(
    browser: Browser, server: TuttiServer, room: Room, *, seconds: float
) -> dict[str, list[float]]:
    """Milliseconds between frames on the slow phone: with nothing going on, and in a drag as events come."""
    with slow_phone(browser) as (page, _):
        page.goto(f"{server.base_url}/r/{room.slug}")
        page.locator(f'[aria-setsize="{LONG_QUEUE}"]').first.wait_for(timeout=60_000)
        quiet = frames_during(page, lambda: page.wait_for_timeout(seconds * 1000))
        with Traffic(room):
            dragged = frames_during(page, lambda: drag_about(page, seconds))
    return {"quiet": quiet, "dragging": dragged}


def frames_during(page: Page, doing: Callable[[], None]) -> list[float]:
    page.evaluate(NOTE_FRAMES)
    doing()
    page.evaluate("window.noting = false")
    frames: list[float] = page.evaluate("window.frames")
    return frames


def drag_about(page: Page, seconds: float) -> None:
    """Takes the third row by its handle and moves it up and down without letting go, then puts it back."""
    x, y = centre(page.locator(".queue-handle").nth(2))
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(int(seconds * 30)):
        page.mouse.move(x, y + 150 + 150 * math.sin(step / 10))
        page.wait_for_timeout(1000 / 30)
    page.keyboard.press("Escape")
    page.mouse.up()


class Traffic:
    """Somebody else's votes, at an even pace, while it is entered."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._vote)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _vote(self) -> None:
        votes = self._room.endless_votes()
        while not self._is_over.wait(1 / EVENTS_PER_SECOND):
            next(votes)


def late(frames: list[float]) -> float:
    """How many of the frames that a screen at 60 Hz would have shown were missed, as a part of all."""
    missed = sum(round(frame * 60 / 1000) - 1 for frame in frames if frame > LATE_FRAME_MILLISECONDS)
    return round(missed / (len(frames) + missed), 4)
