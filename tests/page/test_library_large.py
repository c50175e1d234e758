"""A library of 50,000 tracks: any part of it is a scroll away, and no more is drawn than is seen."""

import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import ReadyMadeData
from tests.page.visitors import PHONE, Visitor, new_visitor
from tests.processes import BACKEND, TuttiServer

TRACKS = 50_000
FLING = """async list => {
    for (let frame = 0; frame < 60; frame += 1) {
        list.scrollTop += 40_000;
        await new Promise(requestAnimationFrame);
    }
}"""


@pytest.fixture(scope="module")
def large_site(
    built_page: Path, ready_made_data: ReadyMadeData, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TuttiServer]:
    with TuttiServer(**ready_made_data.options("embedded")) as server:
        import_tracks(server, tmp_path_factory.mktemp("large") / "tracks.csv")
        yield server


def import_tracks(server: TuttiServer, file: Path) -> None:
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["title", "artist", "album", "genre", "duration_seconds"])
        rows.writerows((f"Number {n:05}", f"Artist {n % 997}", "", "noise", 180) for n in range(TRACKS))
    command = [sys.executable, "manage.py", "import_tracks", str(file)]
    done = subprocess.run(command, cwd=BACKEND, env=server.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def visitor(browser: Browser, large_site: TuttiServer) -> Iterator[Visitor]:
    visitor = new_visitor(browser, large_site.base_url, **PHONE).open("/#library")
    expect(titles(visitor.page).first).to_have_text("Bohemian Rhapsody")
    yield visitor
    visitor.context.close()
    assert visitor.complaints() == []


def titles(page: Page) -> Locator:
    return page.locator(".library-title")


def rows_drawn(page: Page) -> int:
    return page.locator(".library-row").count()


def test_its_size_is_said(visitor: Visitor):
    expect(visitor.page.locator(".library-line [role=status]")).to_have_text(re.compile(r"^50,\d{3} tracks$"))


def test_the_last_track_is_one_key_away(visitor: Visitor):
    visitor.page.get_by_role("searchbox").press("ArrowDown")

    visitor.page.keyboard.press("End")

    expect(visitor.page.get_by_text("Number 49999")).to_be_visible()
    assert visitor.focused("element => element.getAttribute('aria-posinset')") == visitor.focused(
        "element => element.getAttribute('aria-setsize')"
    )


def test_a_fling_ends_at_tracks_and_loads_little_of_what_flew_by(visitor: Visitor):
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))

    visitor.page.locator(".virtual-list").evaluate(FLING)

    expect(titles(visitor.page).first).to_be_visible()
    expect(visitor.page.locator(".library-skeleton")).to_have_count(0)
    # 2.4 million pixels are some 350 pages of a hundred tracks.
    assert 1 <= len(asked) < 60


def test_only_what_is_in_sight_is_drawn(visitor: Visitor):
    for top in (0, 500_000, 3_000_000):
        visitor.page.locator(".virtual-list").evaluate("(list, top) => { list.scrollTop = top; }", top)
        expect(visitor.page.locator(".library-skeleton")).to_have_count(0)
        assert 5 < rows_drawn(visitor.page) < 50


def test_a_part_that_cannot_be_loaded_leaves_the_rest_and_comes_with_a_retry(visitor: Visitor):
    visitor.loses_network = True
    page = visitor.page
    page.route("**/api/tracks/?*", lambda route: route.abort())
    page.locator(".virtual-list").evaluate("list => { list.scrollTop = 1_000_000; }")
    expect(page.get_by_text("What was loaded stays here.")).to_be_visible()
    assert visitor.violations() == []

    page.locator(".virtual-list").evaluate("list => { list.scrollTop = 0; }")
    expect(titles(page).first).to_have_text("Bohemian Rhapsody")
    page.locator(".virtual-list").evaluate("list => { list.scrollTop = 1_000_000; }")
    page.unroute("**/api/tracks/?*")
    page.get_by_role("button", name="Try again").click()

    expect(titles(page).first).to_be_visible()
    expect(page.locator(".library-problem")).to_have_count(0)


def test_with_the_network_back_what_was_missing_comes_by_itself(visitor: Visitor):
    visitor.loses_network = True
    page = visitor.page
    visitor.context.set_offline(True)
    page.locator(".virtual-list").evaluate("list => { list.scrollTop = 2_000_000; }")
    expect(page.get_by_text("The library needs the network.")).to_be_visible()

    visitor.context.set_offline(False)

    expect(titles(page).first).to_be_visible()
    expect(page.locator(".library-problem")).to_have_count(0)


def test_a_search_through_all_of_them_is_found_at_once(visitor: Visitor):
    visitor.page.get_by_role("searchbox").press_sequentially("number 31415")

    expect(titles(visitor.page)).to_have_text(["Number 31415"])
