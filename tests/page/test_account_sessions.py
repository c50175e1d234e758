"""Signing in and out on the page, another password, one's data, and leaving for good."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import ReadyMadeData
from tests.contract.people import PASSWORD, Account, begin_session, get_tokens, registered
from tests.contract.queues import Queue
from tests.contract.users.test_passwords import mail_in
from tests.page.account_page import AccountPage
from tests.page.visitors import Visit, new_visitor
from tests.processes import TuttiServer

NEW = "quite another pass phrase"


@pytest.fixture
def account(site: TuttiServer) -> Account:
    with site.client() as http:
        return registered(http)


@pytest.fixture
def page(visit: Visit, room: str) -> AccountPage:
    return AccountPage(visit(f"/r/{room}#account"))


def test_signing_in_shows_the_accounts_own_votes(
    visit: Visit, site: TuttiServer, queue: Queue, account: Account
):
    item = queue.fill(1)[0]
    with site.client() as elsewhere:
        begin_session(elsewhere, account)
        queue.as_seen_by(elsewhere).vote(item, 1)
    visitor = visit(f"/r/{queue.room}#account")
    vote = visitor.page.locator(".queue-vote[data-way=up]")
    expect(vote).to_have_attribute("aria-pressed", "false")
    page = AccountPage(visitor)

    page.sign_in(account)
    expect(vote).to_have_attribute("aria-pressed", "true")

    page.sign_out()
    expect(vote).to_have_attribute("aria-pressed", "false")


def test_one_stays_signed_in_and_the_name_is_shown(page: AccountPage, account: Account):
    page.sign_in(account)
    page.page.reload()
    page.is_signed_in_as(account["username"])

    page.page.evaluate("location.hash = 'room'")

    expect(page.page.get_by_text(f"You are signed in as {account['username']}.")).to_be_visible()
    expect(page.page.get_by_label("Your name")).to_have_count(0)


def test_the_address_opens_the_account_as_well(page: AccountPage, account: Account):
    page.fill(login=account["email"].upper(), password=PASSWORD)
    page.page.keyboard.press("Enter")
    page.is_signed_in_as(account["username"])
    expect(page.heading("Signed in as")).to_be_focused()


def test_a_wrong_password_is_told_as_nothing_more(page: AccountPage, account: Account):
    page.visitor.expects.add(401)
    for login in (account["username"], "nobody-of-this-name"):
        page.fill(login=login, password="mistyped")
        page.press("Sign in")
        expect(page.part.get_by_role("alert")).to_have_text("The name or the password is not right.")


def test_all_tabs_of_a_browser_are_the_same_person(page: AccountPage, account: Account):
    tab = AccountPage(page.visitor.another_tab().open("/r/main#account"))
    expect(tab.heading("Sign in")).to_be_visible()

    page.sign_in(account)
    tab.is_signed_in_as(account["username"])

    tab.sign_out()
    expect(page.heading("Sign in")).to_be_visible()


def test_a_session_that_has_ended_elsewhere_is_told(page: AccountPage, account: Account):
    page.sign_in(account)
    page.visitor.context.clear_cookies()
    page.visitor.expects.add(401)

    page.press("Save my data")

    expect(page.heading("Sign in")).to_be_visible()
    expect(page.page.locator(".toast")).to_contain_text("Your session has ended.")


def test_another_password(page: AccountPage, account: Account, http: httpx.Client):
    page.sign_in(account)
    page.press("Change the password")
    page.visitor.expects.add(400)

    page.fill(old_password="mistyped", new_password=NEW)
    page.press("Change the password")
    old = page.field("Password of now")
    expect(old).to_have_accessible_description("This is not the password.")
    page.fill(old_password=PASSWORD)
    page.press("Change the password")

    expect(page.page.get_by_text("The password is changed.")).to_be_visible()
    assert get_tokens(http, account, NEW).status_code == 200
    page.page.reload()
    page.is_signed_in_as(account["username"])


def test_everything_about_oneself_as_a_file(page: AccountPage, account: Account):
    page.sign_in(account)

    with page.page.expect_download() as told:
        page.press("Save my data")

    exported = json.loads(told.value.path().read_text())
    assert exported["account"]["username"] == account["username"]


def test_leaving_for_good(page: AccountPage, account: Account, http: httpx.Client):
    page.sign_in(account)
    page.press("Delete the account")
    dialog = page.page.get_by_role("dialog")
    expect(dialog).to_contain_text("This can’t be undone.")
    dialog.get_by_role("button", name="Cancel").click()
    page.is_signed_in_as(account["username"])

    page.press("Delete the account")
    dialog.get_by_role("button", name="Delete for good").click()

    expect(page.heading("Sign in")).to_be_visible()
    assert get_tokens(http, account).status_code == 401


# --- A forgotten password ------------------------------------------------------------------------------


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def mailing_site(built_page: Path, ready_made_data: ReadyMadeData, mails: Path) -> Iterator[TuttiServer]:
    options = ready_made_data.options("embedded")
    options["environment"] = {**options.get("environment", {}), "EMAIL_URL": f"filemail:///{mails}"}
    with TuttiServer(**options) as server:
        yield server


def test_a_forgotten_password_is_set_by_the_mailed_token(
    browser: Browser, mailing_site: TuttiServer, mails: Path
):
    with mailing_site.client() as http:
        account = registered(http)
    visitor = new_visitor(browser, mailing_site.base_url).open("/#account")
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
    token = re.findall(r"^    (\S+)$", mail_in(mails), re.MULTILINE)[0]
    page.fill(token=token)
    page.press("Set the password")

    expect(page.heading("Sign in")).to_be_focused()
    page.sign_in(account, NEW)
    assert visitor.complaints() == []
    visitor.context.close()
