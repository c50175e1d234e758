"""The parts of the page that know who one is."""

from playwright.sync_api import Locator, Page, expect

from tests.contract.people import PASSWORD, Account, new_name
from tests.page.visitors import Visitor

LIKED_GENRES = ("jazz", "rock", "soul")


class AccountPage:
    """One person's view of their account, in English."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Page = visitor.page
        self.part = self.page.locator("#account-part")

    def open(self) -> "AccountPage":
        self.page.evaluate("location.hash = 'account'")
        expect(self.part).to_be_visible()
        return self

    def press(self, name: str) -> None:
        self.button(name).click()

    def button(self, name: str) -> Locator:
        return self.part.get_by_role("button", name=name, exact=True)

    def field(self, label: str) -> Locator:
        return self.part.get_by_label(label, exact=True)

    def fill(self, **values: str) -> None:
        """By the names that the fields have for programs."""
        for name, value in values.items():
            self.part.locator(f"input[name={name}]").fill(value)

    def sign_up(self, name: str = "", password: str = PASSWORD) -> str:
        """Gives the new name."""
        name = name or new_name()
        self.press("Create an account")
        self.fill(username=name, email=f"{name}@tutti.example", password=password)
        self.press("Create an account")
        self.is_signed_in_as(name)
        return name

    def sign_in(self, account: Account, password: str = PASSWORD) -> None:
        self.fill(login=account["username"], password=password)
        self.press("Sign in")
        self.is_signed_in_as(account["username"])

    def sign_out(self) -> None:
        self.press("Sign out")
        expect(self.heading("Sign in")).to_be_visible()

    def heading(self, name: str) -> Locator:
        return self.part.get_by_role("heading", name=name)

    def is_signed_in_as(self, name: str) -> None:
        expect(self.heading(f"Signed in as {name}")).to_be_visible()

    def choose(self, *names: str) -> None:
        """Genres and moods."""
        for name in names:
            chip = self.button(name)
            chip.click()
            expect(chip).to_have_attribute("aria-pressed", "true")

    def save_taste(self) -> None:
        """Each tap is saved by itself."""
        expect(self.part.get_by_role("status").filter(has_text="Saved.")).to_be_visible()


def stored_by_scripts(page: Page) -> str:
    """All that a script of the page can read of what the browser keeps."""
    reported: str = page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}]) + document.cookie"
    )
    return reported
