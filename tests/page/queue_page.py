"""The queue as it is shown in a window: its rows, and the hands that reach for them."""

from typing import Any, Self

from playwright.sync_api import Locator, Page, expect

from tests.contract.queues import Queue
from tests.page.visitors import Visitor

# In page order, which is the order of the list; the one that is carried included.
TITLES = "rows => rows.map(row => row.querySelector('.queue-title').textContent)"
STEPS = 8


class QueuePage:
    """One person's view of the queue."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Page = visitor.page
        self.list = self.page.locator(".queue .virtual-list")
        self.rows = self.page.locator(".queue .virtual-row")
        self.playing = self.page.locator(".queue-now")
        self.held = self.page.locator(".queue .virtual-row[data-held]")
        self.line = self.page.locator(".queue-line")
        self.menu = self.page.get_by_role("menu")
        self.said = self.page.locator(".queue-list > [role=status]")
        self.toast = self.page.locator(".toast")
        self._moves = 0
        self.page.on("request", self._count)

    def row(self, title: str) -> Locator:
        return self.rows.filter(has=self.page.get_by_text(title, exact=True))

    def handle(self, title: str) -> Locator:
        return self.row(title).get_by_role("button", name=f"Move {title}")

    def titles(self) -> list[str]:
        found: list[str] = self.rows.evaluate_all(TITLES)
        return found

    def shows(self, titles: list[str]) -> None:
        """Waits until the queue is these, in this order."""
        expect(self.rows.locator(".queue-title")).to_have_text(titles)

    def top_of(self, title: str) -> float:
        box = self.row(title).bounding_box()
        assert box, f"{title} is not drawn"
        return box["y"]

    def scrolled(self) -> float:
        found: float = self.list.evaluate("list => list.scrollTop")
        return found

    def scroll_to(self, pixels: int) -> None:
        self.list.evaluate("(list, pixels) => { list.scrollTop = pixels; }", pixels)
        still(self.page)

    @property
    def moves_sent(self) -> int:
        return self._moves

    def focused_title(self) -> str | None:
        """Of the row that focus is in."""
        found: str | None = self.visitor.focused(
            "element => element.closest('.virtual-row')?.querySelector('.queue-title').textContent ?? null"
        )
        return found

    def _count(self, request: Any) -> None:
        self._moves += request.method == "PATCH"


def still(page: Page) -> None:
    """Two frames later, when what was begun has been drawn."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def centre(locator: Locator) -> tuple[float, float]:
    """Its position once it no longer moves."""
    locator.element_handle().wait_for_element_state("stable")
    box = locator.bounding_box()
    assert box, "it is not drawn"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


class Hand:
    """A mouse that carries things."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._x = 0.0

    def grip(self, thing: Locator) -> Self:
        self._x, y = centre(thing)
        self._page.mouse.move(self._x, y)
        self._page.mouse.down()
        return self

    def carry_to(self, y: float) -> Self:
        self._page.mouse.move(self._x, y, steps=STEPS)
        still(self._page)
        return self

    def carry_over(self, row: Locator) -> Self:
        return self.carry_to(centre(row)[1])

    def let_go(self) -> None:
        self._page.mouse.up()


class Finger:
    """One finger on a touch screen."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session = page.context.new_cdp_session(page)
        self._place = (0.0, 0.0)

    def put_on(self, thing: Locator) -> Self:
        self._place = centre(thing)
        self._send("touchStart", self._place)
        return self

    def move_by(self, x: float, y: float) -> Self:
        """In small steps, as fingers do."""
        start_x, start_y = self._place
        for step in range(1, STEPS + 1):
            self._place = (start_x + x * step / STEPS, start_y + y * step / STEPS)
            self._send("touchMove", self._place)
        still(self._page)
        return self

    def lift(self) -> None:
        self._send("touchEnd")

    def lose(self) -> None:
        """Something else of the device takes it."""
        self._send("touchCancel")

    def _send(self, kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in places]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def titles_of(queue: Queue) -> list[str]:
    return [item["track"]["title"] for item in queue.items()]


def in_sync(page: Page) -> None:
    """Waits until all that was done is done, however long the line was lost."""
    expect(page.locator(".status-text")).to_have_text("in sync")


def wait_for_moves(page: QueuePage, count: int) -> None:
    """Until the server has answered all that was done, and it was so many moves."""
    expect(page.page.locator(".status-text")).to_have_text("in sync")
    assert page.moves_sent == count
