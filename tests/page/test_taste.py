"""Saying what one likes: genres of the library, artists, moods, within the server's bounds."""

from playwright.sync_api import expect

from tests.contract.people import begin_session, registered
from tests.page.account_page import AccountPage
from tests.page.visitors import NARROW, PHONE, Visit
from tests.processes import TuttiServer

LONG = "Donaudampfschifffahrtskapelle" * 4


def kept(page: AccountPage) -> dict[str, list[str]]:
    """The profile as the server has it."""
    body: dict[str, list[str]] = page.page.evaluate(
        "fetch('/api/users/me/').then(answer => answer.json()).then(({ profile }) => profile)"
    )
    return body


def test_the_taste_profile_is_stored_without_duplicates_and_suggests_artists(visit: Visit, room: str):
    page = AccountPage(visit(f"/r/{room}#account", **PHONE))
    page.sign_up()
    field = page.field("Artists")
    field.press_sequentially("miles")
    expect(page.part.locator("datalist option")).to_have_count(1)
    assert page.part.locator("datalist option").get_attribute("value") == "Miles Davis"
    for name in ("Miles Davis", "MILES DAVIS", "  "):
        field.fill(name)
        field.press("Enter")
    expect(page.part.locator(".account-chosen li")).to_have_count(1)
    page.press("Remove Miles Davis")

    page.choose("Jazz", "Rock", "calm")
    page.field("Artists").fill("Nina Simone")
    page.page.keyboard.press("Enter")
    page.field("Artists").fill("Björk")
    page.press("Add")
    page.save_taste()

    assert kept(page) == {
        "favorite_genres": ["jazz", "rock"],
        "favorite_artists": ["Nina Simone", "Björk"],
        "moods": ["calm"],
    }
    page.page.reload()
    expect(page.button("Jazz")).to_have_attribute("aria-pressed", "true")
    expect(page.button("Soul")).to_have_attribute("aria-pressed", "false")
    page.press("Remove Björk")
    page.button("Rock").click()
    page.save_taste()
    assert kept(page)["favorite_genres"] == ["jazz"]
    assert kept(page)["favorite_artists"] == ["Nina Simone"]


def test_too_many_entries_are_explained_in_a_narrow_window(visit: Visit, site: TuttiServer, room: str):
    page = AccountPage(visit(f"/r/{room}#account", **NARROW))
    with site.client() as http:
        account = registered(
            http,
            profile={
                "favorite_genres": [f"genre {number}" for number in range(20)],
                "favorite_artists": [LONG, *(f"artist {number}" for number in range(49))],
            },
        )
        begin_session(http, account)
    page.sign_in(account)

    expect(page.button("Jazz")).to_have_attribute("aria-disabled", "true")
    page.button("Jazz").click(force=True)
    expect(page.button("Jazz")).to_have_attribute("aria-pressed", "false")
    expect(page.part.get_by_text("Choose up to 20.")).to_be_visible()
    page.field("Artists").fill("Nina Simone")
    page.press("Add")
    expect(page.part.get_by_text("Choose up to 50.")).to_be_visible()
    assert page.visitor.violations() == []
    assert not page.visitor.scrolls_sideways()
    assert page.part.locator(".panel").evaluate("one => one.scrollWidth <= one.clientWidth")
