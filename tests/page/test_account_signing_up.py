"""Making an account on the page: what a guest did comes along, and what is wrong is said at its field."""

import httpx
from playwright.sync_api import expect

from tests.contract.people import PASSWORD, new_name, registered
from tests.contract.queues import Queue
from tests.page.account_page import AccountPage, stored_by_scripts
from tests.page.queue_page import in_sync
from tests.page.visitors import Visit

KINDS = "all => all.map(({ name, type, autocomplete }) => [name, type, autocomplete].join(' '))"


def test_what_a_guest_voted_for_is_the_accounts_and_no_script_can_read_what_opens_it(
    visit: Visit, queue: Queue
):
    queue.fill(1)
    visitor = visit(f"/r/{queue.room}", is_asked=True)
    page = visitor.page
    vote = page.locator(".queue-vote[data-way=up]").first
    vote.click()
    in_sync(page)

    name = AccountPage(visitor).open().sign_up()

    expect(page.locator(".guest-question")).to_have_count(0)
    expect(vote).to_have_attribute("aria-pressed", "true")
    cookies = {one["name"]: one for one in visitor.context.cookies()}
    values = {name: one["value"] for name, one in cookies.items()}
    with httpx.Client(base_url=visitor.base_url, cookies=values) as own:
        assert own.get("/api/users/me/").json()["username"] == name
        assert list(queue.as_seen_by(own).my_votes().values()) == [1]
    assert cookies["sessionid"]["httpOnly"]
    stored = stored_by_scripts(page)
    assert values["sessionid"] not in stored
    assert PASSWORD not in stored
    assert "eyJ" not in stored  # as every JSON Web Token begins

    # What one adds from then on has the name.
    page.evaluate("location.hash = 'library'")
    page.locator(".library-row .place-button[data-state=free]").first.click()
    expect(page.locator(".queue .virtual-row").last).to_contain_text(name)
    in_sync(page)
    assert [item["added_by"] for item in queue.items()][1:] == [name]


def test_password_managers_know_the_fields_and_what_is_wrong_is_said_at_each(
    visit: Visit, http: httpx.Client, room: str
):
    """Axe, and whether the forms fit: test_screenshots."""
    known = registered(http)
    visitor = visit(f"/r/{room}#account", loses_network=True)
    visitor.expects |= {400, 409}
    page = AccountPage(visitor)
    inputs = page.part.locator("input")
    expect(inputs).to_have_count(2)
    assert inputs.evaluate_all(KINDS) == ["login text username", "password password current-password"]
    page.press("I have no account yet")
    expect(inputs).to_have_count(3)
    assert inputs.evaluate_all(KINDS) == [
        "username text username",
        "email email email",
        "password password new-password",
    ]
    assert inputs.evaluate_all("all => new Set(all.map(({ form }) => form)).size") == 1

    page.press("Create an account")
    expect(page.field("Name")).to_be_focused()
    for label in ("Name", "E-mail address", "Password"):
        expect(page.field(label)).to_have_accessible_description("This can't be left empty.")
    name = new_name()
    right = {"username": name, "email": f"{name}@tutti.example", "password": PASSWORD}
    for label, values, told in (
        ("Name", {"username": "a b"}, "Only letters, digits and . + - _"),
        ("E-mail address", {"email": "nowhere"}, "This is no e-mail address."),
        ("Password", {"password": "short"}, "At least 8 characters."),
        ("Password", {"password": "password"}, "Too many people use this password."),
    ):
        page.fill(**{**right, **values})
        page.press("Create an account")
        expect(page.field(label)).to_have_accessible_description(told)
        expect(page.field(label)).to_be_focused()
    page.fill(username=known["username"].upper(), email=known["email"], password=PASSWORD)
    page.press("Create an account")
    expect(page.field("Name")).to_have_accessible_description("Somebody has this name already.")
    taken = "There is an account of this address already."
    expect(page.field("E-mail address")).to_have_accessible_description(taken)

    # Without a network it says so and keeps what was typed.
    page.fill(**right)
    visitor.context.set_offline(True)
    page.press("Create an account")
    expect(page.part.get_by_role("alert")).to_contain_text("This needs the network.")
    visitor.context.set_offline(False)
    page.press("Create an account")
    page.is_signed_in_as(name)
