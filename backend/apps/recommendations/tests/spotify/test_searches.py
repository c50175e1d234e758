"""What is searched for on behalf of somebody, and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.recommendations.sources.base import Deed, Liked, Reason, ReasonKind, Wishes
from apps.recommendations.sources.spotify_searches import MAX_NAME_CHARACTERS, searches_for

ARTISTS = ["Ada Brook", "Bo Cedar", "Cem Dune"]
GENRES = ["jazz", "dub"]
LIKED = Liked(track_id=5, title="Lantern", artist="Dee Ember", weight=3.0, deed=Deed.LIKED)
PLAYED = Liked(track_id=6, title="Kettle", artist="Flo Gale", weight=1.0, deed=Deed.PLAYED)
EVERYTHING = Wishes(
    favorite_artists=ARTISTS,
    favorite_genres=GENRES,
    moods=["calm"],
    seed_artists=["Gus Hill"],
    seed_genres=["ska"],
    liked=[LIKED, PLAYED],
)
names = st.lists(st.text(st.characters(), max_size=300), max_size=10)


def queries(wishes: Wishes, *, most: int = 100, turn: int = 0) -> list[str]:
    return [search.query for search in searches_for(wishes, most=most, turn=turn)]


def test_seeds_come_first_then_favorites_and_what_was_liked_take_turns() -> None:
    assert queries(EVERYTHING) == [
        *('artist:"gus hill"', 'genre:"ska"'),
        *('artist:"ada brook"', 'genre:"jazz"', 'artist:"dee ember"'),
        *('artist:"bo cedar"', 'genre:"dub"', 'artist:"flo gale"'),
        'artist:"cem dune"',
    ]
    assert queries(EVERYTHING, most=3) == queries(EVERYTHING)[:3]


def test_at_another_turn_other_favorites_come_first() -> None:
    favorites = Wishes(favorite_artists=ARTISTS)
    firsts = [queries(favorites, most=1, turn=turn) for turn in range(4)]
    assert firsts == [[f'artist:"{name.lower()}"'] for name in (*ARTISTS, ARTISTS[0])]


def test_each_search_has_a_reason_that_is_true_of_what_it_finds() -> None:
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


@pytest.mark.parametrize(
    ("wishes", "asked"),
    [
        (Wishes(), []),
        (Wishes(moods=["calm"]), []),
        (
            Wishes(favorite_artists=["Ada Brook", "Bo Cedar"], avoided_artists={"ada brook"}),
            ['artist:"bo cedar"'],
        ),
        (Wishes(seed_artists=['A" OR genre:"b']), ['artist:"a or genre: b"']),  # it can say nothing else
        (Wishes(seed_artists=['"', " ", "\ud800"], seed_genres=[""]), []),
    ],
)
def test_what_is_searched_for(wishes: Wishes, asked: list[str]) -> None:
    assert queries(wishes) == asked


def test_what_is_asked_for_twice_is_searched_for_once_for_the_better_reason() -> None:
    twice = Wishes(seed_artists=["ADA  Brook"], favorite_artists=["Ada Brook"])
    (search,) = searches_for(twice, most=100, turn=0)
    assert search.reason.kind is ReasonKind.SEED_ARTIST


@given(artists=names, genres=names)
def test_whatever_people_call_things_can_be_sent(artists: list[str], genres: list[str]) -> None:
    found = queries(Wishes(seed_artists=[*artists, "Ada Brook"], favorite_genres=genres))
    assert found
    for query in found:
        query.encode()
        assert query.count('"') == 2
        assert len(query) <= MAX_NAME_CHARACTERS + len('artist:""')
