"""GraphiQL in a browser, and someone who uses it."""

from playwright.sync_api import Locator, Page, expect

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
