"""A Spotify of four tracks, and sources whose time passes when they wait."""

from collections.abc import Iterator
from typing import Protocol

import pytest

from apps.recommendations.sources.base import Wishes
from apps.recommendations.sources.spotify import SpotifySource
from apps.recommendations.sources.spotify_catalogue import SpotifyCatalogue
from apps.recommendations.tests.spotify.stand_in import (
    CLIENT_ID,
    CLIENT_SECRET,
    Recording,
    SpotifyStandIn,
)
from core.providers.lines import Bounds
from core.providers.times import Times
from core.providers.tokens import Credentials
from core.tests.clocks import FakeClock

LANTERN = Recording("Lantern", ["Ada Brook"], isrc="ZZ-A1B-31-00001")
KETTLE = Recording("Kettle", ["Ada Brook", "Bo Cedar"], genre="dub")
TRIBUTE = Recording("In Her Manner", ["The Ada Brook Players"])
HARBOUR = Recording("Harbour", ["Cem Dune"], isrc="ZZA1B3100002")

LIKES_ADA = Wishes(favorite_artists=["ada brook"])
LIKES_ADA_AND_JAZZ = Wishes(favorite_artists=["Ada Brook"], favorite_genres=["jazz"])
BOUNDS = Bounds(connect_seconds=5.0, seconds=5.0, max_bytes=256 * 1024)


class MakeSource(Protocol):
    def __call__(
        self, *, bounds: Bounds = BOUNDS, secret: str = CLIENT_SECRET, url: str = ""
    ) -> SpotifySource: ...


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def service() -> Iterator[SpotifyStandIn]:
    with SpotifyStandIn([LANTERN, KETTLE, TRIBUTE, HARBOUR]) as started:
        yield started


@pytest.fixture
def make_source(service: SpotifyStandIn, clock: FakeClock) -> Iterator[MakeSource]:
    """Each is as one of another process: they have nothing in common but the cache."""
    times = Times(clock, clock, clock.advance)
    made: list[SpotifyCatalogue] = []

    def make(*, bounds: Bounds = BOUNDS, secret: str = CLIENT_SECRET, url: str = "") -> SpotifySource:
        catalogue = SpotifyCatalogue(
            api_url=f"{url or service.url}/v1",
            accounts_url=url or service.url,
            credentials=Credentials(CLIENT_ID, secret),
            bounds=bounds,
            times=times,
        )
        made.append(catalogue)
        return SpotifySource(catalogue, times=times)

    yield make
    for catalogue in made:
        catalogue.close()


@pytest.fixture
def source(make_source: MakeSource) -> SpotifySource:
    return make_source()


def titles(source: SpotifySource, wishes: Wishes = LIKES_ADA, *, most: int = 100) -> list[str]:
    return [one.outside.title for one in source.candidates(wishes, most=most) if one.outside]
