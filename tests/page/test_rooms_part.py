"""The room's part: how others get in; colours, language and files of one's own."""

import csv
import json
import re

from playwright.sync_api import Page, Route, expect

from tests.contract.conftest import client_of, new_room
from tests.contract.queues import Queue
from tests.page.visitors import PHONE, Visit, until
from tests.processes import TuttiServer


def link_field(page: Page) -> str:
    return page.get_by_label("Link to this room").input_value()


def test_qr_code_and_link_open_this_room_and_can_be_shown_again(visit: Visit, room: str, own_address: str):
    """What the code says: qr_code.test.tsx."""
    visitor = visit(f"/r/{room}#room", permissions=["clipboard-read", "clipboard-write"], **PHONE)
    visitor.expects.add(429)
    page = visitor.page
    page.add_init_script(
        "window.shared = new Promise(done => { navigator.share = async what => done(what); });"
    )
    held: list[Route] = []
    now = "rejected"

    def answer(route: Route) -> None:
        """The page also asks by itself; what it asks while `held` is kept changes nothing that is shown."""
        if now == "rejected":
            route.fulfill(status=429, headers={"Retry-After": "1"})
        elif now == "held":
            held.append(route)
        else:
            route.continue_()

    page.route("**/api/page/", answer)
    page.reload()
    retry = page.get_by_role("region", name="Invite people").get_by_role("button", name="Try again")
    expect(retry).to_be_visible()
    now = "held"
    retry.tap()
    until(page, lambda: held)
    now = "passed"
    for route in held:
        route.continue_()
    link = f"{own_address}/r/{room}"
    expect(page.get_by_role("img", name=f"QR code for {link}")).to_be_visible()
    assert link_field(page) == link

    page.get_by_role("button", name="Share").tap()
    assert page.evaluate("window.shared.then(({ url }) => url)") == link
    page.get_by_role("button", name="Copy").tap()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link
    expect(page.get_by_text("You’re using HTTP")).to_have_count(0)
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("A test's room")


def test_over_plain_http_the_link_is_selected_for_copying(visit: Visit, room: str, own_address: str):
    """And it says what https would add."""
    page = visit(f"/r/{room}#room", base_url=own_address, **PHONE).page
    expect(page.get_by_text("You’re using HTTP")).to_be_visible()
    assert page.evaluate("navigator.clipboard === undefined")

    page.get_by_role("button", name="Copy").tap()

    reported = re.compile(r"^(Copied\.|The link is selected\. Copy it now\.)$")
    expect(page.get_by_text(reported)).to_be_visible()
    assert page.evaluate("getSelection().toString()") == link_field(page)

    # Where nothing can be copied the page says so.
    page.evaluate("getSelection().removeAllRanges(); document.execCommand = () => false")
    page.get_by_role("button", name="Copy").tap()
    expect(page.get_by_text("Link selected. You can copy it now.")).to_be_visible()
    assert page.evaluate("getSelection().toString()") == link_field(page)


def test_a_server_for_one_machine_explains_how_to_invite_others(visit: Visit, lone_site: TuttiServer):
    with client_of(lone_site) as http:
        room = new_room(http)
    visitor = visit(f"/r/{room}#room", base_url=lone_site.base_url, **PHONE)
    page = visitor.page

    expect(page.get_by_text("./start-daphne.sh --lan")).to_be_visible()

    expect(page.get_by_role("img", name=re.compile("QR code"))).to_have_count(0)
    assert "localhost" not in page.locator(".rooms").inner_text()
    assert visitor.violations() == []


# --- What one sets for oneself, and takes along ------------------------------------------------------


DARK = "rgb(15, 16, 20)"
LIGHT = "rgb(246, 245, 242)"


def background(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def test_language_and_theme_follow_browser_and_system_until_changed(visit: Visit, queue: Queue):
    """Axe: test_screenshots."""
    queue.fill(1)
    visitor = visit(f"/r/{queue.room}#room", locale="de-AT", color_scheme="dark")
    page = visitor.page
    expect(page.locator(".rooms .qr")).to_be_visible()
    for width in (320, 640, 1280):
        page.set_viewport_size({"width": width, "height": 640})
        assert not visitor.scrolls_sideways()
        assert page.locator(".rooms").evaluate("one => one.scrollWidth <= one.clientWidth")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_label("Sprache").locator("option").first).to_have_text("Wie im Browser (Deutsch)")
    assert background(page) == DARK

    page.get_by_label("Sprache").select_option("English")
    expect(page.get_by_role("heading", name="Rooms")).to_be_visible()
    colours = page.get_by_role("group", name="Theme")
    colours.get_by_label("Light").check(force=True)
    assert background(page) == LIGHT
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(colours.get_by_label("Light")).to_be_checked()
    assert background(page) == LIGHT

    colours.get_by_label("System").check(force=True)
    assert background(page) == DARK
    colours.get_by_label("System").focus()
    page.keyboard.press("ArrowRight")
    assert background(page) == LIGHT
    page.keyboard.press("ArrowRight")
    expect(colours.get_by_label("Dark")).to_be_checked()
    assert background(page) == DARK

    page.get_by_label("Language").select_option("")
    expect(page.locator("html")).to_have_attribute("lang", "de")


def exported(page: Page, name: str) -> str:
    """What is in the file, which is named after the room."""
    with page.expect_download() as reported:
        page.get_by_role("button", name=f"Export as {name}").click()
    room = page.url.split("/r/")[1].split("#")[0]
    assert re.fullmatch(rf"tutti-{room}-[\d-]{{10}}\.{name.lower()}", reported.value.suggested_filename)
    return reported.value.path().read_text()


def test_the_queue_is_exported_as_playlist_csv_and_json(visit: Visit, queue: Queue):
    """What is in one, of all that titles can be: export_queue.test.ts."""
    page = visit(f"/r/{queue.room}#room").page
    # An empty queue has nothing to take along.
    expect(page.get_by_text("The queue is empty.", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Export as CSV")).to_have_count(0)
    queue.fill(3)
    expect(page.get_by_text("3 tracks, in queue order.")).to_be_visible()
    tracks = [item["track"] for item in queue.items()]
    titles = [track["title"] for track in tracks]

    lines = exported(page, "M3U8").splitlines()
    rows = csv.DictReader(exported(page, "CSV").removeprefix("\ufeff").splitlines())
    reported = json.loads(exported(page, "JSON"))

    assert lines[:2] == ["#EXTM3U", "#PLAYLIST:A test's room"]
    assert lines[2::2] == [
        f"#EXTINF:{track['duration_seconds']},{track['artist']} - {track['title']}" for track in tracks
    ]
    assert [(row["title"], row["artist"]) for row in rows] == [
        (track["title"], track["artist"]) for track in tracks
    ]
    assert (reported["room"], [item["title"] for item in reported["items"]]) == (queue.room, titles)
