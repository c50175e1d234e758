"""What is made of Spotify's answers: each track once, with true reasons, and only what makes sense."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.recommendations.sources import spotify
from apps.recommendations.sources.base import (
    Interaction,
    Liked,
    OutsideTrack,
    Preferences,
    Reason,
    ReasonKind,
)
from apps.recommendations.sources.spotify import MAX_NAME_CHARACTERS, SpotifySource, own_spotify, searches_for
from apps.recommendations.tests.spotify.conftest import (
    KETTLE,
    LANTERN,
    LIKES_ADA,
    LIKES_ADA_AND_JAZZ,
    titles,
)
from apps.recommendations.tests.spotify.fake_spotify import (
    SEARCH_PATH,
    FakeSpotify,
    page_of,
)
from core.tests.clocks import FakeClock
from core.tests.providers.fake_service import answers

BACKEND = Path(__file__).resolve().parents[4]
DAY = 24 * 3600.0


def test_a_candidate_has_all_known_metadata(source: SpotifySource) -> None:
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
HAS_LANTERN = Liked(
    track_id=5, title="lantern!", artist="Ada Brook", weight=1.0, interaction=Interaction.PLAYED
)


@pytest.mark.parametrize(
    ("preferences", "found"),
    [
        (LIKES_ADA, ["Lantern", "Kettle"]),  # and none of others of a similar name
        (Preferences(seed_artists=["Bo Cedar"]), ["Kettle"]),
        (Preferences(seed_genres=["jazz"], avoided_artists=NO_FRIENDS_OF_JAZZ), ["Lantern"]),
        (Preferences(liked=[HAS_LANTERN]), ["Kettle"]),
        (Preferences(seed_artists=["Nobody At All"]), []),
        (Preferences(moods=["calm"]), []),  # says nothing, and nothing is asked for
    ],
)
def test_searches_and_results_by_preferences(
    source: SpotifySource, service: FakeSpotify, preferences: Preferences, found: list[str]
) -> None:
    assert titles(source, preferences) == found
    assert bool(service.asked) == (not preferences.moods)


def test_a_track_found_by_two_searches_is_listed_once_and_first_with_both_reasons(
    source: SpotifySource,
) -> None:
    found = source.candidates(LIKES_ADA_AND_JAZZ, most=10)
    assert found[0].outside
    assert found[0].outside.title == "Lantern"
    assert [reason.kind for reason in found[0].reasons] == [
        ReasonKind.FAVORITE_ARTIST,
        ReasonKind.FAVORITE_GENRE,
    ]
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    described = [(one.outside.title, one.outside.artist) for one in found if one.outside]
    assert len(described) == len(dict(described)) == 4
    assert ("Kettle", "Ada Brook, Bo Cedar") in described
    assert len(titles(source, LIKES_ADA_AND_JAZZ, most=2)) == 2


def test_the_number_of_searches_is_limited_and_they_change_daily(
    source: SpotifySource, service: FakeSpotify, clock: FakeClock
) -> None:
    many = Preferences(favorite_artists=[f"Artist {number}" for number in range(50)])
    source.candidates(many, most=10)
    clock.advance(DAY)
    source.candidates(many, most=10)
    queries = service.queries()
    assert len(queries) == 2 * spotify.MAX_SEARCHES
    assert queries[0] != queries[spotify.MAX_SEARCHES]


def described(**changes: Any) -> dict[str, Any]:
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
            described(
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
def test_missing_and_invalid_details_are_ignored(
    source: SpotifySource, service: FakeSpotify, item: dict[str, Any], cover_url: str | None
) -> None:
    service.then(SEARCH_PATH, answers(page_of([item])))
    (found,) = source.candidates(LIKES_ADA, most=10)
    assert found.outside == OutsideTrack(
        "spotify", LANTERN.id, title="Lantern", artist="Ada Brook", cover_url=cover_url
    )


@pytest.mark.parametrize(
    "item",
    [
        *(
            None,
            7,
            {},
            described(name=7),
            described(name=" "),
            described(name="a" * 301),
            described(name="a\x00b"),
        ),
        *(described(id=None), described(id="../x"), described(artists=[]), described(artists=[{"name": ""}])),
    ],
)
def test_an_invalid_track_affects_no_other(source: SpotifySource, service: FakeSpotify, item: object) -> None:
    service.then(SEARCH_PATH, answers(page_of([item, KETTLE.as_told()])))
    assert titles(source) == ["Kettle"]


def test_without_credentials_the_source_is_off_and_no_client_is_loaded(settings: Any, tmp_path: Path) -> None:
    for client_id, secret in (("an-app", ""), ("", "a-secret")):
        settings.SPOTIFY_CLIENT_ID, settings.SPOTIFY_CLIENT_SECRET = client_id, secret
        assert own_spotify() is None
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


# --- What is searched for, and why -------------------------------------------------------------------


ARTISTS = ["Ada Brook", "Bo Cedar", "Cem Dune"]
GENRES = ["jazz", "dub"]
LIKED = Liked(track_id=5, title="Lantern", artist="Dee Ember", weight=3.0, interaction=Interaction.LIKED)
PLAYED = Liked(track_id=6, title="Kettle", artist="Flo Gale", weight=1.0, interaction=Interaction.PLAYED)
EVERYTHING = Preferences(
    favorite_artists=ARTISTS,
    favorite_genres=GENRES,
    moods=["calm"],
    seed_artists=["Gus Hill"],
    seed_genres=["ska"],
    liked=[LIKED, PLAYED],
)
names = st.lists(st.text(st.characters(), max_size=300), max_size=10)


def queries(preferences: Preferences, *, most: int = 100, turn: int = 0) -> list[str]:
    return [search.query for search in searches_for(preferences, most=most, turn=turn)]


def test_searches_use_seeds_first_then_favorites_and_likes_alternating_by_day() -> None:
    assert queries(EVERYTHING) == [
        *('artist:"gus hill"', 'genre:"ska"'),
        *('artist:"ada brook"', 'genre:"jazz"', 'artist:"dee ember"'),
        *('artist:"bo cedar"', 'genre:"dub"', 'artist:"flo gale"'),
        'artist:"cem dune"',
    ]
    assert queries(EVERYTHING, most=3) == queries(EVERYTHING)[:3]
    firsts = [queries(Preferences(favorite_artists=ARTISTS), most=1, turn=turn) for turn in range(4)]
    assert firsts == [[f'artist:"{name.lower()}"'] for name in (*ARTISTS, ARTISTS[0])]


def test_the_reason_of_a_search_is_true_for_its_results() -> None:
    reasons = {search.query: search.reason for search in searches_for(EVERYTHING, most=100, turn=0)}
    assert reasons['artist:"gus hill"'] == Reason(ReasonKind.SEED_ARTIST, "You asked for Gus Hill")
    assert reasons['genre:"ska"'] == Reason(ReasonKind.SEED_GENRE, "You asked for ska")
    assert reasons['artist:"bo cedar"'] == Reason(ReasonKind.FAVORITE_ARTIST, "Because you like Bo Cedar")
    assert reasons['genre:"dub"'] == Reason(ReasonKind.FAVORITE_GENRE, "Because you like dub")
    assert reasons['artist:"dee ember"'] == Reason(
        ReasonKind.SAME_ARTIST, "By Dee Ember, whose Lantern you liked", track_id=5
    )
    assert reasons['artist:"flo gale"'] == Reason(
        ReasonKind.SAME_ARTIST, "By Flo Gale, whose Kettle you played", track_id=6
    )
    twice = Preferences(seed_artists=["ADA  Brook"], favorite_artists=["Ada Brook"])
    (search,) = searches_for(twice, most=100, turn=0)
    assert search.reason.kind is ReasonKind.SEED_ARTIST, "the better reason of two"


@pytest.mark.parametrize(
    ("preferences", "asked"),
    [
        (Preferences(), []),
        (Preferences(moods=["calm"]), []),
        (
            Preferences(favorite_artists=["Ada Brook", "Bo Cedar"], avoided_artists={"ada brook"}),
            ['artist:"bo cedar"'],
        ),
        (Preferences(seed_artists=['A" OR genre:"b']), ['artist:"a or genre: b"']),  # it can say nothing else
        (Preferences(seed_artists=['"', " ", "\ud800"], seed_genres=[""]), []),
    ],
)
def test_the_text_of_each_search(preferences: Preferences, asked: list[str]) -> None:
    assert queries(preferences) == asked


@given(artists=names, genres=names)
def test_any_name_can_be_sent_in_a_search(artists: list[str], genres: list[str]) -> None:
    found = queries(Preferences(seed_artists=[*artists, "Ada Brook"], favorite_genres=genres))
    assert found
    for query in found:
        query.encode()
        assert query.count('"') == 2
        assert len(query) <= MAX_NAME_CHARACTERS + len('artist:""')
