"""Single keys: what each does, and where it does nothing."""

import pytest
from playwright.sync_api import Page, expect

from tests.contract.queues import Queue
from tests.page.visitors import PHONE, Visit


def expect_playing(page: Page, title: str) -> None:
    expect(page.locator(".playing-title")).to_have_text(title)
    expect(page.locator(".status-text")).to_have_text("in sync")


def expect_nothing_plays(page: Page) -> None:
    expect(page.get_by_text("Nothing plays.")).to_be_visible()
    expect(page.locator(".status-text")).to_have_text("in sync")


def expect_that_nothing_was_done(page: Page) -> None:
    """What a key does is shown with the next frame."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.get_by_text("Nothing plays.").is_visible()
    expect(page.locator(".status-text")).to_have_text("in sync")


def titles(queue: Queue) -> list[str]:
    return [item["track"]["title"] for item in queue.items()]


def test_space_plays_and_stops(visit: Visit, queue: Queue):
    queue.fill(2)
    page = visit(f"/r/{queue.room}").page
    expect(page.locator(".app-queue")).to_contain_text("2 tracks")

    page.keyboard.press("Space")
    expect_playing(page, titles(queue)[0])
    assert queue.playing() == queue.ids()[0]

    page.keyboard.press("Space")
    expect_nothing_plays(page)
    assert queue.playing() is None


def test_n_and_p_go_to_the_neighbours(visit: Visit, queue: Queue):
    first, second, _ = queue.fill(3)
    queue.play(first)
    page = visit(f"/r/{queue.room}").page
    expect_playing(page, titles(queue)[0])

    page.keyboard.press("n")
    expect_playing(page, titles(queue)[1])
    assert queue.playing() == second

    page.keyboard.press("p")
    expect_playing(page, titles(queue)[0])
    assert queue.playing() == first


@pytest.mark.parametrize("options", [{}, PHONE])
def test_slash_leads_to_the_search_and_what_is_typed_next_lands_there(
    visit: Visit, room: str, options: dict[str, object]
):
    page = visit(f"/r/{room}", **options).page
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()

    page.keyboard.type("n p 1 ? / ")

    expect(page.get_by_role("searchbox")).to_have_value("n p 1 ? / ")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize(("key", "part"), [("1", "queue"), ("2", "library"), ("3", "history"), ("4", "room")])
def test_digits_lead_to_the_parts(visit: Visit, room: str, key: str, part: str):
    page = visit(f"/r/{room}#{'library' if part == 'queue' else ''}", **PHONE).page

    page.keyboard.press(key)

    expect(page.locator(f"#{part}-part")).to_be_visible()
    expect(page.locator(f"#{part}-part")).to_be_focused()


def test_question_mark_lists_them_and_escape_gives_focus_back(visit: Visit, room: str):
    visitor = visit(f"/r/{room}")
    page = visitor.page
    page.get_by_role("button", name="History").focus()

    page.keyboard.press("?")

    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys).to_contain_text("Play or stop")
    assert visitor.violations() == []
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    expect(page.get_by_role("button", name="History")).to_be_focused()


@pytest.mark.parametrize("options", [PHONE, {"color_scheme": "dark", "locale": "de-DE"}])
def test_the_list_is_opened_from_the_room_part_and_fits(visit: Visit, room: str, options: dict[str, object]):
    visitor = visit(f"/r/{room}#room", **options)
    visitor.page.locator(".rooms-card [aria-haspopup=dialog]").click()

    expect(visitor.page.get_by_role("dialog")).to_be_visible()

    assert visitor.violations() == []
    assert visitor.page.get_by_role("dialog").evaluate("one => one.scrollWidth <= one.clientWidth")


def test_no_key_works_behind_the_open_list(visit: Visit, queue: Queue):
    queue.fill(1)
    page = visit(f"/r/{queue.room}").page
    expect(page.locator(".app-queue")).to_contain_text("1 track")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()

    page.get_by_role("dialog").press("Space")
    page.keyboard.press("/")

    page.keyboard.press("Escape")
    expect_that_nothing_was_done(page)
    expect(page.get_by_role("searchbox")).not_to_be_focused()


def test_they_can_be_switched_off_for_good(visit: Visit, queue: Queue):
    queue.fill(1)
    page = visit(f"/r/{queue.room}").page
    page.keyboard.press("?")
    page.get_by_role("switch", name="Single keys work").uncheck()
    page.keyboard.press("Escape")

    page.reload()
    expect(page.locator(".app-queue")).to_contain_text("1 track")
    for key in ("Space", "/", "?"):
        page.keyboard.press(key)

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("searchbox")).not_to_be_focused()
    expect_that_nothing_was_done(page)


def test_space_on_a_button_presses_that_button_only(visit: Visit, queue: Queue):
    queue.fill(1)
    page = visit(f"/r/{queue.room}").page
    expect(page.locator(".app-queue")).to_contain_text("1 track")

    page.get_by_role("button", name="Room", exact=True).press("Space")

    expect(page.get_by_role("heading", name="Let others in")).to_be_visible()
    expect_that_nothing_was_done(page)


def test_letters_with_a_modifier_are_left_to_the_browser(visit: Visit, queue: Queue):
    first, second, _ = queue.fill(3)
    queue.play(first)
    page = visit(f"/r/{queue.room}").page
    expect_playing(page, titles(queue)[0])

    page.keyboard.press("Alt+n")
    page.keyboard.press("n")

    expect_playing(page, titles(queue)[1])
    assert queue.playing() == second
