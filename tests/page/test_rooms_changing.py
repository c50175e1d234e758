"""Changing and deleting a room: for who made it, told kindly to everybody else."""

import secrets

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.page.visitors import PHONE, Visit, Visitor


def make_room(visitor: Visitor) -> str:
    """Makes a room by the form; its name."""
    name = f"Living room {secrets.token_hex(3)}"
    page = visitor.page
    page.get_by_role("button", name="New room").click()
    page.locator(".rooms-new").get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create the room").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return name


def change_form(page: Page) -> Locator:
    page.get_by_role("button", name="Change").click()
    return page.locator(".rooms-form")


def slug_of(page: Page) -> str:
    return page.url.split("/r/")[1].split("#")[0]


def test_who_made_a_room_changes_its_name_and_order_and_deletes_it_after_a_question(
    visit: Visit, http: httpx.Client
):
    """Axe: test_screenshots."""
    visitor = visit("/#room", **PHONE)
    page = visitor.page
    make_room(visitor)
    slug = slug_of(page)
    form = change_form(page)
    form.get_by_label("Name").fill("Balcony")
    form.get_by_label("By votes").check(force=True)
    form.get_by_role("button", name="Save").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Balcony")
    expect(page.get_by_role("button", name="Change")).to_be_focused()
    room = http.get(f"/api/rooms/{slug}/").json()
    assert (room["name"], room["order"]) == ("Balcony", "votes")

    change_form(page).get_by_role("button", name="Delete the room").tap()
    question = page.get_by_role("dialog", name="Delete Balcony?")
    expect(question).to_be_visible()
    assert http.get(f"/api/rooms/{slug}/").status_code == 200
    question.get_by_role("button", name="Delete the room").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Main room")
    expect(page.get_by_text("Balcony was deleted.")).to_be_visible()
    assert http.get(f"/api/rooms/{slug}/").status_code == 404


def test_anybody_else_is_told_kindly_and_the_main_room_not_offered_for_deletion(
    visit: Visit, http: httpx.Client, room: str
):
    visitor = visit(f"/r/{room}#room")
    visitor.expects.add(403)
    page = visitor.page
    form = change_form(page)
    form.get_by_label("Name").fill("Mine now")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_have_text("Only whoever created the room can change it.")
    assert http.get(f"/api/rooms/{room}/").json()["name"] == "A test's room"
    form.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A test's room")

    page.goto(f"{visitor.base_url}/#room")
    form = change_form(page)
    expect(page.get_by_text("Only staff can change the main room")).to_be_visible()
    expect(form.get_by_role("button", name="Delete the room")).to_have_count(0)
