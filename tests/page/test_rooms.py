"""Going from room to room, making, changing and deleting them. Axe: test_screenshots."""

import secrets

import httpx
from playwright.sync_api import Locator, Page, Route, expect

from tests.hosts import asked_for_room
from tests.page.account_page import AccountPage
from tests.page.queue_page import in_sync
from tests.page.visitors import PHONE, Visit


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def change_form(page: Page) -> Locator:
    page.get_by_role("button", name="Change").click()
    return page.locator(".rooms-form")


def new_room_form(page: Page) -> Locator:
    page.get_by_role("button", name="New room").click()
    return page.locator(".rooms-new")


def test_rooms_are_entered_without_reloading_created_changed_and_deleted(
    visit: Visit, http: httpx.Client, room: str
):
    name = f"Kitchen {'of Ada and Bo ' * 3}{secrets.token_hex(3)}"
    slug = asked_for_room(http, name=name, is_public=True).json()["slug"]
    http.post(f"/api/rooms/{slug}/playlist/", json={"track_id": 5})
    visitor = visit(f"/r/{room}#room", **PHONE)
    page = visitor.page
    page.evaluate("window.isTheSame = true")
    expect(page.get_by_role("link", name=name)).to_contain_text("1 track")

    page.get_by_role("link", name=name).tap()

    expect(heading(page)).to_have_text(name)
    expect(page.locator(".app-queue")).to_contain_text("So What")
    expect(page).to_have_url(f"{visitor.base_url}/r/{slug}")
    assert page.evaluate("document.activeElement.id") == "queue-part"

    page.go_back()
    expect(heading(page)).to_have_text("A test's room")
    expect(page.locator(f".rooms a[href$='/r/{slug}']")).to_be_visible()
    expect(page.locator(f".rooms a[href$='/r/{room}']")).to_have_count(0)  # it is not listed
    page.go_forward()
    expect(heading(page)).to_have_text(name)
    assert page.evaluate("window.isTheSame")

    # A new one is made, entered and found again though it is not listed.
    name = f"Café {secrets.token_hex(3)}"
    page.evaluate("location.hash = 'room'")
    form = new_room_form(page)
    expect(form.get_by_label("Name")).to_be_focused()

    form.get_by_label("Name").fill(f"  {name} ")
    expect(form.get_by_label("Address")).to_have_attribute(
        "placeholder", name.lower().replace(" ", "-").replace("é", "e")
    )
    form.get_by_label("By votes").check(force=True)
    form.get_by_role("switch", name="Listed").uncheck()
    form.get_by_role("button", name="Create room").tap()

    expect(heading(page)).to_have_text(name)
    slug = page.url.split("/r/")[1].split("#")[0]
    made = http.get(f"/api/rooms/{slug}/").json()
    assert (made["name"], made["order"], made["is_public"]) == (name, "votes", False)

    page.goto(f"{visitor.base_url}/#room")
    expect(page.get_by_role("link", name=name)).to_contain_text("unlisted")
    page.get_by_role("link", name=name).click()
    expect(heading(page)).to_have_text(name)

    # Who made it changes its name and order, and deletes it after a question.
    page.evaluate("location.hash = 'room'")
    form = change_form(page)
    form.get_by_label("Name").fill("Balcony")
    form.get_by_label("Manual").check(force=True)
    form.get_by_role("button", name="Save").tap()
    expect(heading(page)).to_have_text("Balcony")
    expect(page.get_by_role("button", name="Change")).to_be_focused()
    changed = http.get(f"/api/rooms/{slug}/").json()
    assert (changed["name"], changed["order"]) == ("Balcony", "manual")
    change_form(page).get_by_role("button", name="Delete room").tap()
    question = page.get_by_role("dialog", name="Delete Balcony?")
    expect(question).to_be_visible()
    assert http.get(f"/api/rooms/{slug}/").status_code == 200
    question.get_by_role("button", name="Delete room").tap()
    expect(heading(page)).to_have_text("Main room")
    expect(page.get_by_text("Deleted Balcony.")).to_be_visible()
    assert http.get(f"/api/rooms/{slug}/").status_code == 404

    # Long names of other rooms fit where there is none.
    visitor.expects.add(404)
    page.goto(f"{visitor.base_url}/r/no-such-room")
    expect(page.locator(".rooms-none li", has_text="Kitchen of Ada").first).to_be_visible()
    assert page.locator(".rooms-none").evaluate("one => one.scrollWidth <= one.clientWidth")


