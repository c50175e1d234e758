"""What a state of the page looks like: to axe, in both colours, and to people, as pictures.

The pictures go into an ignored folder, `tests/page/looks`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.page.visitors import Visitor

LOOKS = Path(__file__).parent / "looks"
# Nothing but contrast differs between light and dark.
EVERY_RULE: dict[str, Sequence[str]] = {"light": (), "dark": ("color-contrast",)}
EVERY_RULE_BUT_CONTRAST_IN_THE_DARK: dict[str, Sequence[str]] = {"light": ()}
LAYOUT_RULES: dict[str, Sequence[str]] = {"light": ("target-size", "scrollable-region-focusable")}


@dataclass(frozen=True)
class Pictures:
    are_taken: bool

    def take(self, visitor: Visitor, name: str) -> None:
        """Once nothing moves or changes its colour."""
        if self.are_taken:
            visitor.stand_still()
            LOOKS.mkdir(exist_ok=True)
            visitor.page.screenshot(path=LOOKS / f"{name}.png")

    def problems(
        self, visitor: Visitor, state: str, look: str, rules: dict[str, Sequence[str]] = EVERY_RULE
    ) -> list[str]:
        """Of a state, in each colour scheme by its rules of axe."""
        found = []
        for scheme, names in rules.items():
            visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            self.take(visitor, f"{state}-{look}-{scheme}")
            found += visitor.violations(names)
        if visitor.scrolls_sideways():
            found.append("it scrolls sideways")
        return [f"{state}: {one}" for one in found]
