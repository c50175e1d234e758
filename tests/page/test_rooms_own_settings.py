"""What one sets for oneself, and takes along: colours, language, the queue as a file."""

import csv
import io
import json
from datetime import date

import pytest
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


def test_the_language_follows_the_browser_until_one_chooses(visit: Visit, room: str):
    page = visit(f"/r/{room}#room", locale="de-AT").page
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_label("Sprache").locator("option").first).to_have_text("Wie der Browser: Deutsch")

    page.get_by_label("Sprache").select_option("English")
    expect(page.get_by_role("heading", name="Rooms")).to_be_visible()
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")

    page.get_by_label("Language").select_option("")
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_the_choice_by_keyboard(visit: Visit, room: str):
    page = visit(f"/r/{room}#room").page
    colours = page.get_by_role("group", name="Colours")
    colours.get_by_label("As the system").focus()

    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")

    expect(colours.get_by_label("Dark")).to_be_checked()
    assert background(page) == DARK


def exported(page: Page, name: str) -> tuple[str, str]:
    """The name of the file, and what is in it."""
    with page.expect_download() as told:
        page.get_by_role("button", name=f"Save the queue as {name}").click()
    return told.value.suggested_filename, told.value.path().read_bytes().decode()


@pytest.fixture
def page_of_three(visit: Visit, queue: Queue) -> Page:
    queue.fill(3)
    page = visit(f"/r/{queue.room}#room").page
    expect(page.get_by_text("3 tracks, in this order.")).to_be_visible()
    return page


@pytest.mark.parametrize(("name", "ending"), [("M3U8", "m3u8"), ("CSV", "csv"), ("JSON", "json")])
def test_a_file_is_named_after_room_and_day(page_of_three: Page, queue: Queue, name: str, ending: str):
    before = date.today()
    file, _ = exported(page_of_three, name)
    assert file in {f"tutti-{queue.room}-{day}.{ending}" for day in (before, date.today())}


def test_a_playlist_for_players(page_of_three: Page, queue: Queue):
    _, text = exported(page_of_three, "M3U8")

    lines = text.splitlines()
    assert lines[:2] == ["#EXTM3U", "#PLAYLIST:A test's room"]
    tracks = [item["track"] for item in queue.items()]
    assert lines[2::2] == [
        f"#EXTINF:{track['duration_seconds']},{track['artist']} - {track['title']}" for track in tracks
    ]


def test_a_table(page_of_three: Page, queue: Queue):
    _, text = exported(page_of_three, "CSV")

    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))

    for row, item in zip(rows, queue.items(), strict=True):
        for field in ("title", "artist", "album", "genre"):
            assert row[field] == item["track"][field]
        assert row["added_at"] == item["added_at"]


def test_for_programs(page_of_three: Page, queue: Queue):
    _, text = exported(page_of_three, "JSON")

    told = json.loads(text)

    assert (told["room"], told["name"]) == (queue.room, "A test's room")
    assert [item["title"] for item in told["items"]] == [item["track"]["title"] for item in queue.items()]


def test_an_empty_queue_has_nothing_to_take_along(visit: Visit, room: str):
    page = visit(f"/r/{room}#room").page

    expect(page.get_by_text("The queue is empty.")).to_be_visible()
    expect(page.get_by_role("button", name="Save the queue as CSV")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 640, 1280])
@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
def test_the_part_fits_and_is_accessible(visit: Visit, queue: Queue, width: int, language: str):
    queue.fill(1)
    visitor = visit(f"/r/{queue.room}#room", viewport={"width": width, "height": 640}, locale=language)
    expect(visitor.page.locator(".rooms .qr")).to_be_visible()

    assert not visitor.scrolls_sideways()
    assert visitor.page.locator(".rooms").evaluate("one => one.scrollWidth <= one.clientWidth")
    assert visitor.violations() == []
