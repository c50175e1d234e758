"""Pictures of every state, for people to look at; they go into an ignored folder, `tests/page/looks`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage, still
from tests.page.visitors import DESKTOP, PHONE, Visit

LOOKS = Path(__file__).parent / "looks"
SIZES: dict[str, dict[str, Any]] = {"phone": PHONE, "desktop": DESKTOP}


def offline(page: Page) -> None:
    page.context.set_offline(True)
    expect(page.locator(".banner")).to_be_visible()
    page.get_by_role("button", name="Vote up").first.click()


def menu(page: Page) -> None:
    page.get_by_role("button", name="More for").first.click()
    expect(page.get_by_role("menu")).to_be_visible()


def grabbed(page: Page) -> None:
    page.locator(".queue .virtual-row").nth(1).focus()
    page.keyboard.press(" ")
    page.keyboard.press("ArrowDown")


def part(name: str) -> Callable[[Page], None]:
    def show(page: Page) -> None:
        page.evaluate(f"location.hash = '{name}'")
        expect(page.locator(f"#{name}-part")).to_be_visible()

    return show


def help_shown(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


STATES: dict[str, Callable[[Page], None] | None] = {
    "queue": None,
    "offline": offline,
    "menu": menu,
    "grabbed": grabbed,
    "library": part("library"),
    "history": part("history"),
    "room": part("room"),
    "keys": help_shown,
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("state", STATES)
def test_every_state_is_accessible_and_does_not_scroll_sideways(
    visit: Visit, queue: Queue, state: str, size: str, scheme: str
):
    items = queue.fill(8)
    queue.play(items[0])
    queue.vote(items[1], 1)
    visitor = visit(f"/r/{queue.room}", color_scheme=scheme, **SIZES[size])
    visitor.loses_network = True
    page = QueuePage(visitor).page

    if enter := STATES[state]:
        enter(page)
    still(page)

    LOOKS.mkdir(exist_ok=True)
    page.screenshot(path=LOOKS / f"{state}-{size}-{scheme}.png")
    assert visitor.violations() == []
    assert not visitor.scrolls_sideways()
