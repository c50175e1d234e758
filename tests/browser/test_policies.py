"""Every page works under its Content-Security-Policy, and asks no other machine for anything."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.network import local_addresses
from tests.browser.chromium import WatchedPage
from tests.conftest import PreparedData
from tests.page.pictures import EVERY_RULE
from tests.page.visitors import DESKTOP, NARROW, new_visitor
from tests.processes import TuttiServer

ADMIN_PAGES = [
    "/admin/",
    "/admin/playlist/playlisttrack/",
    "/admin/playlist/playlisttrack/1/delete/",
    "/admin/rooms/room/1/change/",
    "/admin/realtime/event/",
    "/admin/tracks/track/?q=queen",
    "/admin/tracks/track/1/history/",
    "/admin/users/user/1/change/",
    "/admin/users/user/1/password/",
]


@pytest.fixture
def bare_site(prepared_data: PreparedData, tmp_path: Path) -> Iterator[TuttiServer]:
    """It has no page to give."""
    nowhere = {"FRONTEND_DIR": str(tmp_path / "dist")}
    with TuttiServer(**prepared_data.options("embedded"), environment=nowhere) as server:
        yield server


def test_the_policy_allows_the_web_app_to_work(browser: Browser, site: TuttiServer) -> None:
    """Over plain http from another machine, too: a browser passes over some headers there, and says so."""
    for address, path in ((site.base_url, "/"), (f"http://{local_addresses()[0]}:{site.port}", "/r/main")):
        context = browser.new_context()
        page = WatchedPage(context.new_page(), address)
        page.open(path)
        expect(page.page.locator(".status-dot[data-kind=live]")).to_be_attached()
        # Unopened parts are loaded in the background.
        page.page.wait_for_load_state("networkidle")
        assert page.complaints() == []
        context.close()


def test_the_policy_allows_the_page_without_a_build(browser: Browser, bare_site: TuttiServer) -> None:
    context = browser.new_context()
    page = WatchedPage(context.new_page(), bare_site.base_url)
    page.open("/")
    width = page.page.evaluate("getComputedStyle(document.body).maxWidth")
    assert width == "640px", "its style does not count"
    expect(page.page.get_by_text("What to do:")).to_be_visible()
    assert page.complaints() == []

    # It is for everyone, in light and dark, and fits.
    visitor = new_visitor(browser, bare_site.base_url, **NARROW)
    visitor.page.goto(f"{bare_site.base_url}/")
    for scheme, rules in EVERY_RULE.items():
        visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert visitor.violations(rules) == []
    for size in (NARROW, DESKTOP):
        visitor.page.set_viewport_size(size["viewport"])
        assert not visitor.scrolls_sideways()
    assert visitor.complaints() == []

    # How to build GraphiQL is for everyone, too.
    for size in (DESKTOP, NARROW):
        visitor.page.set_viewport_size(size["viewport"])
        visitor.page.goto(f"{bare_site.base_url}/api/gql/")
        assert not visitor.scrolls_sideways()
    for scheme, rules in EVERY_RULE.items():
        visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert visitor.violations(rules) == []
    visitor.context.close()
    response = page.page.goto(f"{bare_site.base_url}/api/gql/")
    assert response is not None
    assert response.status == 404
    expect(page.page.get_by_text("make graphiql")).to_be_visible()
    assert page.page.evaluate("window.violations") == []
    page.page.get_by_role("link", name="GraphQL schema").click()
    expect(page.page.get_by_text("type Query {")).to_be_visible()
    context.close()


def test_the_policy_allows_pages_and_forms_of_the_admin(admin_page: WatchedPage) -> None:
    page = admin_page.page
    for path in ADMIN_PAGES:
        admin_page.open(path)
        expect(page.locator("#content")).to_be_visible()
        assert admin_page.complaints() == [], path

    admin_page.open("/admin/playlist/playlisttrack/1/change/")
    page.fill("#id_added_by", "Cem")
    page.click("input[name=_save]")
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert admin_page.complaints() == []

    # A new item is chosen from what the admin finds.
    admin_page.open("/admin/playlist/playlisttrack/add/")
    for field, words in {"room": "main", "track": "halo"}.items():
        page.click(f".field-{field} .select2-selection")
        page.fill(".select2-search__field", words)
        page.click(".select2-results__option:not(.loading-results)")
    assert page.input_value("#id_room") == "1"
    assert admin_page.complaints() == []


def test_swagger_shows_the_api_and_tries_it(page: WatchedPage) -> None:
    page.open("/api/docs/")
    page.page.click("#operations-tracks-tracks_genres .opblock-summary-control")
    page.page.click(".try-out__btn")
    page.page.click(".execute")
    expect(page.page.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("200")
    assert page.complaints() == []


def test_redoc_shows_the_api(page: WatchedPage) -> None:
    page.open("/api/redoc/")
    # Redoc lays out all operations at once, about 32,000 elements: 5 s when idle, 30 s on a busy machine.
    expect(page.page.get_by_role("heading", name="Tutti").first).to_be_visible(timeout=120_000)
    page.page.mouse.wheel(0, 20_000)
    page.page.wait_for_load_state("networkidle")
    assert page.complaints() == []


def test_the_test_detects_policy_violations_and_requests_to_other_hosts(page: WatchedPage) -> None:
    page.open("/")
    page.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.head.append(script);
            document.body.setAttribute("style", "color: red");
            document.body.append(Object.assign(new Image(), {src: "http://elsewhere.example/x.png"}));
        }"""
    )
    page.page.wait_for_function("window.violations.length >= 3")
    assert page.page.evaluate("window.ran") is None
    text = "\n".join(page.complaints())
    for word in ("script-src", "style-src", "img-src http://elsewhere.example"):
        assert word in text
