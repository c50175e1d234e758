"""Making an account on the page: what a guest did comes along, and what is wrong is said at its field."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.contract.people import PASSWORD, new_name, registered
from tests.contract.queues import Queue
from tests.page.account_page import AccountPage, stored_by_scripts
from tests.page.queue_page import in_sync
from tests.page.visitors import DESKTOP, NARROW, PHONE, Visit

SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


@SIZES
def test_what_a_guest_voted_for_and_added_is_the_accounts(
    visit: Visit, queue: Queue, size: dict[str, object]
):
    queue.fill(1)
    visitor = visit(f"/r/{queue.room}", **size)
    page = visitor.page
    vote = page.locator(".queue-vote[data-way=up]").first
    vote.click()
    in_sync(page)

    name = AccountPage(visitor).open().sign_up()

    page.evaluate("location.hash = 'queue'")
    expect(vote).to_have_attribute("aria-pressed", "true")
    own = httpx.Client(
        base_url=visitor.base_url,
        cookies={one["name"]: one["value"] for one in visitor.context.cookies()},
    )
    assert own.get("/api/users/me/").json()["username"] == name
    assert list(queue.as_seen_by(own).my_votes().values()) == [1]
    own.close()


def test_what_one_adds_from_then_on_has_the_name(visit: Visit, queue: Queue):
    visitor = visit(f"/r/{queue.room}", is_asked=True)
    name = AccountPage(visitor).open().sign_up()
    expect(visitor.page.locator(".guest-question")).to_have_count(0)

    visitor.page.locator(".library-row .place-button").first.click()

    expect(visitor.page.locator(".queue .virtual-row")).to_contain_text(name)
    in_sync(visitor.page)
    assert [item["added_by"] for item in queue.items()] == [name]


def test_no_script_can_read_what_opens_the_account(visit: Visit, room: str):
    visitor = visit(f"/r/{room}#account")
    AccountPage(visitor).sign_up()

    cookies = {one["name"]: one for one in visitor.context.cookies()}
    assert cookies["sessionid"]["httpOnly"]
    stored = stored_by_scripts(visitor.page)
    assert cookies["sessionid"]["value"] not in stored
    assert PASSWORD not in stored
    assert "eyJ" not in stored  # as every JSON Web Token begins


def test_password_managers_know_the_fields(visit: Visit, room: str):
    page = AccountPage(visit(f"/r/{room}#account"))
    kinds = "all => all.map(({ name, type, autocomplete }) => [name, type, autocomplete].join(' '))"
    inputs = page.part.locator("input")
    expect(inputs).to_have_count(2)
    assert inputs.evaluate_all(kinds) == ["login text username", "password password current-password"]

    page.press("I have no account yet")

    expect(inputs).to_have_count(3)
    assert inputs.evaluate_all(kinds) == [
        "username text username",
        "email email email",
        "password password new-password",
    ]
    assert inputs.evaluate_all("all => new Set(all.map(({ form }) => form)).size") == 1


def test_what_is_left_empty_is_told_without_asking(visit: Visit, room: str):
    page = AccountPage(visit(f"/r/{room}#account"))
    page.press("I have no account yet")

    page.press("Create an account")

    expect(page.field("Name")).to_be_focused()
    for label in ("Name", "E-mail address", "Password"):
        expect(page.field(label)).to_have_accessible_description("This can't be left empty.")


@pytest.mark.parametrize(
    ("label", "values", "told"),
    [
        ("Name", {"username": "a b"}, "Only letters, digits and . + - _"),
        ("E-mail address", {"email": "nowhere"}, "This is no e-mail address."),
        ("Password", {"password": "short"}, "At least 8 characters."),
        ("Password", {"password": "password"}, "Too many people use this password."),
    ],
)
def test_what_the_server_refuses_is_told_at_its_field(
    visit: Visit, room: str, label: str, values: dict[str, str], told: str
):
    visitor = visit(f"/r/{room}#account")
    visitor.expects.add(400)
    page = AccountPage(visitor)
    page.press("I have no account yet")
    name = new_name()
    page.fill(**{"username": name, "email": f"{name}@tutti.example", "password": PASSWORD, **values})

    page.press("Create an account")

    expect(page.field(label)).to_have_accessible_description(told)
    expect(page.field(label)).to_be_focused()
    assert visitor.violations() == []


def test_taken_names_and_addresses_are_told_at_their_fields(visit: Visit, http: httpx.Client, room: str):
    known = registered(http)
    visitor = visit(f"/r/{room}#account")
    visitor.expects.add(409)
    page = AccountPage(visitor)
    page.press("I have no account yet")
    page.fill(username=known["username"].upper(), email=known["email"], password=PASSWORD)

    page.press("Create an account")

    expect(page.field("Name")).to_have_accessible_description("Somebody has this name already.")
    taken = "There is an account of this address already."
    expect(page.field("E-mail address")).to_have_accessible_description(taken)


def test_without_network_it_says_so_and_keeps_what_was_typed(visit: Visit, room: str):
    visitor = visit(f"/r/{room}#account")
    visitor.loses_network = True
    page = AccountPage(visitor)
    page.press("I have no account yet")
    name = new_name()
    page.fill(username=name, email=f"{name}@tutti.example", password=PASSWORD)
    visitor.context.set_offline(True)

    page.press("Create an account")

    expect(page.part.get_by_role("alert")).to_contain_text("This needs the network.")
    visitor.context.set_offline(False)
    page.press("Create an account")
    page.is_signed_in_as(name)


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_all_forms_fit_into_a_narrow_window(visit: Visit, room: str, locale: str):
    visitor = visit(f"/r/{room}#account", **NARROW, locale=locale)
    for _ in ("in", "up"):
        assert visitor.violations() == []
        assert not visitor.scrolls_sideways()
        visitor.page.locator(".account-switch .button").first.click()
