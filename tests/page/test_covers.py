"""Covers: shown from the hosts that the server names, drawn for all others, of whom nothing is asked."""

import re
import secrets
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.conftest import ReadyMadeData
from tests.contract.conftest import new_room, queue_of
from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.contract.staff import log_in, make_staff
from tests.page.visitors import DESKTOP, Visitor, new_visitor
from tests.processes import TuttiServer

NAMED = "https://covers.example/blue.png"
OTHERS = [
    "https://other.example/blue.png",
    "https://covers.example.evil.example/blue.png",
    "https://covers.example:8443/blue.png",
]
WEB = re.compile("https://")
SIDE = 8
DRAWN = "cover => getComputedStyle(cover).backgroundImage"


def png() -> bytes:
    """A blue square."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x30\x50\xc0" * SIDE) * SIDE
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


class Gallery:
    """A server of the test's own, a room with a track for each cover, and the window of somebody in it."""

    def __init__(self, browser: Browser, server: TuttiServer) -> None:
        self.server = server
        name = f"ada-{secrets.token_hex(3)}"
        make_staff(server, name)
        self._staff = server.client()
        log_in(self._staff, name)
        self.library = Library(self._staff)
        self.queue: Queue = queue_of(self._staff, new_room(self._staff))
        self.visitor: Visitor = new_visitor(browser, server.base_url, **DESKTOP)
        # What the page wanted; what the browser let it have, of that, from the web.
        self.asked: list[str] = []
        self.given: list[str] = []
        self.visitor.page.on("request", lambda request: self.asked.append(request.url))
        # Nobody is out there, but whoever asks gets a picture.
        self.visitor.context.route(WEB, self._answer)

    def add(self, title: str, cover: str | None) -> int:
        track = self.library.add(title, cover_url=cover)
        item: int = self.queue.add(track["id"])["id"]
        return item

    def open(self) -> Page:
        return self.visitor.open(f"/r/{self.queue.room}").page

    def cover_of(self, title: str) -> Locator:
        rows = self.visitor.page.locator(".queue .virtual-row")
        return rows.filter(has=self.visitor.page.get_by_text(title, exact=True)).locator(".cover")

    def foreign(self) -> list[str]:
        return [url for url in self.asked if not url.startswith((self.server.base_url, "data:", "blob:"))]

    def close(self) -> None:
        self.visitor.context.close()
        self._staff.close()

    def _answer(self, route: Route) -> None:
        self.given.append(route.request.url)
        route.fulfill(status=200, content_type="image/png", body=png())


@pytest.fixture(params=["", "covers.example"], ids=["no hosts", "one host"])
def hosts(request: pytest.FixtureRequest) -> str:
    named: str = request.param
    return named


@pytest.fixture
def gallery(
    browser: Browser, built_page: Path, ready_made_data: ReadyMadeData, hosts: str
) -> Iterator[Gallery]:
    options = ready_made_data.options("embedded")
    with TuttiServer(**options, environment={"COVER_HOSTS": hosts}) as server:
        found = Gallery(browser, server)
        yield found
        found.close()


def test_only_a_cover_of_a_named_host_is_shown_and_nobody_else_is_asked(gallery: Gallery, hosts: str):
    queued = [gallery.add("Named", NAMED), gallery.add("None", None)]
    for number, address in enumerate(OTHERS):
        queued.append(gallery.add(f"Other {number}", address))
    gallery.queue.play(queued[0])
    page = gallery.open()
    drawn = ["None", *(f"Other {number}" for number in range(len(OTHERS))), *([] if hosts else ["Named"])]

    if hosts:
        expect(gallery.cover_of("Named")).to_have_js_property("naturalWidth", SIDE)
        expect(page.locator(".playing-panel .cover")).to_have_js_property("naturalWidth", SIDE)
    else:
        expect(page.locator(".playing-panel .cover")).to_have_class("cover cover-drawn")
    for title in drawn:
        expect(gallery.cover_of(title)).to_have_class("cover cover-drawn")
        assert "gradient" in gallery.cover_of(title).evaluate(DRAWN), title

    assert set(gallery.foreign()) == ({NAMED} if hosts else set())
    assert gallery.visitor.complaints() == []


@pytest.mark.parametrize("hosts", ["covers.example"], indirect=True)
def test_the_browser_itself_refuses_the_pictures_of_other_hosts(gallery: Gallery):
    page = gallery.open()

    shown = {
        url: page.evaluate(
            """url => new Promise((done) => {
                const picture = new Image();
                picture.onload = () => done(true);
                picture.onerror = () => done(false);
                picture.src = url;
            })""",
            url,
        )
        for url in [NAMED, *OTHERS]
    }

    assert shown == {NAMED: True, **dict.fromkeys(OTHERS, False)}
    assert gallery.given == [NAMED]


@pytest.mark.parametrize("hosts", ["covers.example"], indirect=True)
def test_a_cover_that_cannot_be_had_is_drawn(gallery: Gallery):
    gallery.add("Named", NAMED)
    gallery.visitor.context.route(NAMED, lambda route: route.fulfill(status=200, body="no picture"))
    gallery.open()

    expect(gallery.cover_of("Named")).to_have_class("cover cover-drawn")
