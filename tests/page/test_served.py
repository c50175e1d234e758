"""The real page as a real server gives it: every file is there, small, and kept as long as it may be."""

import gzip
import re
from collections.abc import Iterator
from functools import partial
from html import escape
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.conftest import PreparedData
from tests.contract.conftest import queue_of
from tests.hosts import asked_for_room
from tests.page.visitors import Visitor, new_visitor, until
from tests.processes import TuttiServer

YEAR = "public, max-age=31536000, immutable"
PREVIEWS = re.compile(r'<meta property="og:(\w+)" content="([^"]*)" />')
REFERENCES = re.compile(r'(?:src|href)="([^"]+)"')
MAIN_SCRIPT = re.compile(r"/page/assets/index-[\w-]+\.js$")
WORDS = re.compile(r"/page/assets/(\w+)-[\w-]{8}\.js$")
# Other languages get English.
READERS = pytest.mark.parametrize(
    ("window", "language"),
    [("de-AT", "de"), ("fr-FR", "en"), pytest.param("en-GB", "en", marks=pytest.mark.long)],
    indirect=["window"],
)
REPORTS_AT_MOST = 5
THROW = "message => { setTimeout(() => { throw new Error(message); }); }"
REJECT = "message => { Promise.reject(new Error(message)); }"


@pytest.fixture
def reader(site: TuttiServer) -> Iterator[httpx.Client]:
    with site.client(headers={"Accept-Encoding": "gzip"}) as http:
        yield http


def references(page: str) -> list[str]:
    return REFERENCES.findall(page)


def test_the_page_refers_only_to_own_files_with_long_cache_times(reader: httpx.Client):
    page = reader.get("/")
    assert re.findall(r"<script(?![^>]*\bsrc=)", page.text) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", page.text) == []
    found = references(page.text)
    assert len(found) >= 4
    for address in found:
        assert address.startswith("/page/"), address
        response = reader.get(address)
        assert response.status_code == 200, address
        kept = YEAR if address.startswith("/page/assets/") else "no-cache"
        assert response.headers["Cache-Control"] == kept, address
    for address in (*found, "/", "/r/main", "/service-worker.js"):
        mark = reader.get(address).headers["ETag"]
        again = reader.get(address, headers={"If-None-Match": mark})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", mark), address
        assert again.headers["Content-Security-Policy"], address


def test_a_link_preview_shows_name_and_playing_track_and_of_an_unlisted_room_only_the_name(
    reader: httpx.Client, http: httpx.Client
):
    name, seen = '<b>"Ada" & Bo</b>', "&lt;b&gt;&quot;Ada&quot; &amp; Bo&lt;/b&gt;"
    for is_public in (True, False):
        slug = asked_for_room(http, name=name, is_public=is_public).json()["slug"]
        queue = queue_of(http, slug)
        # One was played, one plays, one is to come.
        for item in queue.fill(3)[:2]:
            queue.play(item)
        track = queue.items()[1]["track"]
        page = reader.get(f"/r/{slug}")
        reported = dict(PREVIEWS.findall(page.text))
        assert f"<title>{seen} · Tutti</title>" in page.text
        assert f'class="boot-bar">{seen}<' in page.text
        assert name not in page.text
        assert (reported["title"], reported["url"]) == (
            seen,
            f"{reader.base_url}/r/{slug}".replace("//r", "/r"),
        )
        assert reader.get(reported["image"]).headers["Content-Type"] == "image/png"
        if is_public:
            assert reported["description"] == escape(
                f"1 track to come. Now playing: {track['title']} · {track['artist']}"
            )
        else:
            assert reported["description"] == "Choose the music together."
        german = reader.get(f"/r/{slug}", headers={"Accept-Language": "de-AT"})
        assert german.headers["Vary"] == "Accept-Language"
        assert "usammen" in german.text or "Gerade läuft: " in german.text
        again = reader.head(f"/r/{slug}")
        assert (again.content, again.headers["Content-Length"]) == (b"", str(len(page.content)))
    assert reader.get("/r/no-such-room-here").content == reader.get("/").content


def test_every_script_is_served_compressed(reader: httpx.Client, built_page: Path):
    scripts, styles = ([*(built_page / "assets").glob(f"*.{kind}")] for kind in ("js", "css"))
    assert scripts
    assert styles
    for path in [*scripts, *styles]:
        response = reader.head(f"/page/assets/{path.name}", headers={"Accept-Encoding": "gzip, br"})
        assert response.headers["Content-Encoding"] == "br", path.name
        assert response.headers["Cache-Control"] == YEAR
        assert int(response.headers["Content-Length"]) < path.stat().st_size
        assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == path.read_bytes()


