"""Undo brings a removed track back: to its own room, each of several, and with focus on it."""

import pytest
from playwright.sync_api import Page, expect

from tests.contract.conftest import new_room, queue_of
from tests.contract.queues import Queue
from tests.page.queue_page import QueuePage, centre, in_sync, titles_of
from tests.page.visitors import PHONE, Visit

MORE_THAN_SHOWN_MILLISECONDS = 9_000


@pytest.fixture
def page(visit: Visit, queue: Queue) -> QueuePage:
    queue.fill(5)
    return QueuePage(visit(f"/r/{queue.room}"))


def remove(page: QueuePage, title: str) -> None:
    page.row(title).focus()
    page.page.keyboard.press("Delete")
    expect(page.row(title)).to_have_count(0)


def undo(page: QueuePage, title: str) -> None:
    page.toast.filter(has_text=f"Removed {title}.").get_by_role("button", name="Undo").click()


def go_to(page: Page, path: str) -> None:
    """Without reloading the page, as a link of the list of rooms does."""
    page.evaluate(
        "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path
    )


def test_undo_restores_the_track_in_its_original_room(page: QueuePage, queue: Queue):
    titles = page.titles()
    garden = queue_of(queue.http, new_room(queue.http, name="Garden", is_public=False))
    garden.fill(1)
    remove(page, titles[1])
    in_sync(page.page)
    go_to(page.page, f"/r/{garden.room}")
    page.shows(titles_of(garden))
    in_sync(page.page)

    with page.page.expect_response(lambda response: response.url.endswith("/restore/")) as restored:
        undo(page, titles[1])

    assert restored.value.ok
    assert titles_of(queue) == titles
    assert titles_of(garden) == page.titles()

    # So does an addition that was never sent.
    go_to(page.page, f"/r/{queue.room}")
    page.shows(titles)
    in_sync(page.page)
    page.visitor.loses_network = True
    garden = queue_of(queue.http, new_room(queue.http, name="Shed", is_public=False))
    page.visitor.context.set_offline(True)
    page.page.locator(".library").get_by_role("button", name="Add ").last.click()
    expect(page.rows).to_have_count(6)
    new = page.titles()[5]
    remove(page, new)
    go_to(page.page, f"/r/{garden.room}")
    expect(page.rows).to_have_count(0)
    undo(page, new)
    page.visitor.context.set_offline(False)
    in_sync(page.page)

    go_to(page.page, f"/r/{queue.room}")

    page.shows([*titles, new])
    in_sync(page.page)
    assert titles_of(queue) == [*titles, new]
    # Nor does it get a name that was not given.
    assert queue.items()[5]["added_by"] == "Anonymous"
    assert garden.items() == []


def test_each_removal_is_undone_separately_at_its_old_position(visit: Visit, queue: Queue):
    queue.fill(5)
    page = QueuePage(visit(f"/r/{queue.room}", changes_context=True, **PHONE))
    titles = page.titles()
    # Focus goes to the track that is back.
    for place in (0, 2, 4):
        remove(page, titles[place])
        page.toast.get_by_role("button", name="Undo").focus()
        page.page.keyboard.press("Enter")
        expect(page.row(titles[place])).to_be_focused()
        expect(page.row(titles[place])).to_be_in_viewport()
        expect(page.toast).to_have_count(0)

    for title in titles:
        remove(page, title)
    expect(page.toast).to_have_count(3)

    places = set()
    for title in reversed(titles):
        expect(page.toast.last).to_contain_text(f"Removed {title}.")
        places.add(centre(page.toast.last.get_by_role("button", name="Undo"))[0])
        page.toast.last.get_by_role("button", name="Undo").tap()
    assert len(places) == 1

    page.shows(titles)
    expect(page.toast).to_have_count(0)
    in_sync(page.page)
    assert titles_of(queue) == titles

    # An offer that focus is on waits for as long as it takes.
    page.page.clock.install()
    remove(page, titles[0])
    remove(page, titles[1])
    reached, other = (page.toast.filter(has_text=f"Removed {title}.") for title in titles[:2])
    reached.get_by_role("button", name="Undo").focus()

    page.page.clock.fast_forward(MORE_THAN_SHOWN_MILLISECONDS)
    expect(other).to_have_count(0)
    expect(reached.get_by_role("button", name="Undo")).to_be_focused()

    page.page.clock.fast_forward(MORE_THAN_SHOWN_MILLISECONDS)
    expect(reached).to_have_count(1)
    page.row(titles[2]).focus()
    page.page.clock.fast_forward(MORE_THAN_SHOWN_MILLISECONDS)
    expect(reached).to_have_count(0)
