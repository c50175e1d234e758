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
# What moves without an end would keep the machine busy with pictures that nobody sees.
CALM: dict[str, Any] = {"color_scheme": "light", "reduced_motion": "reduce"}
SIZES: dict[str, dict[str, Any]] = {"phone": {**PHONE, **CALM}, "desktop": {**DESKTOP, **CALM}}
every_walk = pytest.mark.parametrize("walk", WALKS)


def picture(visitor: Visitor, name: str) -> None:
    LOOKS.mkdir(exist_ok=True)
    still(visitor.page)
    visitor.stand_still()
    visitor.page.screenshot(path=LOOKS / f"{name}.png")


def violations(visitor: Visitor, name: str) -> list[str]:
    """Of a state, in both colours: nothing but contrast differs between them."""
    found = []
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme)
        picture(visitor, f"{name}-{scheme}")
        found += visitor.violations(only=None if scheme == "light" else "color-contrast")
    return found


@every_walk
@pytest.mark.parametrize("size", SIZES)
def test_every_state_is_accessible_in_light_and_dark(
    visit: Visit, http: httpx.Client, queue: Queue, walk: str, size: str
):
    scene = Scene(visit, http, queue, SIZES[size])
    found = []

    for state, visitor in scene.states(WALKS[walk]):
        found += [f"{state}: {one}" for one in violations(visitor, f"{state}-{size}")]
        if visitor.scrolls_sideways():
            found.append(f"{state}: it scrolls sideways")

    assert found == []


@every_walk
def test_every_state_fits_into_320_pixels_with_longer_words(
    visit: Visit, http: httpx.Client, queue: Queue, walk: str
):
    scene = Scene(visit, http, queue, {**NARROW, **CALM, "locale": "de-DE"})
    wide = []

    for state, visitor in scene.states(WALKS[walk]):
        picture(visitor, f"{state}-narrow-german")
        wide += [state] if visitor.scrolls_sideways() else []

    assert wide == []
