"""GraphiQL at /api/gql/: it asks and shows the answer, under its policy, and asks no other machine."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from core.http_security import GRAPHIQL, NOTHING, written
from tests.browser.chromium import WatchedPage
from tests.node import node
from tests.page.visitors import until
from tests.processes import PROJECT, TuttiServer

GENRES = "{ genres { name displayName } }"


class GraphiQLPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.editor: Locator = page.locator(".graphiql-query-editor .CodeMirror")
        self.answer: Locator = page.locator(".result-window")

    def type(self, query: str) -> None:
        """Instead of what stands there."""
        self.editor.click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(query)

    def ask(self, query: str) -> None:
        self.type(query)
        self.page.keyboard.press("ControlOrMeta+Enter")

    def look_around(self) -> None:
        """Everything that shows itself by a script of its own: the book, the past, hints, dialogs, tabs."""
        self.ask(GENRES)
        expect(self.answer).to_contain_text('"displayName": "Pop"')
        self.type("{ nonsense }")
        self.page.locator(".CodeMirror-lint-mark-error").first.hover()
        expect(self.page.locator(".CodeMirror-lint-message-error").first).to_be_visible()
        self._open_the_book()
        self._take_a_hint()
        self._open_the_past()
        for name in ("Open short keys dialog", "Open settings dialog"):
            self.page.get_by_role("button", name=name).click()
            expect(self.page.get_by_role("dialog")).to_be_visible()
            self.page.keyboard.press("Escape")
            expect(self.page.get_by_role("dialog")).to_have_count(0)
        self.page.get_by_role("button", name="New tab").click()
        expect(self.page.get_by_role("tab")).to_have_count(2)

    def _open_the_book(self) -> None:
        self.page.get_by_role("button", name="Show Documentation Explorer").click()
        self.page.locator(".graphiql-doc-explorer-content a", has_text="Query").first.click()
        expect(self.page.locator(".graphiql-doc-explorer-content")).to_contain_text("genres")

    def _take_a_hint(self) -> None:
        self.type("{ gen")
        self.page.keyboard.press("Control+Space")
        expect(self.page.locator(".CodeMirror-hints li").first).to_contain_text("genres")
        self.page.keyboard.press("Escape")

    def _open_the_past(self) -> None:
        self.page.get_by_role("button", name="Show History").click()
        expect(self.page.locator(".graphiql-history-item").first).to_contain_text("genres")


GQL = "/api/gql/"
PEOPLE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
# Each word of its own, with the directive that it is of.
WORDS = [(name, word) for name, words in GRAPHIQL.items() if name not in NOTHING for word in words.split()]


@pytest.fixture
def http(site: TuttiServer) -> Iterator[httpx.Client]:
    with site.client() as client:
        yield client


def test_graphiql_works_under_its_policy(page: WatchedPage) -> None:
    page.open(GQL)
    assert page.page.title() == "Tutti: charts by GraphQL"
    shown = GraphiQLPage(page.page)

    # Asks a question and shows its response, too.
    shown.look_around()
    shown.ask("{ nonsense }")

    expect(page.page.locator(".result-window")).to_contain_text("Cannot query field 'nonsense'")
    assert page.complaints() == []


def test_graphiql_needs_every_part_of_its_policy(page: WatchedPage) -> None:
    weaker = ""

    def change_policy(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": weaker})

    page.page.route(f"**{GQL}", lambda route: change_policy(route) if is_page(route) else route.continue_())
    assert WORDS
    for directive, word in WORDS:
        left = [one for one in GRAPHIQL[directive].split() if one != word]
        weaker = written({**GRAPHIQL, directive: " ".join(left) or "'none'"})
        page.open(GQL)
        until(page.page, partial(is_violated, page.page, directive))


def is_violated(page: Page, directive: str) -> bool:
    violations: list[str] = page.evaluate("window.violations")
    return any(reported.startswith(directive) for reported in violations)


def is_page(route: Route) -> bool:
    return route.request.resource_type == "document"


def test_editors_of_graphiql_have_names_and_are_stacked_on_a_phone(
    browser: Browser, site: TuttiServer
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page = WatchedPage(context.new_page(), site.base_url)
    page.open(GQL)
    shown = GraphiQLPage(page.page)
    expect(shown.editor).to_be_visible()

    for name in ("Query", "Answer"):
        expect(page.page.get_by_role("textbox", name=name)).to_have_count(1)
    unnamed = page.page.locator(".CodeMirror textarea:not([aria-label])")
    expect(unnamed).to_have_count(0)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 360
    editors, response = (
        page.page.locator(part).bounding_box() for part in (".graphiql-editors", ".graphiql-response")
    )
    assert editors is not None
    assert response is not None
    assert min(editors["width"], response["width"]) > 300
    assert editors["y"] + editors["height"] <= response["y"] + 1
    shown.answer.scroll_into_view_if_needed()
    expect(shown.answer).to_be_in_viewport()
    context.close()


# --- How it is built ---------------------------------------------------------------------------------


def test_sources_of_graphiql_have_the_types_of_its_packages(built_graphiql: Path) -> None:
    done = node("../node_modules/typescript/bin/tsc", "--noEmit", folder=PROJECT / "frontend" / "graphiql")

    assert done.returncode == 0, done.stdout


# --- Who gets it -------------------------------------------------------------------------------------


def test_browsers_get_graphiql_and_programs_the_api(http: httpx.Client) -> None:
    shown = http.get(GQL, headers=PEOPLE)
    rejected = http.get(GQL, headers={"Accept": "application/json"})
    asked = http.post(GQL, json={"query": GENRES}, headers=PEOPLE)

    assert (shown.status_code, shown.headers["Content-Type"]) == (200, 'text/html; charset="utf-8"')
    assert shown.headers["Cache-Control"] == "no-cache"
    assert "Accept" in shown.headers["Vary"]
    assert (rejected.status_code, rejected.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert rejected.json()["status"] == "error"
    assert "Accept" in rejected.headers["Vary"]
    assert asked.json()["data"]["genres"]


def test_files_of_graphiql_are_cached_for_a_year_and_separate_from_the_web_app(http: httpx.Client) -> None:
    shown = http.get(GQL, headers=PEOPLE).text
    [script] = [part.split('"')[0] for part in shown.split('src="')[1:]]

    response = http.get(script)

    assert script.startswith("/page/graphiql/assets/")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Encoding"] in {"br", "gzip"}
    assert "graphiql" not in http.get("/service-worker.js").text
    assert http.get("/page/graphiql/index.html").status_code == 404
