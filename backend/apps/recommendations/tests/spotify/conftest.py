"""A Spotify of four tracks, and sources whose time passes when they wait."""

from collections.abc import Iterator

import pytest

from apps.recommendations.sources.base import Preferences
from apps.recommendations.sources.spotify import SpotifySource
from apps.recommendations.sources.spotify_catalogue import SpotifyCatalogue
from apps.recommendations.tests.spotify.fake_spotify import CLIENT_ID, CLIENT_SECRET, FakeSpotify, Recording
from core.providers.client import RequestBounds
from core.providers.oauth import Credentials
from core.providers.responses import TimeSource
from core.tests.clocks import FakeClock

LANTERN = Recording("Lantern", ["Ada Brook"], isrc="ZZ-A1B-31-00001")
KETTLE = Recording("Kettle", ["Ada Brook", "Bo Cedar"], genre="dub")
TRIBUTE = Recording("In Her Manner", ["The Ada Brook Players"])
HARBOUR = Recording("Harbour", ["Cem Dune"], isrc="ZZA1B3100002")

LIKES_ADA = Preferences(favorite_artists=["ada brook"])
LIKES_ADA_AND_JAZZ = Preferences(favorite_artists=["Ada Brook"], favorite_genres=["jazz"])


@pytest.fixture
def service() -> Iterator[FakeSpotify]:
    with FakeSpotify([LANTERN, KETTLE, TRIBUTE, HARBOUR]) as started:
        yield started


@pytest.fixture
def source(service: FakeSpotify, clock: FakeClock) -> Iterator[SpotifySource]:
    times = TimeSource(clock, clock, clock.advance)
    catalogue = SpotifyCatalogue(
        api_url=f"{service.url}/v1",
        accounts_url=service.url,
        credentials=Credentials(CLIENT_ID, CLIENT_SECRET),
        bounds=RequestBounds(connect_seconds=5.0, seconds=5.0, max_bytes=256 * 1024),
        times=times,
    )
    yield SpotifySource(catalogue, times=times)
    catalogue.close()


def titles(source: SpotifySource, preferences: Preferences = LIKES_ADA, *, most: int = 100) -> list[str]:
    return [one.outside.title for one in source.candidates(preferences, most=most) if one.outside]
