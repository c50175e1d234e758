"""Who walks through the page, and where they are in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
from playwright.sync_api import Page, expect

from tests.contract.queues import Queue
from tests.page.visitors import Visit, Visitor


@dataclass
class Scene:
    """Who visits what; `look` is what the visitor's window is like."""

    visit: Visit
    http: httpx.Client
    queue: Queue
    look: dict[str, object]
    visitor: Visitor | None = None

    def enter(self, part: str = "queue", **options: object) -> Page:
        self.visitor = self.visit(f"/r/{self.queue.room}#{part}", **self.look, **options)
        self.visitor.loses_network = True
        return self.visitor.page

    def states(self, walk: "Walk") -> Iterator[tuple[str, Visitor]]:
        for state in walk(self):
            assert self.visitor
            yield state, self.visitor

    @property
    def has_touch(self) -> bool:
        return "has_touch" in self.look


Walk = Callable[[Scene], Iterator[str]]


def own_room(page: Page) -> None:
    """As if this browser had made the room, so that it is offered changes."""
    page.evaluate("localStorage.setItem('tutti-rooms-made', location.pathname.split('/')[2])")
    page.reload()


def show(page: Page, part: str) -> None:
    page.evaluate(f"location.hash = '{part}'")
    expect(page.locator(f"#{part}-part")).to_be_visible()
