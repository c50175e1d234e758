"""What the heads tell has its place in the narrowest window and the longer words."""

from playwright.sync_api import Locator, expect

from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage
from tests.page.visitors import NARROW, Visit

IS_CUT = "element => element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight"


def box_of(thing: Locator) -> dict[str, float]:
    box = thing.bounding_box()
    assert box, "it is not drawn"
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def test_what_is_told_in_the_heads_can_be_read_beside_the_button_that_adds(
    visit: Visit, library: Library, queue: Queue
):
    queue.add(library.add("Endless", duration_seconds=11 * 3600)["id"])
    queue.fill(2)
    page = QueuePage(visit(f"/r/{queue.room}", loses_network=True, locale="de-DE", **NARROW))
    about, button = (box_of(page.page.locator(css)) for css in (".queue-about", ".queue-find"))
    assert about["x"] + about["width"] <= button["x"]
    assert abs(about["y"] + about["height"] / 2 - button["y"] - button["height"] / 2) < 1
    assert not page.page.locator(".queue-head h2").evaluate(IS_CUT)

    state = page.page.locator(".status-text")
    page.visitor.context.set_offline(True)
    for row in range(2):
        page.rows.nth(row).locator(".queue-vote[data-way=up]").tap()
    expect(state).to_have_text("ohne Netz, 2 Änderungen warten")
    assert not state.evaluate(IS_CUT)
    assert not page.visitor.scrolls_sideways()
