"""What is made of Spotify's answers: each track once, with true reasons, and only what makes sense."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.recommendations.sources import spotify
from apps.recommendations.sources.base import Deed, Liked, OutsideTrack, Reason, ReasonKind, Wishes
from apps.recommendations.sources.spotify import SpotifySource, own_spotify
from apps.recommendations.tests.spotify.conftest import (
    KETTLE,
    LANTERN,
    LIKES_ADA,
    LIKES_ADA_AND_JAZZ,
    titles,
)
from apps.recommendations.tests.spotify.stand_in import (
    CLIENT_ID,
    CLIENT_SECRET,
    SEARCH_PATH,
    SpotifyStandIn,
    page_of,
)
from core.tests.clocks import FakeClock
from core.tests.providers.stand_in import answers

BACKEND = Path(__file__).resolve().parents[4]
DAY = 24 * 3600.0


# --- What is found -----------------------------------------------------------------------------------


def test_a_track_is_told_with_all_that_is_known_of_it(source: SpotifySource) -> None:
    first = source.candidates(LIKES_ADA, most=1)[0]
    assert first.outside == OutsideTrack(
        provider="spotify",
        provider_id=LANTERN.id,
        title="Lantern",
        artist="Ada Brook",
        album="Lantern and others",
        isrc="ZZA1B3100001",
        duration_seconds=181,
        cover_url=f"https://i.spotify.example/{LANTERN.id}/300",
        preview_url=f"https://p.spotify.example/{LANTERN.id}?cid=0app",
        external_url=f"https://open.spotify.example/track/{LANTERN.id}",
    )
    assert first.reasons == (Reason(ReasonKind.FAVORITE_ARTIST, "Because you like ada brook"),)
    assert first.track_id is None
    assert 0 < first.score <= 1


NO_FRIENDS_OF_JAZZ = {"cem dune", "the ada brook players"}
HAS_LANTERN = Liked(track_id=5, title="lantern!", artist="Ada Brook", weight=1.0, deed=Deed.PLAYED)


@pytest.mark.parametrize(
    ("wishes", "found"),
    [
        (LIKES_ADA, ["Lantern", "Kettle"]),  # and none of others of a similar name
        (Wishes(seed_artists=["Bo Cedar"]), ["Kettle"]),
        (Wishes(seed_genres=["jazz"], avoided_artists=NO_FRIENDS_OF_JAZZ), ["Lantern"]),
        (Wishes(liked=[HAS_LANTERN]), ["Kettle"]),
        (Wishes(seed_artists=["Nobody At All"]), []),
        (Wishes(moods=["calm"]), []),  # says nothing, and nothing is asked for
    ],
)
def test_what_is_found_for_whom(
    source: SpotifySource, service: SpotifyStandIn, wishes: Wishes, found: list[str]
) -> None:
    assert titles(source, wishes) == found
    assert bool(service.asked) == (not wishes.moods)


def test_what_two_searches_find_is_offered_once_with_both_reasons_and_first(source: SpotifySource) -> None:
    found = source.candidates(LIKES_ADA_AND_JAZZ, most=10)
    assert found[0].outside
    assert found[0].outside.title == "Lantern"
    assert [reason.kind for reason in found[0].reasons] == [
        ReasonKind.FAVORITE_ARTIST,
        ReasonKind.FAVORITE_GENRE,
    ]
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert sorted(titles(source, LIKES_ADA_AND_JAZZ)) == ["Harbour", "In Her Manner", "Kettle", "Lantern"]
    assert len(titles(source, LIKES_ADA_AND_JAZZ, most=2)) == 2
    (by_two,) = source.candidates(Wishes(seed_artists=["Bo Cedar"]), most=10)
    assert by_two.outside
    assert by_two.outside.artist == "Ada Brook, Bo Cedar"


def test_searches_are_few_and_change_by_the_day(
    source: SpotifySource, service: SpotifyStandIn, clock: FakeClock
) -> None:
    many = Wishes(favorite_artists=[f"Artist {number}" for number in range(50)])
    source.candidates(many, most=10)
    clock.advance(DAY)
    source.candidates(many, most=10)
    queries = service.queries()
    assert len(queries) == 2 * spotify.MAX_SEARCHES
    assert queries[0] != queries[spotify.MAX_SEARCHES]


# --- Tracks of which something makes no sense --------------------------------------------------------


def told(**changes: Any) -> dict[str, Any]:
    return {**LANTERN.as_told(), **changes}


BARE = {"id": LANTERN.id, "name": "Lantern", "artists": [{"name": "Ada Brook"}]}
DETAILS = ("album", "duration_ms", "external_ids", "external_urls", "preview_url")
COVER = "https://i.spotify.example/only"


@pytest.mark.parametrize(
    ("item", "cover_url"),
    [
        (BARE, None),
        (BARE | dict.fromkeys(DETAILS), None),
        (
            told(
                duration_ms=0,
                external_ids={"isrc": "none"},
                preview_url="javascript:alert(1)",
                external_urls={"spotify": "file:///etc/passwd"},
                album={"name": "a\x00b", "images": [{"url": "data:image/png;base64,AA", "width": 300}]},
            ),
            None,
        ),
        # A cover of another size is better than none.
        *(
            (BARE | {"album": {"images": [{"url": COVER, "width": width}]}}, COVER)
            for width in (None, 64, 640)
        ),
    ],
)
def test_details_may_be_missing_or_make_no_sense(
    source: SpotifySource, service: SpotifyStandIn, item: dict[str, Any], cover_url: str | None
) -> None:
    service.then(SEARCH_PATH, answers(page_of([item])))
    (found,) = source.candidates(LIKES_ADA, most=10)
    assert found.outside == OutsideTrack(
        "spotify", LANTERN.id, title="Lantern", artist="Ada Brook", cover_url=cover_url
    )


@pytest.mark.parametrize(
    "item",
    [
        *(None, 7, {}, told(name=7), told(name=" "), told(name="a" * 301), told(name="a\x00b")),
        *(told(id=None), told(id="../x"), told(artists=[]), told(artists=[{"name": ""}])),
    ],
)
def test_what_is_no_track_costs_only_itself(
    source: SpotifySource, service: SpotifyStandIn, item: object
) -> None:
    service.then(SEARCH_PATH, answers(page_of([item, KETTLE.as_told()])))
    assert titles(source) == ["Kettle"]


# --- When it is there at all -------------------------------------------------------------------------


@pytest.fixture
def fresh_process() -> Iterator[None]:
    spotify._spotify.cache_clear()
    yield
    spotify._spotify.cache_clear()


@pytest.mark.parametrize(("client_id", "secret"), [("", ""), ("an-app", ""), ("", "a-secret")])
def test_without_credentials_there_is_none(settings: Any, client_id: str, secret: str) -> None:
    settings.SPOTIFY_CLIENT_ID, settings.SPOTIFY_CLIENT_SECRET = client_id, secret
    assert own_spotify() is None


def test_with_credentials_there_is_one_for_the_process(
    fresh_process: None, settings: Any, service: SpotifyStandIn
) -> None:
    settings.SPOTIFY_CLIENT_ID, settings.SPOTIFY_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    settings.SPOTIFY_API_URL, settings.SPOTIFY_ACCOUNTS_URL = f"{service.url}/v1", service.url
    own = own_spotify()
    assert own
    assert own is own_spotify()
    assert own.name == "spotify"
    assert titles(own) == ["Lantern", "Kettle"]
    own._catalogue.close()


def test_without_credentials_no_client_is_loaded(tmp_path: Path) -> None:
    code = (
        "import django, sys; django.setup(); from apps.recommendations.sources.spotify import own_spotify; "
        "print(own_spotify(), 'httpx' in sys.modules, 'tenacity' in sys.modules)"
    )
    environment = {
        **{"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings"},
        **{"ENV_FILE": os.devnull, "DATA_DIR": str(tmp_path)},
    }
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", code], cwd=BACKEND, env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == "None False False", done.stderr
