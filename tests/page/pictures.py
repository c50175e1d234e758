"""What a state of the page looks like: to axe, and to people, as pictures.

The pictures go into an ignored folder, `tests/page/looks`.
"""

import itertools
from collections.abc import Sequence
from pathlib import Path

from tests.page.visitors import Visitor

LOOKS = Path(__file__).parent / "looks"
# Nothing but contrast differs between light and dark.
EVERY_RULE: dict[str, Sequence[str]] = {"light": (), "dark": ("color-contrast",)}


class Pictures:
    """Looks at states in light and dark by turns; where pictures are taken, at each in both.

    Both colours of everything that is written or drawn upon something else: tokens.test.ts.
    """

    def __init__(self, *, are_taken: bool) -> None:
        self._are_taken = are_taken
        self._schemes = itertools.cycle(EVERY_RULE)

    def problems(self, visitor: Visitor, state: str, look: str) -> list[str]:
        """Of a state, by all rules of axe."""
        rules = EVERY_RULE if self._are_taken else {next(self._schemes): ()}
        found = []
        for scheme, names in rules.items():
            visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            if self._are_taken:
                self._take(visitor, f"{state}-{look}-{scheme}")
            found += visitor.violations(names)
        if visitor.scrolls_sideways():
            found.append("it scrolls sideways")
        return [f"{state}: {one}" for one in found]

    def _take(self, visitor: Visitor, name: str) -> None:
        """Once nothing moves or changes its colour."""
        visitor.stand_still()
        LOOKS.mkdir(exist_ok=True)
        visitor.page.screenshot(path=LOOKS / f"{name}.png")
