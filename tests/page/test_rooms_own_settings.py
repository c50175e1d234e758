"""What one sets for oneself, and takes along: colours, language, the queue as a file."""

import csv
import io
import json
from datetime import date

from playwright.sync_api import Page, expect

from tests.contract.queues import Queue
from tests.page.visitors import PHONE, Visit

DARK = "rgb(15, 16, 20)"
LIGHT = "rgb(246, 245, 242)"


def background(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def test_colours_follow_the_system_until_one_chooses(visit: Visit, room: str):
    page = visit(f"/r/{room}#room", **PHONE, color_scheme="dark").page
    colours = page.get_by_role("group", name="Colours")
    expect(colours).to_be_visible()
    assert background(page) == DARK

    colours.get_by_label("Light").check(force=True)
    assert background(page) == LIGHT
    page.reload()
    expect(colours.get_by_label("Light")).to_be_checked()
    assert background(page) == LIGHT

    colours.get_by_label("As the system").check(force=True)
    assert background(page) == DARK

    colours.get_by_label("As the system").focus()
    page.keyboard.press("ArrowRight")
    assert background(page) == LIGHT
    page.keyboard.press("ArrowRight")
    expect(colours.get_by_label("Dark")).to_be_checked()
    assert background(page) == DARK


def test_the_language_follows_the_browser_until_one_chooses_and_the_longer_words_fit(
    visit: Visit, queue: Queue
):
    """Axe: test_screenshots."""
    queue.fill(1)
    visitor = visit(f"/r/{queue.room}#room", locale="de-AT")
    page = visitor.page
    expect(page.locator(".rooms .qr")).to_be_visible()
    for width in (320, 640, 1280):
        page.set_viewport_size({"width": width, "height": 640})
        assert not visitor.scrolls_sideways()
        assert page.locator(".rooms").evaluate("one => one.scrollWidth <= one.clientWidth")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_label("Sprache").locator("option").first).to_have_text("Wie der Browser: Deutsch")

    page.get_by_label("Sprache").select_option("English")
    expect(page.get_by_role("heading", name="Rooms")).to_be_visible()
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")

    page.get_by_label("Language").select_option("")
    expect(page.locator("html")).to_have_attribute("lang", "de")


def exported(page: Page, name: str) -> str:
    """What is in the file, which is named after room and day."""
    days = {date.today()}
    with page.expect_download() as told:
        page.get_by_role("button", name=f"Save the queue as {name}").click()
    room = page.url.split("/r/")[1].split("#")[0]
    days.add(date.today())
    assert told.value.suggested_filename in {f"tutti-{room}-{day}.{name.lower()}" for day in days}
    return told.value.path().read_bytes().decode()


def test_the_queue_as_a_file_for_players_tables_and_programs(visit: Visit, queue: Queue):
    """What is in one, of all that titles can be: export.test.ts."""
    page = visit(f"/r/{queue.room}#room").page
    # An empty queue has nothing to take along.
    expect(page.get_by_text("The queue is empty.")).to_be_visible()
    expect(page.get_by_role("button", name="Save the queue as CSV")).to_have_count(0)
    queue.fill(3)
    expect(page.get_by_text("3 tracks, in this order.")).to_be_visible()
    items = queue.items()
    tracks = [item["track"] for item in items]

    lines = exported(page, "M3U8").splitlines()
    rows = csv.DictReader(io.StringIO(exported(page, "CSV").removeprefix("\ufeff"), newline=""))
    told = json.loads(exported(page, "JSON"))

    assert lines[:2] == ["#EXTM3U", "#PLAYLIST:A test's room"]
    assert lines[2::2] == [
        f"#EXTINF:{track['duration_seconds']},{track['artist']} - {track['title']}" for track in tracks
    ]
    fields = ("title", "artist", "album", "genre")
    assert [[row[field] for field in (*fields, "added_at")] for row in rows] == [
        [*(item["track"][field] for field in fields), item["added_at"]] for item in items
    ]
    assert (told["room"], told["name"]) == (queue.room, "A test's room")
    assert [item["title"] for item in told["items"]] == [track["title"] for track in tracks]