def test_the_manifest_lists_existing_icons_with_their_sizes(reader: httpx.Client):
    manifest = reader.get("/page/manifest.webmanifest")

    assert (manifest.json()["start_url"], manifest.json()["scope"]) == ("/?app", "/")
    sizes = set()
    for icon in manifest.json()["icons"]:
        response = reader.get(f"/page/{icon['src']}")
        assert response.headers["Content-Type"].split(";")[0] == icon["type"]
        if icon["type"] == "image/png":
            width, height = (int.from_bytes(response.content[at : at + 4]) for at in (16, 20))
            assert f"{width}x{height}" == icon["sizes"]
            sizes.add((icon["sizes"], icon.get("purpose")))
    assert reader.get("/favicon.ico", follow_redirects=True).content == reader.get("/page/icon.svg").content
    assert sizes == {("192x192", None), ("512x512", None), ("512x512", "maskable")}


def test_loading_the_web_app_counts_against_no_limit_and_sets_no_cookie(
    built_page: Path, prepared_data: PreparedData
):
    """A caller has 12 requests a minute here, for all else."""
    options = prepared_data.options("embedded")
    with TuttiServer(**options, rate_limit_factor="0.02") as server, server.client() as reader:
        address = next(one for one in references(reader.get("/").text) if one.endswith(".js"))
        responses = [reader.get(path) for path in ["/", "/r/main", address] * 6]
        others = [reader.get("/api/tracks/") for _ in range(13)]

    assert {response.status_code for response in responses} == {200}
    assert not any("Set-Cookie" in response.headers for response in responses)
    assert others[0].status_code == 200
    assert others[-1].status_code == 429


def test_the_service_worker_lists_exactly_the_files_of_the_build(reader: httpx.Client, built_page: Path):
    worker = reader.get("/service-worker.js")

    known = set(re.findall(r"/page/assets/[\w.-]+", worker.text))
    assert known == {
        f"/page/assets/{path.name}"
        for path in (built_page / "assets").iterdir()
        if path.suffix in {".js", ".css"}
    }
    assert worker.headers["Content-Type"].startswith("text/javascript")


# --- The words of the reader's language come while the script that shows them still does -------------


@pytest.fixture
def window(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A blank one of a visitor who prefers that language."""
    context = browser.new_context(locale=request.param)
    yield context.new_page()
    context.close()


def is_of(language: str, request: Request) -> bool:
    found = WORDS.search(request.url)
    return found is not None and found[1] == language


@READERS
def test_only_messages_are_preloaded_before_the_main_script(site: TuttiServer, window: Page, language: str):
    held: list[Route] = []
    asked: list[Request] = []
    window.on("request", lambda request: asked.append(request))
    window.route(MAIN_SCRIPT, lambda route: held.append(route))

    with window.expect_request(lambda request: is_of(language, request)) as early:
        window.goto(site.base_url, wait_until="commit")

    expect(window.locator(".boot")).to_be_attached()
    held[0].continue_()
    expect(window.locator("#queue-part")).to_be_visible()
    # What came early is used; the words of later parts have files of their own.
    words = [request.url for one in ("de", "en", "numbers") for request in asked if is_of(one, request)]
    assert len(words) == len(set(words))
    first_words, *_ = words
    assert first_words == early.value.url
    assert [one for one in ("de", "en", "numbers") if any(is_of(one, request) for request in asked)] == [
        language,
        "numbers",
    ]


# --- Errors in a visitor's browser are in the server's log -------------------------------------------


@pytest.fixture
def visitor(browser: Browser, site: TuttiServer) -> Iterator[Visitor]:
    found = new_visitor(browser, site.base_url).open("/")
    yield found
    found.context.close()


def break_down(page: Page, how: str, message: str) -> None:
    """Until the server has taken the report."""
    with page.expect_response("**/api/page-errors/") as response:
        page.evaluate(how, message)
    assert response.value.status == 204


def lines_of(site: TuttiServer, message: str) -> list[str]:
    return [line for line in site.log.splitlines() if message in line]


def test_errors_of_the_web_app_are_logged_by_the_server_a_limited_number_of_times(
    visitor: Visitor, site: TuttiServer
):
    for how, message in ((THROW, "The needle fell off"), (REJECT, "The needle was taken off")):
        break_down(visitor.page, how, message)
        [line] = until(visitor.page, partial(lines_of, site, message))
        assert f"Error: {message} (page /" in line

    visitor.page.reload()
    message = "The record has a scratch"
    for _ in range(REPORTS_AT_MOST):
        break_down(visitor.page, THROW, message)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))

    visitor.page.evaluate(THROW, message)
    with visitor.page.expect_event("pageerror"):
        visitor.page.evaluate(THROW, message)

    assert [url for url in asked if url.endswith("/api/page-errors/")] == []
    until(visitor.page, lambda: lines_of(site, message))
    assert len(lines_of(site, message)) == REPORTS_AT_MOST
