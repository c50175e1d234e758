"""Finding tracks: as one types, by genre, in another order, and when there is nothing to be found."""

import re

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.page.visitors import PHONE, Visit


def search_field(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Search title, artist or album")


def titles(page: Page) -> Locator:
    return page.locator(".library-title")


def found_by_server(http: httpx.Client, **query: str) -> list[str]:
    tracks = http.get("/api/tracks/", params=query).json()
    return [track["title"] for track in tracks]


@pytest.mark.parametrize("search", ["queen", "the", "billie jean", "BEYONCE halo"])
def test_what_is_typed_is_found_as_the_server_ranks_it(
    visit: Visit, http: httpx.Client, room: str, search: str
):
    page = visit(f"/r/{room}#library", **PHONE).page
    expected = found_by_server(http, search=search)
    assert expected

    search_field(page).press_sequentially(search)

    expect(page.locator(".library-line [role=status]")).to_have_text(
        re.compile(rf"^{len(expected)} tracks?$")
    )
    for place, title in enumerate(expected[:6]):
        expect(titles(page).nth(place)).to_have_text(title)


TYPE = """(field, text) => {
    for (let length = 1; length <= text.length; length += 1) {
        field.value = text.slice(0, length);
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
}"""


def test_only_the_last_of_what_is_typed_is_asked_for(visit: Visit, room: str):
    page = visit(f"/r/{room}#library").page
    expect(titles(page).first).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "search=" in request.url else None)

    # All in one go, as nobody types: keys from outside come as fast as the machine has time for them.
    search_field(page).evaluate(TYPE, "miles")

    expect(titles(page)).to_have_text(["So What"])
    assert len(asked) == 1
    assert "search=miles" in asked[0]


def test_a_search_is_cleared_by_its_button_and_by_escape(visit: Visit, http: httpx.Client, room: str):
    page = visit(f"/r/{room}#library").page
    first = found_by_server(http)[0]
    for clear in (
        lambda: page.get_by_role("button", name="Clear the search").click(),
        lambda: page.keyboard.press("Escape"),
    ):
        search_field(page).fill("miles")
        expect(titles(page)).to_have_text(["So What"])
        clear()
        expect(search_field(page)).to_have_value("")
        expect(search_field(page)).to_be_focused()
        expect(titles(page).first).to_have_text(first)


def test_nothing_found_says_for_what_and_offers_a_way_out(visit: Visit, room: str):
    visitor = visit(f"/r/{room}#library", **PHONE)
    page = visitor.page

    search_field(page).fill("xyzzy")

    expect(page.get_by_text("Nothing for “xyzzy”.")).to_be_visible()
    assert visitor.violations() == []
    page.locator(".empty").get_by_role("button", name="Clear the search").click()
    expect(titles(page).first).to_be_visible()


def test_a_genre_narrows_the_list_until_it_is_pressed_again(visit: Visit, http: httpx.Client, room: str):
    page = visit(f"/r/{room}#library", **PHONE).page
    jazz = page.get_by_role("group", name="Genre").get_by_role("button", name="jazz")

    jazz.click()

    expect(titles(page)).to_have_text(found_by_server(http, genre="jazz"))
    expect(jazz).to_have_attribute("aria-pressed", "true")
    jazz.click()
    expect(titles(page).first).to_have_text(found_by_server(http)[0])
    expect(page.get_by_role("button", name="All", exact=True)).to_have_attribute("aria-pressed", "true")


def test_a_search_within_a_genre_that_finds_nothing_offers_all_genres(visit: Visit, room: str):
    page = visit(f"/r/{room}#library").page
    page.get_by_role("button", name="jazz").click()
    search_field(page).fill("queen")
    expect(page.get_by_text("Nothing for “queen”.")).to_be_visible()

    page.get_by_role("button", name="Search all genres").click()

    expect(titles(page).first).to_be_visible()
    expect(search_field(page)).to_have_value("queen")


@pytest.mark.parametrize(
    ("choice", "ordering"),
    [("Title", "title"), ("Artist", "artist"), ("Newest", "-created_at"), ("Length", "duration_seconds")],
)
def test_tracks_are_sorted_as_chosen(visit: Visit, http: httpx.Client, room: str, choice: str, ordering: str):
    page = visit(f"/r/{room}#library").page
    expected = found_by_server(http, ordering=ordering)

    page.get_by_label("Sort by").select_option(choice)

    expect(titles(page).first).to_have_text(expected[0])
    expect(titles(page).nth(5)).to_have_text(expected[5])


@pytest.mark.parametrize("width", [320, 360, 640, 1280])
def test_the_genres_scroll_in_their_own_strip(visit: Visit, room: str, width: int):
    visitor = visit(f"/r/{room}#library", viewport={"width": width, "height": 640})
    strip = visitor.page.get_by_role("group", name="Genre")
    expect(strip.get_by_role("button").nth(8)).to_be_attached()

    assert strip.evaluate("one => one.scrollWidth > one.clientWidth")
    assert not visitor.scrolls_sideways()


def test_a_search_that_gets_no_answer_offers_to_try_again(visit: Visit, room: str):
    visitor = visit(f"/r/{room}#library", **PHONE)
    visitor.loses_network = True
    page = visitor.page
    expect(titles(page).first).to_be_visible()
    page.route("**/api/tracks/?*", lambda route: route.abort())
    search_field(page).fill("miles")
    expect(page.get_by_text("The library needs the network.")).to_be_visible()
    assert visitor.violations() == []

    page.unroute("**/api/tracks/?*")
    page.get_by_role("button", name="Try again").click()

    expect(titles(page)).to_have_text(["So What"])
