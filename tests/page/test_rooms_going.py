"""Going from room to room, and making new ones."""

import secrets

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.page.visitors import PHONE, Visit


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def listed_room(http: httpx.Client) -> tuple[str, str]:
    """The name and the slug of a room that everybody sees."""
    name = f"Kitchen {secrets.token_hex(3)}"
    slug: str = http.post("/api/rooms/", json={"name": name, "is_public": True}).json()["slug"]
    return name, slug


def new_room_form(page: Page) -> Locator:
    page.get_by_role("button", name="New room").click()
    return page.locator(".rooms-new")


def test_listed_rooms_are_shown_with_how_much_waits_there(visit: Visit, http: httpx.Client, room: str):
    name, slug = listed_room(http)
    http.post(f"/api/rooms/{slug}/playlist/", json={"track_id": 1})
    visitor = visit(f"/r/{room}#room", **PHONE)

    expect(visitor.page.get_by_role("link", name=name)).to_contain_text("1 track")
    assert visitor.violations() == []


def test_another_room_is_entered_without_loading_the_page_anew(visit: Visit, http: httpx.Client, room: str):
    name, slug = listed_room(http)
    http.post(f"/api/rooms/{slug}/playlist/", json={"track_id": 5})
    page = visit(f"/r/{room}#room", **PHONE).page
    page.evaluate("window.isTheSame = true")

    page.get_by_role("link", name=name).tap()

    expect(heading(page)).to_have_text(name)
    expect(page.locator(".app-queue")).to_contain_text("So What")
    expect(page).to_have_url(f"**/r/{slug}".replace("**", page.url.split("/r/")[0]))
    assert page.evaluate("window.isTheSame")
    assert page.evaluate("document.activeElement.id") == "queue-part"


def test_back_leads_to_the_room_before(visit: Visit, http: httpx.Client, room: str):
    name, _ = listed_room(http)
    page = visit(f"/r/{room}#room").page
    page.get_by_role("link", name=name).click()
    expect(heading(page)).to_have_text(name)

    page.go_back()

    expect(heading(page)).to_have_text("A test's room")
    expect(page.get_by_role("link", name="A test's room")).to_have_count(0)  # it is not listed
    page.go_forward()
    expect(heading(page)).to_have_text(name)


def test_a_new_room_is_made_and_entered(visit: Visit, http: httpx.Client, room: str):
    name = f"Café {secrets.token_hex(3)}"
    visitor = visit(f"/r/{room}#room", **PHONE)
    page = visitor.page
    form = new_room_form(page)
    expect(form.get_by_label("Name")).to_be_focused()

    form.get_by_label("Name").fill(f"  {name} ")
    expect(form.get_by_label("Address")).to_have_attribute(
        "placeholder", name.lower().replace(" ", "-").replace("é", "e")
    )
    form.get_by_label("By votes").check(force=True)
    form.get_by_role("switch", name="Listed").uncheck()
    assert visitor.violations() == []
    form.get_by_role("button", name="Create the room").tap()

    expect(heading(page)).to_have_text(name)
    made = http.get(f"/api/rooms/{page.url.split('/r/')[1].split('#')[0]}/").json()
    assert (made["name"], made["order"], made["is_public"]) == (name, "votes", False)


def test_a_room_that_is_not_listed_is_still_found_by_who_made_it(visit: Visit, room: str):
    name = f"Hidden {secrets.token_hex(3)}"
    page = visit(f"/r/{room}#room").page
    form = new_room_form(page)
    form.get_by_label("Name").fill(name)
    form.get_by_role("switch", name="Listed").uncheck()
    form.get_by_role("button", name="Create the room").click()
    expect(heading(page)).to_have_text(name)

    page.goto(page.url.split("/r/")[0] + "/#room")

    expect(page.get_by_role("link", name=name)).to_contain_text("not listed")
    page.get_by_role("link", name=name).click()
    expect(heading(page)).to_have_text(name)


@pytest.mark.parametrize(
    ("name", "slug", "field", "told"),
    [
        ("", "", "Name", "This can't be left empty."),
        ("Another", "main", "Address", "There is a room of that address already."),
        ("Another", "küche", "Address", "Only a–z, 0–9 and -."),
    ],
)
def test_what_is_wrong_with_a_new_room_stands_at_its_field(
    visit: Visit, room: str, name: str, slug: str, field: str, told: str
):
    visitor = visit(f"/r/{room}#room", **PHONE)
    visitor.expects |= {400, 409}
    form = new_room_form(visitor.page)
    form.get_by_label("Name").fill(name)
    form.get_by_label("Address").fill(slug)

    form.get_by_role("button", name="Create the room").tap()

    wrong = form.get_by_label(field)
    expect(wrong).to_have_accessible_description(told)
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_be_focused()
    assert visitor.violations() == []


def test_without_an_answer_the_form_keeps_what_was_filled_in(visit: Visit, room: str):
    visitor = visit(f"/r/{room}#room")
    visitor.loses_network = True
    visitor.page.route("**/api/rooms/", lambda route: route.abort())
    form = new_room_form(visitor.page)
    form.get_by_label("Name").fill("Patience")

    form.get_by_role("button", name="Create the room").click()

    expect(form.get_by_role("alert")).to_have_text("The server does not answer. Try again in a moment.")
    expect(form.get_by_label("Name")).to_have_value("Patience")


def test_a_room_whose_answer_was_lost_is_not_made_twice(visit: Visit, http: httpx.Client, room: str):
    name = f"Once {secrets.token_hex(3)}"
    visitor = visit(f"/r/{room}#room")
    visitor.loses_network = True
    page = visitor.page
    form = new_room_form(page)
    form.get_by_label("Name").fill(name)
    page.route("**/api/rooms/", lose_answer, times=1)
    form.get_by_role("button", name="Create the room").click()
    expect(form.get_by_role("alert")).to_contain_text("The server does not answer.")

    form.get_by_role("button", name="Create the room").click()

    expect(heading(page)).to_have_text(name)
    assert [one["name"] for one in http.get("/api/rooms/").json()].count(name) == 1


def lose_answer(route: Route) -> None:
    """The server hears it and does it."""
    assert route.fetch().status == 201
    route.abort()


@pytest.mark.parametrize("path", ["/r", "/r/", "/r/BAD_slug!", "/r/a/b"])
def test_an_address_that_is_no_rooms_says_so_and_leads_to_the_main_room(visit: Visit, path: str):
    visitor = visit("/", **PHONE)
    visitor.expects.add(404)
    visitor.page.goto(visitor.base_url + path)
    expect(visitor.page.locator(".banner")).to_contain_text("There is no such room")
    expect(heading(visitor.page)).to_have_text("Tutti")
    assert visitor.violations() == []

    visitor.page.get_by_role("link", name="Go to the main room").tap()

    expect(visitor.page.locator(".status-text")).to_have_text("in sync")
    assert visitor.page.url == f"{visitor.base_url}/"


def test_capitals_lead_to_the_room(visit: Visit, room: str):
    page = visit(f"/r/{room.capitalize()}").page

    expect(heading(page)).to_have_text("A test's room")
    assert page.url.endswith(f"/r/{room}")
