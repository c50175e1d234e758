"""Signing in and out on the page, another password, one's data, and leaving for good."""

import json
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.contract.people import PASSWORD, Account, begin_session, get_tokens, registered
from tests.contract.queues import Queue
from tests.page.account_page import AccountPage
from tests.page.queue_page import still
from tests.page.visitors import Visit, until
from tests.processes import TuttiServer

NEW = "quite another pass phrase"
NEWEST = "yet another pass phrase"


@pytest.fixture
def account(site: TuttiServer) -> Account:
    with site.client() as http:
        return registered(http)


def test_signing_in_shows_the_accounts_votes_in_all_tabs_until_the_session_ends(
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
        with page.page.expect_response(lambda response: response.status == 401):
            page.press("Sign in")
        still(page.page)
        expect(page.part.get_by_role("alert")).to_have_text("Wrong username or password.")

    # The address opens the account as well.
    page.fill(login=account["email"].upper(), password=PASSWORD)
    page.page.keyboard.press("Enter")
    page.is_signed_in_as(account["username"])
    expect(page.heading("Signed in as")).to_be_focused()
    expect(vote).to_have_attribute("aria-pressed", "true")
    page.page.reload()
    page.is_signed_in_as(account["username"])
    page.page.evaluate("location.hash = 'room'")
    expect(page.page.get_by_text(f"Signed in as {account['username']}.")).to_be_visible()
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
    page.press("Download my data")
    expect(page.heading("Sign in")).to_be_visible()
    # What was said before may still be there.
    expect(page.page.locator(".toast").last).to_contain_text("Your session has ended.")


def mailed_token(mails: Path, address: str) -> str:
    """Empty while no whole mail to this address is there."""
    for path in mails.glob("*.log"):
        mail = path.read_text()
        if f"To: {address}" in mail and mail.strip().endswith("-" * 79):
            return str(re.findall(r"^    (\S+)$", mail, re.MULTILINE)[0])
    return ""


def test_a_password_is_reset_by_mail_and_changed_and_personal_data_is_exported_and_erased(
    visit: Visit, room: str, account: Account, mails: Path, http: httpx.Client
):
    visitor = visit(f"/r/{room}#account")
    visitor.expects.add(400)
    page = AccountPage(visitor)
    page.press("Forgot password?")
    page.fill(email=account["email"])
    page.press("Send code")
    expect(page.part.get_by_text("we’ve sent a code")).to_be_visible()
    page.fill(token="nonsense", new_password=NEW)
    page.press("Set password")
    expect(page.field("Reset code")).to_have_accessible_description("This code is invalid or has expired.")
    page.fill(token=until(page.page, lambda: mailed_token(mails, account["email"])))
    page.press("Set password")
    expect(page.heading("Sign in")).to_be_focused()
    page.sign_in(account, NEW)

    page.press("Change password")
    page.fill(old_password="mistyped", new_password=NEWEST)
    page.press("Change password")
    old = page.field("Current password")
    expect(old).to_have_accessible_description("Wrong password.")
    page.fill(old_password=NEW)
    page.press("Change password")
    expect(page.page.get_by_text("Password changed.")).to_be_visible()
    assert get_tokens(http, account, NEWEST).status_code == 200
    page.page.reload()
    page.is_signed_in_as(account["username"])

    with page.page.expect_download() as reported:
        page.press("Download my data")
    exported = json.loads(reported.value.path().read_text())
    assert exported["account"]["username"] == account["username"]
    page.press("Delete account")
    dialog = page.page.get_by_role("dialog")
    expect(dialog).to_contain_text("This can’t be undone.")
    dialog.get_by_role("button", name="Cancel").click()
    page.is_signed_in_as(account["username"])
    page.press("Delete account")
    dialog.get_by_role("button", name="Delete permanently").click()
    expect(page.heading("Sign in")).to_be_visible()
    assert get_tokens(http, account, NEWEST).status_code == 401
