"""Covers: shown from the hosts that the server names, drawn for all others, of whom nothing is asked."""

import re
from base64 import b64decode
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect

from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.page.visitors import Visitor, new_visitor
from tests.processes import TuttiServer

NAMED = "https://covers.example/blue.png"
# Of a named host, but no picture.
BROKEN = "https://covers.example/broken.png"
OTHERS = [
    "https://other.example/blue.png",
    "https://covers.example.evil.example/blue.png",
    "https://covers.example:8443/blue.png",
]
WEB = re.compile("https://")
SIDE = 8
# A blue square of this side.
PICTURE = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGMwCDiAFTEMLQkAHplQAYAF3k0AAAAASUVORK5CYII="
)
SHOW = """url => new Promise((done) => {
    const picture = new Image();
    picture.onload = () => done(true);
    picture.onerror = () => done(false);
    picture.src = url;
})"""
DRAWN = "cover => getComputedStyle(cover).backgroundImage"


class Web:
    """What a window wants of other hosts than its server."""

    def __init__(self, visitor: Visitor) -> None:
        self._own = (visitor.base_url, "data:", "blob:")
        self.asked: list[str] = []
        visitor.page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if not request.url.startswith(self._own):
            self.asked.append(request.url)


class Gallery:
    """A room with a track for each cover, and a window that shows it."""

    def __init__(self, browser: Browser, server: TuttiServer, queue: Queue, library: Library) -> None:
        self.queue, self.library = queue, library
        self.visitor: Visitor = new_visitor(browser, server.base_url)
        self.web = Web(self.visitor)
        # What the browser let the page have from there.
        self.given: list[str] = []
        # No other machine is reached, but each request gets a picture.
        self.visitor.context.route(WEB, self._answer)

    def add(self, title: str, cover: str | None) -> int:
        track = self.library.add(title, cover_url=cover)
        item: int = self.queue.add(track["id"])["id"]
        return item

    def open(self) -> Page:
        return self.visitor.open(f"/r/{self.queue.room}").page

    def cover_of(self, title: str) -> Locator:
        rows = self.visitor.page.locator(".queue-row")
        return rows.filter(has=self.visitor.page.get_by_text(title, exact=True)).locator(".cover")

    def _answer(self, route: Route) -> None:
        self.given.append(route.request.url)
        body = b"no picture" if route.request.url == BROKEN else PICTURE
        route.fulfill(status=200, content_type="image/png", body=body)


@pytest.fixture
def gallery(browser: Browser, site: TuttiServer, queue: Queue, library: Library) -> Iterator[Gallery]:
    found = Gallery(browser, site, queue, library)
    yield found
    found.visitor.context.close()


def test_only_covers_of_named_hosts_are_requested_and_shown(gallery: Gallery):
    first = gallery.add("Named", NAMED)
    gallery.add("Broken", BROKEN)
    gallery.add("None", None)
    drawn = ["Broken", "None"]
    for number, address in enumerate(OTHERS):
        gallery.add(f"Other {number}", address)
        drawn.append(f"Other {number}")
    gallery.queue.play(first)
    page = gallery.open()

    expect(gallery.cover_of("Named")).to_have_js_property("naturalWidth", SIDE)
    expect(page.locator(".playing-panel .cover")).to_have_js_property("naturalWidth", SIDE)
    for title in drawn:
        expect(gallery.cover_of(title)).to_have_class("cover cover-drawn")
        assert "gradient" in gallery.cover_of(title).evaluate(DRAWN), title
    assert set(gallery.web.asked) == {NAMED, BROKEN}
    assert gallery.visitor.complaints() == []

    # The browser itself blocks pictures of other hosts.
    gallery.given.clear()
    shown = {url: page.evaluate(SHOW, url) for url in [f"{NAMED}?again", *OTHERS]}
    assert shown == {f"{NAMED}?again": True, **dict.fromkeys(OTHERS, False)}
    assert gallery.given == [f"{NAMED}?again"]
