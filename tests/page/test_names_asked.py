"""One's name: asked for once, never in the way, and changed at any time."""

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.contract.queues import Queue
from tests.page.queue_page import BACK_MILLISECONDS
from tests.page.visitors import PHONE, Visit


def question(page: Page) -> Locator:
    return page.get_by_role("region", name="What is your name?")


def add_so_what(page: Page) -> None:
    button = page.locator(".library-row", has_text="So What").get_by_role("button")
    button.click()
    expect(button).to_contain_text("1st")
    expect(page.locator(".status-text")).to_have_text("in sync")


def own_name_field(page: Page) -> Locator:
    return page.get_by_label("Your name")


def test_a_first_visit_asks_and_the_answer_stands_at_what_one_adds(visit: Visit, queue: Queue):
    page = visit(f"/r/{queue.room}", is_asked=True).page

    question(page).get_by_label("What is your name?").fill(" Ada ")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Hello, Ada!")).to_be_visible()
    expect(question(page)).to_have_count(0)
    add_so_what(page)
    assert [item["added_by"] for item in queue.items()] == ["Ada"]


def test_whoever_skips_it_is_not_asked_again(visit: Visit, room: str):
    page = visit(f"/r/{room}", is_asked=True, **PHONE).page
    question(page).get_by_role("button", name="Skip").tap()
    expect(question(page)).to_have_count(0)

    page.reload()

    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    expect(question(page)).to_have_count(0)


def test_an_answered_question_is_not_asked_again(visit: Visit, room: str):
    page = visit(f"/r/{room}", is_asked=True).page
    question(page).get_by_label("What is your name?").fill("Bo")
    question(page).get_by_role("button", name="Save").click()
    expect(question(page)).to_have_count(0)

    page.goto(f"{page.url}#room")
    page.reload()

    expect(own_name_field(page)).to_have_value("Bo")
    expect(question(page)).to_have_count(0)


def test_it_stops_nobody(visit: Visit, queue: Queue):
    page = visit(f"/r/{queue.room}", is_asked=True).page
    expect(question(page)).to_be_visible()

    add_so_what(page)

    expect(question(page)).to_be_visible()
    assert [item["added_by"] for item in queue.items()] == ["Anonymous"]


@pytest.mark.parametrize(
    "options", [PHONE, {"color_scheme": "dark"}, {"viewport": {"width": 320, "height": 640}}]
)
def test_it_is_accessible_and_fits(visit: Visit, room: str, options: dict[str, object]):
    visitor = visit(f"/r/{room}", is_asked=True, **options)
    expect(question(visitor.page)).to_be_visible()
    assert visitor.violations() == []
    assert not visitor.scrolls_sideways()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("  ", "A name has at least one letter."),
        ("A\u0007da", "There is a character in it that can't be shown."),
    ],
)
def test_what_is_wrong_with_a_name_is_said_where_it_is_typed(visit: Visit, room: str, name: str, told: str):
    visitor = visit(f"/r/{room}", is_asked=True)
    visitor.expects.add(400)
    field = question(visitor.page).get_by_label("What is your name?")
    field.fill(name)

    question(visitor.page).get_by_role("button", name="Save").click()

    expect(field).to_have_accessible_description(told)
    expect(field).to_be_focused()
    assert visitor.violations() == []


def test_without_an_answer_it_says_so_and_keeps_the_name(visit: Visit, room: str):
    visitor = visit(f"/r/{room}", is_asked=True)
    visitor.loses_network = True
    visitor.page.route("**/api/guests/**", lambda route: route.abort())
    field = question(visitor.page).get_by_label("What is your name?")
    field.fill("Cem")

    field.press("Enter")

    expect(field).to_have_accessible_description("The server does not answer. Try again in a moment.")
    expect(field).to_have_value("Cem")
    visitor.page.unroute("**/api/guests/**")
    field.press("Enter")
    expect(visitor.page.get_by_text("Hello, Cem!")).to_be_visible()


def test_by_keyboard_focus_goes_on_to_what_stood_behind_it(visit: Visit, queue: Queue):
    queue.fill(1)
    visitor = visit(f"/r/{queue.room}", is_asked=True)
    expect(visitor.page.locator(".app-queue")).to_contain_text("1 track")

    question(visitor.page).get_by_role("button", name="Skip").press("Enter")

    expect(question(visitor.page)).to_have_count(0)
    expect(visitor.page.locator(".app-queue :focus")).to_have_count(1)


def test_a_name_is_changed_in_the_room_part(visit: Visit, http: httpx.Client, queue: Queue):
    page = visit(f"/r/{queue.room}#room").page
    own_name_field(page).fill("Ada")
    own_name_field(page).press("Enter")
    expect(page.get_by_text("You are now Ada.")).to_be_visible()

    own_name_field(page).fill("Ada Lovelace")
    own_name_field(page).press("Enter")

    expect(page.get_by_text("You are now Ada Lovelace.")).to_be_visible()
    add_so_what(page)
    assert [item["added_by"] for item in queue.items()] == ["Ada Lovelace"]


def test_whom_the_server_no_longer_knows_is_named_all_the_same(visit: Visit, queue: Queue):
    visitor = visit(f"/r/{queue.room}#room")
    # The one answer that says so.
    visitor.expects.add(404)
    page = visitor.page
    own_name_field(page).fill("Ada")
    own_name_field(page).press("Enter")
    expect(page.get_by_text("You are now Ada.")).to_be_visible()
    visitor.context.clear_cookies()

    own_name_field(page).fill("Bo")
    own_name_field(page).press("Enter")

    expect(page.get_by_text("You are now Bo.")).to_be_visible()
    add_so_what(page)
    assert [item["added_by"] for item in queue.items()] == ["Bo"]


def test_a_name_given_in_another_tab_belongs_to_the_same_guest(visit: Visit, queue: Queue):
    visitor = visit(f"/r/{queue.room}")
    first = visitor.page
    second = visitor.context.new_page()
    second.goto(f"{visitor.base_url}/r/{queue.room}#room")
    expect(own_name_field(second)).to_be_visible()
    add_so_what(first)
    before = visitor.context.request.get(f"{visitor.base_url}/api/guests/me/").json()["guest_id"]

    own_name_field(second).fill("Ada")
    own_name_field(second).press("Enter")

    expect(second.get_by_text("You are now Ada.")).to_be_visible()
    me = visitor.context.request.get(f"{visitor.base_url}/api/guests/me/").json()
    assert me["name"] == "Ada"
    assert me["guest_id"] == before


def test_a_name_that_can_not_be_saved_says_so_and_is_kept_for_another_try(visit: Visit, queue: Queue):
    visitor = visit(f"/r/{queue.room}#room", **PHONE)
    visitor.loses_network = True
    page = visitor.page
    visitor.context.set_offline(True)
    banner = page.locator(".banner")
    expect(banner).to_contain_text("what you change in the queue is sent once the network is back")

    own_name_field(page).fill("Ada")
    own_name_field(page).press("Enter")

    expect(page.get_by_text("It is not saved yet: press Save again")).to_be_visible()
    expect(own_name_field(page)).to_have_value("Ada")
    visitor.context.set_offline(False)
    expect(banner).to_have_count(0, timeout=BACK_MILLISECONDS)
    own_name_field(page).press("Enter")
    expect(page.get_by_text("You are now Ada.")).to_be_visible()