def test_errors_of_a_new_room_are_shown_at_their_fields_and_no_room_is_created_twice(
    visit: Visit, http: httpx.Client, room: str
):
    visitor = visit(f"/r/{room}#room", loses_network=True, **PHONE)
    visitor.expects |= {400, 409}
    page = visitor.page
    form = new_room_form(page)
    create = form.get_by_role("button", name="Create room")
    form.get_by_text("More", exact=True).tap()
    for name, slug, field, reported in (
        ("", "", "Name", "Required."),
        ("Another", "main", "Address", "That address is already taken."),
        ("Another", "küche", "Address", "Use only a–z, 0–9, and hyphens."),
    ):
        form.get_by_label("Name").fill(name)
        form.get_by_label("Address").fill(slug)
        create.tap()
        wrong = form.get_by_label(field)
        expect(wrong).to_have_accessible_description(reported)
        expect(wrong).to_have_attribute("aria-invalid", "true")
        expect(wrong).to_be_focused()

    # Without an answer the form keeps what was filled in, and no room is made twice.
    name = f"Once {secrets.token_hex(3)}"
    form.get_by_label("Name").fill(name)
    form.get_by_label("Address").fill("")
    for lose in (abort, lose_answer):
        with page.expect_event("requestfailed", lambda request: request.method == "POST"):
            page.route("**/api/rooms/", lose, times=1)
            create.tap()
        reported = "Can’t reach the server. Try again in a moment."
        expect(form.get_by_role("alert")).to_have_text(reported)
        expect(form.get_by_label("Name")).to_have_value(name)
    create.tap()
    expect(heading(page)).to_have_text(name)
    assert [one["name"] for one in http.get("/api/rooms/").json()].count(name) == 1


def abort(route: Route) -> None:
    route.abort()


def lose_answer(route: Route) -> None:
    """The server hears it and does it."""
    assert route.fetch().status == 201
    route.abort()


def test_an_unknown_room_shows_an_error_and_a_link_to_the_main_room(visit: Visit, room: str):
    visitor = visit(f"/r/{room.capitalize()}", **PHONE)
    page = visitor.page
    # Capitals lead to the room all the same.
    expect(heading(page)).to_have_text("A test's room")
    assert page.url.endswith(f"/r/{room}")

    visitor.expects.add(404)
    for path in ("/nonsense", "/r", "/r/", "/r/BAD_slug!", "/r/a/b"):
        page.goto(visitor.base_url + path)
        expect(page.get_by_role("heading")).to_have_text("Page not found.")
        expect(page.get_by_role("textbox")).to_have_count(0)
        assert visitor.violations() == []

    page.get_by_role("link", name="Main room").tap()
    in_sync(page)
    assert page.url == f"{visitor.base_url}/"


def test_guests_are_not_offered_changes_of_other_rooms_and_accounts_see_who_may_change_them(
    visit: Visit, http: httpx.Client, room: str
):
    visitor = visit(f"/r/{room}#room")
    visitor.expects.add(403)
    page = visitor.page
    for path in (f"/r/{room}#room", "/#room"):
        page.goto(visitor.base_url + path)
        expect(page.locator(".rooms-card").get_by_text("Ordered manually.")).to_be_visible()
        expect(page.get_by_role("button", name="Change")).to_have_count(0)

    AccountPage(visitor).open().sign_up()
    page.goto(f"{visitor.base_url}/r/{room}#room")
    form = change_form(page)
    form.get_by_label("Name").fill("Mine now")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_have_text("Only the room’s creator can change it.")
    assert http.get(f"/api/rooms/{room}/").json()["name"] == "A test's room"
    form.get_by_role("button", name="Cancel").click()
    expect(heading(page)).to_have_text("A test's room")

    page.goto(f"{visitor.base_url}/#room")
    form = change_form(page)
    expect(page.get_by_text("Only administrators can change the main room")).to_be_visible()
    expect(form.get_by_role("button", name="Delete room")).to_have_count(0)
