"""A large library: any part of it is a scroll away, and no more is drawn than is seen."""

import csv
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.page.visitors import PHONE, Visit, lose_network
from tests.preloaded import run_program
from tests.processes import BACKEND, TuttiServer

TRACKS = 5_000
ROW_PIXELS = 60
FLING = """async (list, pixels) => {
    for (let frame = 0; frame < 24; frame += 1) {
        list.scrollTop += pixels / 24;
        await new Promise(requestAnimationFrame);
    }
}"""
SCROLL = "(list, top) => { list.scrollTop = top; }"


@pytest.fixture
def large_site(lone_site: TuttiServer, tmp_path: Path) -> TuttiServer:
    file = tmp_path / "tracks.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["title", "artist", "album", "genre", "duration_seconds"])
        rows.writerows((f"Number {n:05}", f"Artist {n % 997}", "", "noise", 180) for n in range(TRACKS))
    command = [sys.executable, "manage.py", "import_tracks", str(file)]
    done = run_program(command, cwd=BACKEND, env=lone_site.environment)
    assert done.returncode == 0, done.stderr
    return lone_site


def titles(page: Page) -> Locator:
    return page.locator(".library-title")


# The proof of every run: paged_list.test.ts, virtual_window.test.ts; in a browser test_queue_large, and
# test_library for what did not come.
@pytest.mark.long
def test_a_large_library_loads_and_draws_only_visible_rows(visit: Visit, large_site: TuttiServer):
    """Axe: test_screenshots."""
    visitor = visit("/#library", base_url=large_site.base_url, loses_network=True, **PHONE)
    page = visitor.page
    expect(titles(page).first).to_have_text("Bohemian Rhapsody")
    rows = page.locator(".virtual-list")
    skeletons, problem = page.locator(".library-skeleton"), page.locator(".library-problem")

    # A part that can't be loaded leaves the rest, and comes with a retry or the network.
    page.route("**/api/tracks/?*", lambda route: route.abort())
    rows.evaluate(SCROLL, 0.3 * TRACKS * ROW_PIXELS)
    expect(page.get_by_text("Showing what was already loaded.")).to_be_visible()
    rows.evaluate(SCROLL, 0)
    expect(titles(page).first).to_have_text("Bohemian Rhapsody")
    rows.evaluate(SCROLL, 0.3 * TRACKS * ROW_PIXELS)
    page.unroute("**/api/tracks/?*")
    page.get_by_role("button", name="Try again").click()
    expect(titles(page).first).to_be_visible()
    expect(problem).to_have_count(0)
    lose_network(visitor.page)
    rows.evaluate(SCROLL, 0.7 * TRACKS * ROW_PIXELS)
    expect(page.get_by_text("You’re offline. The library isn’t available.")).to_be_visible()
    visitor.context.set_offline(False)
    expect(titles(page).first).to_be_visible()
    expect(problem).to_have_count(0)
    rows.evaluate(SCROLL, 0)
    expect(titles(page).first).to_have_text("Bohemian Rhapsody")

    # A fling loads little of what flew by: each frame is at another page of a hundred tracks.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/tracks/" in request.url else None)
    rows.evaluate(FLING, TRACKS * 0.9 * ROW_PIXELS)
    expect(titles(page).first).to_be_visible()
    expect(skeletons).to_have_count(0)
    assert 1 <= len(asked) < 24
    for share in (0, 0.2, 0.85):
        rows.evaluate(SCROLL, share * TRACKS * ROW_PIXELS)
        expect(skeletons).to_have_count(0)
        assert 5 < page.locator(".library-row").count() < 50

    # Its size is said, its end is a key away, and a search goes through all of it.
    with large_site.client() as http:
        total = int(http.get("/api/tracks/", params={"limit": 1}).headers["X-Total-Count"])
    assert total >= TRACKS
    expect(page.locator(".library-line [role=status]")).to_have_text(f"{total:,} tracks")
    page.get_by_role("searchbox").press("ArrowDown")
    page.keyboard.press("End")
    expect(page.get_by_text(f"Number {TRACKS - 1:05}")).to_be_visible()
    place, size = (
        visitor.focused(f"element => element.getAttribute('{name}')")
        for name in ("aria-posinset", "aria-setsize")
    )
    assert place == size
    page.get_by_role("searchbox").press_sequentially("number 03141")
    expect(titles(page)).to_have_text(["Number 03141"])
