"""Accounts on the page: made, signed in and out, another password, one's data, and leaving for good."""

import json
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.contract.people import PASSWORD, Account, begin_session, get_tokens, new_name, registered
from tests.contract.queues import Queue
from tests.page.account_page import AccountPage, stored_by_scripts
from tests.page.queue_page import in_sync, still
from tests.page.visitors import Visit, until
from tests.processes import TuttiServer

KINDS = "all => all.map(({ name, type, autocomplete }) => [name, type, autocomplete].join(' '))"
NEW = "quite another pass phrase"
NEWEST = "yet another pass phrase"


@pytest.fixture
def account(site: TuttiServer) -> Account:
    with site.client() as http:
        return registered(http)


def test_who_signs_in_has_the_accounts_own_votes_in_all_tabs_until_the_session_ends(
    visit: Visit, site: TuttiServer, queue: Queue, account: Account
):
    item = queue.fill(1)[0]
    with site.client() as elsewhere:
        begin_session(elsewhere, account)
        queue.as_seen_by(elsewhere).vote(item, 1)
    visitor = visit(f"/r/{queue.room}#account")
    visitor.expects.add(401)
    page = AccountPage(visitor)
    vote = page.page.locator(".queue-vote[data-way=up]")
    expect(vote).to_have_attribute("aria-pressed", "false")

    # What is wrong is not said.
    for login in (account["username"], "nobody-of-this-name"):
        page.fill(login=login, password="mistyped")
        with page.page.expect_response(lambda answer: answer.status == 401):
            page.press("Sign in")
        still(page.page)
        expect(page.part.get_by_role("alert")).to_have_text("The name or the password is not right.")

    # The address opens the account as well.
    page.fill(login=account["email"].upper(), password=PASSWORD)
    page.page.keyboard.press("Enter")
    page.is_signed_in_as(account["username"])
    expect(page.heading("Signed in as")).to_be_focused()
    expect(vote).to_have_attribute("aria-pressed", "true")
    page.page.evaluate("location.hash = 'room'")
    expect(page.page.get_by_text(f"You are signed in as {account['username']}.")).to_be_visible()
    expect(page.page.get_by_label("Your name")).to_have_count(0)
    page.open().sign_out()
    expect(vote).to_have_attribute("aria-pressed", "false")

    # All tabs of a browser are the same person.
    tab = AccountPage(visitor.another_tab().open("/r/main#account"))
    expect(tab.heading("Sign in")).to_be_visible()
    page.sign_in(account)
    tab.is_signed_in_as(account["username"])
    expect(vote).to_have_attribute("aria-pressed", "true")
    tab.sign_out()
    expect(page.heading("Sign in")).to_be_visible()

    page.sign_in(account)
    visitor.context.clear_cookies()
    tab.page.close()
    page.press("Save my data")
    expect(page.heading("Sign in")).to_be_visible()
    expect(page.page.locator(".toast").last).to_contain_text("Your session has ended.")


def mailed_token(mails: Path, address: str) -> str:
    """Empty while no whole mail to this address is there."""
    for path in mails.glob("*.log"):
        mail = path.read_text()
        if f"To: {address}" in mail and mail.strip().endswith("-" * 79):
            return str(re.findall(r"^    (\S+)$", mail, re.MULTILINE)[0])
    return ""


def test_a_password_is_set_by_mail_and_changed_and_ones_data_is_saved_and_erased(
    visit: Visit, room: str, account: Account, mails: Path, http: httpx.Client
):
    visitor = visit(f"/r/{room}#account")
    visitor.expects.add(400)
    page = AccountPage(visitor)
    page.press("Forgotten the password?")
    page.fill(email=account["email"])
    page.press("Send the mail")
    expect(page.part.get_by_text("a mail is on its way")).to_be_visible()
    page.fill(token="nonsense", new_password=NEW)
    page.press("Set the password")
    expect(page.field("Token from the mail")).to_have_accessible_description(
        "The token is not valid (any more)."
    )
    page.fill(token=until(page.page, lambda: mailed_token(mails, account["email"])))
    page.press("Set the password")
    expect(page.heading("Sign in")).to_be_focused()
    page.sign_in(account, NEW)

    page.press("Change the password")
    page.fill(old_password="mistyped", new_password=NEWEST)
    page.press("Change the password")
    old = page.field("Password of now")
    expect(old).to_have_accessible_description("This is not the password.")
    page.fill(old_password=NEW)
    page.press("Change the password")
    expect(page.page.get_by_text("The password is changed.")).to_be_visible()
    assert get_tokens(http, account, NEWEST).status_code == 200
    page.page.reload()
    page.is_signed_in_as(account["username"])

    with page.page.expect_download() as told:
        page.press("Save my data")
    exported = json.loads(told.value.path().read_text())
    assert exported["account"]["username"] == account["username"]
    page.press("Delete the account")
    dialog = page.page.get_by_role("dialog")
    expect(dialog).to_contain_text("This can’t be undone.")
    dialog.get_by_role("button", name="Cancel").click()
    page.is_signed_in_as(account["username"])
    page.press("Delete the account")
    dialog.get_by_role("button", name="Delete for good").click()
    expect(page.heading("Sign in")).to_be_visible()
    assert get_tokens(http, account, NEWEST).status_code == 401


# --- Making an account -------------------------------------------------------------------------------


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

    page.press("Create an account")
    expect(page.field("Name")).to_be_focused()
    for label in ("Name", "E-mail address", "Password"):
        expect(page.field(label)).to_have_accessible_description("This can't be left empty.")
    name = new_name()
    right = {"username": name, "email": f"{name}@tutti.example", "password": PASSWORD}
    for label, values, told in (
        ("E-mail address", {"email": "nowhere"}, "This is no e-mail address."),
        ("Password", {"password": "short"}, "At least 8 characters."),
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
