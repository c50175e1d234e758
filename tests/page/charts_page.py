"""Charts as they are shown in a window."""

from typing import Self

from playwright.sync_api import Locator, Page, expect

from tests.page.visitors import Visitor


class ChartsPage:
    """One person's view of what is popular."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Page = visitor.page
        self.part = self.page.locator("#charts-part")
        self.rows = self.part.locator(".charts-row")
        self.day = self.part.get_by_label("Day", exact=True)
        self.line = self.part.locator("p.charts-line")
        self.before = self.part.get_by_role("button", name="Previous day")
        self.after = self.part.get_by_role("button", name="Next day")

    def loaded(self) -> Self:
        # Of samples alone the page shows what was played here.
        expect(self.part.get_by_role("button", name="Pop", exact=True)).to_be_visible()
        if self.part.get_by_role("button", name="Most played here", pressed=True).count():
            self.chip("Pop").click()
        expect(self.rows.first).to_be_visible()
        return self

    def chip(self, name: str) -> Locator:
        return self.part.get_by_role("button", name=name, exact=True)

    def choose(self, name: str) -> Self:
        self.chip(name).click()
        expect(self.chip(name)).to_have_attribute("aria-pressed", "true")
        return self

    def sort(self, name: str) -> None:
        self.part.get_by_role("radio", name=name).check(force=True)

    def shows(self, names: list[str]) -> None:
        """Waits until the chart is these, in this order."""
        expect(self.rows.locator(".charts-title")).to_have_text(names)

    def row(self, name: str) -> Locator:
        return self.rows.filter(has=self.page.get_by_text(name, exact=True))

    def spoken(self, name: str) -> list[str]:
        """What a screen reader says of a line, but for what its buttons do."""
        said: list[str] = self.row(name).evaluate(
            """row => [...row.querySelectorAll(".spoken, .charts-rank, .charts-mark")]
                .map(one => one.textContent.trim())"""
        )
        return said
