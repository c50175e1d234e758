"""Finding and adding tracks: as one types, by genre, in another order, and when nothing is found."""

import re

import httpx
from playwright.sync_api import Locator, Page, Route, expect

from tests.contract.queues import Queue
from tests.page.queue_page import in_sync, titles_of
from tests.page.visitors import PHONE, Visit, Visitor, lose_network


def search_field(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Search title, artist or album")


def titles(page: Page) -> Locator:
    return page.locator(".library-title")


def found_by_server(http: httpx.Client, **query: str) -> list[str]:
    tracks = http.get("/api/tracks/", params=query).json()
    return [track["title"] for track in tracks]


def scrolls_in_its_own_strip(visitor: Visitor) -> bool:
    """The choice of genres, which is wider than the window."""
    strip = visitor.page.get_by_role("group", name="Genre")
    expect(strip.get_by_role("button").nth(8)).to_be_attached()
    is_wider: bool = strip.evaluate("one => one.scrollWidth > one.clientWidth")
    return is_wider and not visitor.scrolls_sideways()


TYPE = """(field, text) => {
    for (let length = 1; length <= text.length; length += 1) {
        field.value = text.slice(0, length);
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
}"""


def test_a_search_shows_results_in_the_servers_order_with_one_request_and_can_be_cleared(
    visit: Visit, http: httpx.Client, room: str
):
    visitor = visit(f"/r/{room}#library")
    page = visitor.page
    first = found_by_server(http)[0]
    expect(titles(page).first).to_be_visible()
    assert scrolls_in_its_own_strip(visitor)
    # The Tab key stops there once; arrows go from genre to genre.
    genres = page.get_by_role("group", name="Genre").get_by_role("button")
    search_field(page).press("Tab")
    expect(genres.first).to_be_focused()
    for key, place in (("ArrowRight", 1), ("End", -1), ("Home", 0)):
        page.keyboard.press(key)
        expect(genres.nth(place)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Sort by")).to_be_focused()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "search=" in request.url else None)
    # All at once, faster than typing: synthetic keys come as fast as the machine has time for them.
    search_field(page).evaluate(TYPE, "miles")
    expect(titles(page)).to_have_text(["So What"])
    assert len(asked) == 1
    assert "search=miles" in asked[0]

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

    for search in ("the", "BEYONCE halo"):
        expected = found_by_server(http, search=search)
        assert expected
        search_field(page).fill("")
        search_field(page).press_sequentially(search)
        reported = re.compile(rf"^{len(expected)} tracks?$")
        expect(page.locator(".library-line [role=status]")).to_have_text(reported)
        for place, title in enumerate(expected[:6]):
            expect(titles(page).nth(place)).to_have_text(title)

    search_field(page).fill("")
    orders = {"Title": "title", "Artist": "artist", "Newest": "-created_at", "Length": "duration_seconds"}
    for choice, ordering in orders.items():
        expected = found_by_server(http, ordering=ordering)
        page.get_by_label("Sort by").select_option(choice)
        expect(titles(page).first).to_have_text(expected[0])
        expect(titles(page).nth(5)).to_have_text(expected[5])


def test_a_genre_filters_the_list_and_empty_results_and_errors_offer_actions(
    visit: Visit, http: httpx.Client, room: str
):
    """Axe: test_screenshots."""
    visitor = visit(f"/r/{room}#library", loses_network=True, **PHONE)
    page = visitor.page
    for width in (640, 360, 320):
        page.set_viewport_size({"width": width, "height": 640})
        assert scrolls_in_its_own_strip(visitor)
    jazz = page.get_by_role("group", name="Genre").get_by_role("button", name="jazz")

    jazz.click()
    expect(titles(page)).to_have_text(found_by_server(http, genre="jazz"))
    expect(jazz).to_have_attribute("aria-pressed", "true")
    search_field(page).fill("queen")
    expect(page.get_by_text("No results for “queen”.")).to_be_visible()
    page.get_by_role("button", name="Search all genres").click()
    expect(titles(page).first).to_be_visible()
    expect(search_field(page)).to_have_value("queen")

    search_field(page).fill("xyzzy")
    expect(page.get_by_text("No results for “xyzzy”.")).to_be_visible()
    page.locator(".empty").get_by_role("button", name="Clear the search").click()
    expect(titles(page).first).to_be_visible()

    jazz.click()
    jazz.click()  # until it is pressed again
    expect(titles(page).first).to_have_text(found_by_server(http)[0])
    expect(page.get_by_role("button", name="All", exact=True)).to_have_attribute("aria-pressed", "true")

    page.route("**/api/tracks/?*", lambda route: route.abort())
    search_field(page).fill("miles")
    expect(page.get_by_text("You’re offline. The library isn’t available.")).to_be_visible()
    page.unroute("**/api/tracks/?*")
    page.get_by_role("button", name="Try again").click()
    expect(titles(page)).to_have_text(["So What"])
    # With the network it comes by itself.
    lose_network(visitor.page)
    search_field(page).fill("beyonce")
    expect(page.get_by_text("You’re offline. The library isn’t available.")).to_be_visible()
    visitor.context.set_offline(False)
    expect(titles(page)).to_have_text(found_by_server(http, search="beyonce"))


def test_similar_results_are_offered_and_previous_rows_stay_until_results_arrive(visit: Visit, queue: Queue):
    visitor = visit(f"/r/{queue.room}#library")
    page = visitor.page
    search_field(page).fill("halo")
    expect(titles(page)).to_have_text(["Halo"])
    held: list[Route] = []
    is_held = True
    page.route("**/api/tracks/?*", lambda route: held.append(route) if is_held else route.continue_())

    search_field(page).fill("miels davsi")
    expect(page.locator(".library-found")).to_have_css("opacity", "0.45")
    button = row(page, "Halo").get_by_role("button")
    expect(button).to_be_disabled()
    button.click(force=True)
    search_field(page).press("ArrowDown")
    page.keyboard.press("Enter")
    is_held = False
    for route in held:
        route.continue_()

    expect(titles(page)).to_have_text(["So What"])
    reported = page.locator(".library-line [role=status]")
    expect(reported).to_have_text("No results for “miels davsi”. Did you mean:")
    expect(page.locator(".library-found")).to_have_css("opacity", "1")
    row(page, "So What").get_by_role("button", name="Add So What, Miles Davis").click()
    expect(row(page, "So What").get_by_role("button")).to_have_accessible_name(re.compile("already in"))
    assert [item["track"]["title"] for item in queue.items()] == ["So What"]

    search_field(page).fill("xyzzy")
    page.get_by_role("button", name="Open the charts").click()
    expect(page.locator("#charts-part")).to_be_visible()


# --- Adding: once, with the place that a track got ---------------------------------------------------


def row(page: Page, title: str) -> Locator:
    return page.locator(".library-row", has=page.get_by_text(title, exact=True))


def test_a_tap_or_a_key_adds_a_track_once_and_its_position_follows_the_queue(visit: Visit, queue: Queue):
    queue.fill(2)
    visitor = visit(f"/r/{queue.room}#library", **PHONE)
    page = visitor.page
    button = row(page, "So What").get_by_role("button")
    held: list[Route] = []
    is_held = True
    page.route("**/playlist/", lambda route: held.append(route) if is_held else route.continue_())

    row(page, "So What").get_by_role("button", name="Add So What, Miles Davis").tap()

    # While it is under way a second tap does nothing.
    expect(button).to_have_accessible_name("Adding So What…")
    button.tap(force=True)
    assert len(queue.items()) == 2
    is_held = False
    for route in held:
        route.continue_()
    expect(button).to_have_text("3rd")
    in_sync(page)
    assert titles_of(queue)[2:] == ["So What"]
    queue.place(queue.ids()[2], position=-1)
    expect(button).to_have_text("1st")

    # It is not added again, but voted for. (A tap so soon after the last one would be a double tap.)
    button.press("Enter")
    expect(page.get_by_text("You added it, 1st in the queue. Your vote counts.")).to_be_visible()
    expect(page.locator("#queue-part")).to_be_visible()
    in_sync(page)
    assert titles_of(queue).count("So What") == 1
    page.get_by_role("button", name="Library").tap()
    # No keyboard comes up before one has seen the library.
    expect(button).to_be_visible()
    expect(page.get_by_role("searchbox")).not_to_be_focused()

    # A tap beside the button opens what is known of the track, and leads to its place.
    row(page, "So What").locator(".library-title").tap()
    about = page.locator(".menu-about")
    for line in ("So What", "Artist: Miles Davis", "Album: Kind of Blue", "In the queue, 1st", "1 vote"):
        expect(about).to_contain_text(line)
    page.keyboard.press("Escape")
    expect(about).to_have_count(0)
    assert visitor.focused("element => element.matches('.virtual-row')")

    # While one types, all else gives way to what is found.
    page.get_by_role("searchbox").tap()
    page.set_viewport_size({"width": 360, "height": 430})
    for css in (".app-head", ".app-tabs", ".playing-bar", ".app-find .app-choice", ".library-genres"):
        expect(page.locator(css)).to_be_hidden()
    assert page.locator(".library .virtual-list").evaluate("list => list.clientHeight") >= 4 * 68
    page.set_viewport_size(PHONE["viewport"])
    expect(page.locator(".app-tabs")).to_be_visible()

    # What others do changes its button; by keyboard alone it is found and added.
    queue.remove(queue.ids()[0])
    expect(button).to_have_accessible_name("Add So What, Miles Davis")
    page.keyboard.press("/")
    page.keyboard.type("miles")
    expect(page.locator(".library-title")).to_have_text(["So What"])
    page.keyboard.press("ArrowDown")
    assert visitor.focused("element => element.dataset.key") == "0"
    page.keyboard.press("Enter")
    expect(button).to_have_text("3rd")
    expect(page.get_by_text("Added So What.")).to_be_attached()
    assert visitor.focused("element => element.dataset.key") == "0"
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("searchbox")).to_be_focused()

    # The own last addition can be taken back, it alone.
    in_sync(page)
    others = titles_of(queue)[:2]
    button.press("Enter")
    reported = page.locator(".toast", has_text="You added it, 3rd in the queue. Your vote counts.")
    reported.get_by_role("button", name="Remove").tap()
    expect(reported).to_have_count(0)
    in_sync(page)
    assert titles_of(queue) == others
