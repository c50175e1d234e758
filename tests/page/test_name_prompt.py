"""One's name: asked for with the first addition, and changed at any time."""

from playwright.sync_api import Locator, Page, expect

from tests.contract.queues import Queue
from tests.page.queue_page import in_sync
from tests.page.scenes import show
from tests.page.visitors import PHONE, Visit, lose_network


def question(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Add as…")


def add(page: Page, title: str) -> None:
    button = page.locator(".library-row", has_text=title).get_by_role("button")
    button.click()
    expect(button).to_have_attribute("data-state", "placed")
    in_sync(page)


def own_name_field(page: Page) -> Locator:
    return page.get_by_label("Your name")


def test_the_name_entered_at_the_first_addition_is_shown_at_the_track(visit: Visit, queue: Queue):
    """Axe: test_screenshots."""
    visitor = visit(f"/r/{queue.room}#library", is_asked=True, loses_network=True, **PHONE)
    visitor.expects.add(400)
    page = visitor.page
    button = page.locator(".library-row", has_text="So What").get_by_role("button")
    expect(button).to_be_visible()
    expect(question(page)).to_have_count(0)

    # Back takes the wish back.
    button.click()
    field = question(page).get_by_label("What is your name?")
    expect(field).to_be_focused()
    page.go_back()
    expect(question(page)).to_have_count(0)
    expect(button).to_have_attribute("data-state", "free")

    # What is wrong with a name is said where it is typed.
    button.click()
    for name, reported in (
        ("  ", "Enter at least one letter."),
        ("A\u0007da", "It contains an unsupported character."),
    ):
        field.fill(name)
        question(page).get_by_role("button", name="Add", exact=True).click()
        expect(field).to_have_accessible_description(reported)
        expect(field).to_be_focused()
    # Without a response it is kept.
    page.route("**/api/guests/**", lambda route: route.abort())
    field.fill("Cem")
    field.press("Enter")
    expect(field).to_have_accessible_description("Can’t reach the server. Try again in a moment.")
    expect(field).to_have_value("Cem")
    page.unroute("**/api/guests/**")
    field.fill(" Ada ")
    field.press("Enter")
    expect(question(page)).to_have_count(0)
    expect(button).to_have_attribute("data-state", "placed")
    expect(button).to_be_focused()
    in_sync(page)
    add(page, "Billie Jean")
    assert [item["added_by"] for item in queue.items()] == ["Ada", "Ada"]

    # By its tab: of an address that is typed the page corrects the history, which may stop a reload.
    page.get_by_role("button", name="Room", exact=True).click()
    expect(own_name_field(page)).to_have_value("Ada")
    page.reload()
    expect(own_name_field(page)).to_have_value("Ada")


def test_without_a_name_the_track_is_added_and_the_question_is_not_repeated(visit: Visit, queue: Queue):
    visitor = visit(f"/r/{queue.room}", is_asked=True)
    page = visitor.page
    button = page.locator(".library-row", has_text="So What").get_by_role("button")
    button.press("Enter")
    question(page).get_by_role("button", name="Add without a name").press("Enter")
    expect(button).to_have_attribute("data-state", "placed")
    in_sync(page)

    page.reload()

    add(page, "Billie Jean")
    assert [item["added_by"] for item in queue.items()] == ["Anonymous", "Anonymous"]


def test_a_name_can_be_changed_in_any_tab(visit: Visit, queue: Queue):
    visitor = visit(f"/r/{queue.room}#room", loses_network=True, **PHONE)
    page = visitor.page
    # One that can't be saved is kept for another try.
    lose_network(visitor.page)
    banner = page.locator(".banner")
    expect(banner).to_contain_text("your changes will be sent when you’re back online")
    own_name_field(page).fill("Ada")
    own_name_field(page).press("Enter")
    expect(page.get_by_text("so your name isn’t saved. Press Save again")).to_be_visible()
    expect(own_name_field(page)).to_have_value("Ada")
    visitor.context.set_offline(False)
    expect(banner).to_have_count(0)
    own_name_field(page).press("Enter")
    expect(page.get_by_text("Your name is now Ada.")).to_be_visible()

    # A name given in another tab belongs to the same guest.
    me = f"{visitor.base_url}/api/guests/me/"
    before = visitor.context.request.get(me).json()["guest_id"]
    tab = visitor.another_tab().open(f"/r/{queue.room}#room").page
    # Who one is comes a moment later, and with it a field of its own.
    expect(own_name_field(tab)).to_have_value("Ada")
    rename(tab, "Ada Lovelace")
    after = visitor.context.request.get(me).json()
    assert (after["name"], after["guest_id"]) == ("Ada Lovelace", before)
    show(tab, "library")
    add(tab, "So What")

    assert [item["added_by"] for item in queue.items()] == ["Ada Lovelace"]


def rename(page: Page, name: str) -> None:
    own_name_field(page).fill(name)
    own_name_field(page).press("Enter")
    expect(page.get_by_text(f"Your name is now {name}.")).to_be_visible()
