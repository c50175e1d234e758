"""What Spotify's catalogue is searched for on behalf of somebody, and why. Knows no network."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Literal

from apps.recommendations.sources.base import Liked, Reason, ReasonKind, Wishes
from apps.tracks.normalisation import folded, normalised

# How much it speaks for a track to be found so: what was asked for just now before what is said of oneself.
SEED_WEIGHT = 1.0
FAVORITE_ARTIST_WEIGHT = 0.8
LIKED_WEIGHT = 0.7
FAVORITE_GENRE_WEIGHT = 0.6
# Spotify takes 250 characters for all of a search.
MAX_NAME_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Search:
    """One question. Its reason is true of each track that it finds, if that is by the artist it names."""

    kind: Literal["artist", "genre"]
    words: str
    reason: Reason
    weight: float
    artist_key: str | None = None

    @property
    def query(self) -> str:
        return f'{self.kind}:"{self.words}"'


def name_key(name: str) -> str:
    """By which two ways to write a name are the same; one without letters, such as "!!!", is its own."""
    return normalised(name) or folded(name)


def searches_for(wishes: Wishes, *, most: int, turn: int) -> list[Search]:
    """Seeds first, then favorites and what was liked, taking turns.

    Of many favorites a few are searched for at a time; with another `turn`, others.
    """
    seeds = _in_turns(
        [_by_artist(artist, _seed_artist(artist), SEED_WEIGHT) for artist in wishes.seed_artists],
        [_of_genre(genre, _seed_genre(genre), SEED_WEIGHT) for genre in wishes.seed_genres],
    )
    others = _in_turns(
        [
            _by_artist(artist, _favorite_artist(artist), FAVORITE_ARTIST_WEIGHT)
            for artist in _beginning_at(turn, wishes.favorite_artists)
        ],
        [
            _of_genre(genre, _favorite_genre(genre), FAVORITE_GENRE_WEIGHT)
            for genre in _beginning_at(turn, wishes.favorite_genres)
        ],
        [_by_artist(liked.artist, _because_of(liked), LIKED_WEIGHT) for liked in wishes.liked],
    )
    by_query: dict[str, Search] = {}
    for search in chain(seeds, others):
        if search.words and search.artist_key not in wishes.avoided_artists:
            by_query.setdefault(search.query, search)
    return list(by_query.values())[:most]


def _by_artist(artist: str, reason: Reason, weight: float) -> Search:
    return Search("artist", _quotable(artist), reason, weight, artist_key=name_key(artist))


def _of_genre(genre: str, reason: Reason, weight: float) -> Search:
    return Search("genre", _quotable(genre), reason, weight)


def _quotable(name: str) -> str:
    """In lower case, which is the same to Spotify, so that nobody is asked for twice."""
    sendable = name.encode(errors="ignore").decode()  # half a character can't be sent
    return " ".join(sendable.casefold().replace('"', " ").split())[:MAX_NAME_CHARACTERS]


def _beginning_at(turn: int, names: Sequence[str]) -> list[str]:
    start = turn % len(names) if names else 0
    return [*names[start:], *names[:start]]


def _in_turns(*kinds: list[Search]) -> Iterator[Search]:
    return (search for round_ in zip_longest(*kinds) for search in round_ if search is not None)


# --- Reasons -----------------------------------------------------------------------------------------


def _seed_artist(artist: str) -> Reason:
    return Reason(ReasonKind.SEED_ARTIST, f"You asked for {artist}")


def _seed_genre(genre: str) -> Reason:
    return Reason(ReasonKind.SEED_GENRE, f"You asked for {genre}")


def _favorite_artist(artist: str) -> Reason:
    return Reason(ReasonKind.FAVORITE_ARTIST, f"Because you like {artist}")


def _favorite_genre(genre: str) -> Reason:
    return Reason(ReasonKind.FAVORITE_GENRE, f"Because you like {genre}")


def _because_of(liked: Liked) -> Reason:
    text = f"By {liked.artist}, whose {liked.title} you {liked.deed}"
    return Reason(ReasonKind.SAME_ARTIST, text, track_id=liked.track_id)
