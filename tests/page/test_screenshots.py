"""Every state in both colours, at a phone and at a desk: pictures of it, and nothing for axe to find.

The pictures go into an ignored folder, `tests/page/looks`, for people to look at.
"""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.queues import Queue
from tests.page.queue_page import still
from tests.page.visitors import DESKTOP, NARROW, PHONE, Visit, Visitor
from tests.page.walks import WALKS, Scene

LOOKS = Path(__file__).parent / "looks"
SIZES: dict[str, dict[str, Any]] = {"phone": PHONE, "desktop": DESKTOP}
FORMED = [{**NARROW, "locale": "de-DE"}, {**NARROW, "locale": "en-GB"}]


def findings(visitor: Visitor, state: str) -> list[str]:
    """Of a state, in both colours: what is found does not differ but for contrast."""
    page = visitor.page
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        still(page)
        visitor.stand_still()
        page.screenshot(path=LOOKS / f"{state}-{scheme}.png")
        found += visitor.violations(only=None if scheme == "light" else "color-contrast")
    return [f"{state}: {one}" for one in found]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("walk", WALKS)
def test_every_state_is_accessible_in_light_and_dark(
    visit: Visit, http: httpx.Client, queue: Queue, walk: str, size: str
):
    LOOKS.mkdir(exist_ok=True)
    scene = Scene(visit, http, queue, {**SIZES[size], "color_scheme": "light"})
    found = []

    for state in WALKS[walk](scene):
        assert scene.visitor
        found += findings(scene.visitor, f"{state}-{size}")
        if scene.visitor.scrolls_sideways():
            found.append(f"{state}: it scrolls sideways")

    assert found == []
