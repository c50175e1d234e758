"""Candidates from Spotify's search. (Its own recommendations are closed to new apps.)"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Literal

from django.conf import settings

from apps.recommendations.sources.base import (
    Candidate,
    Liked,
    OutsideTrack,
    Preferences,
    Reason,
    ReasonKind,
    SourceUnavailable,
    name_key,
)
from core.providers.responses import SYSTEM_TIME, Failure, ProviderError, TimeSource

if TYPE_CHECKING:
    from apps.recommendations.sources.spotify_catalogue import FoundTrack, SpotifyCatalogue


# The weight of a result: seeds of the request before the profile.
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


def searches_for(preferences: Preferences, *, most: int, turn: int) -> list[Search]:
    """Seeds first, then favorites and liked tracks, alternating.

    Of many favorites a few are searched for at a time; with another `turn`, others.
    """
    seeds = _round_robin(
        [_by_artist(artist, _seed_artist(artist), SEED_WEIGHT) for artist in preferences.seed_artists],
        [_of_genre(genre, _seed_genre(genre), SEED_WEIGHT) for genre in preferences.seed_genres],
    )
    others = _round_robin(
        [
            _by_artist(artist, _favorite_artist(artist), FAVORITE_ARTIST_WEIGHT)
            for artist in _beginning_at(turn, preferences.favorite_artists)
        ],
        [
            _of_genre(genre, _favorite_genre(genre), FAVORITE_GENRE_WEIGHT)
            for genre in _beginning_at(turn, preferences.favorite_genres)
        ],
        [_by_artist(liked.artist, _because_of(liked), LIKED_WEIGHT) for liked in preferences.liked],
    )
    by_query: dict[str, Search] = {}
    for search in chain(seeds, others):
        if search.words and search.artist_key not in preferences.avoided_artists:
            by_query.setdefault(search.query, search)
    return list(by_query.values())[:most]


def _by_artist(artist: str, reason: Reason, weight: float) -> Search:
    return Search("artist", _quotable(artist), reason, weight, artist_key=name_key(artist))


def _of_genre(genre: str, reason: Reason, weight: float) -> Search:
    return Search("genre", _quotable(genre), reason, weight)


def _quotable(name: str) -> str:
    """In lower case, which is the same to Spotify, so that no artist is requested twice."""
    sendable = name.encode(errors="ignore").decode()  # half a character can't be sent
    return " ".join(sendable.casefold().replace('"', " ").split())[:MAX_NAME_CHARACTERS]


def _beginning_at(turn: int, names: Sequence[str]) -> list[str]:
    start = turn % len(names) if names else 0
    return [*names[start:], *names[:start]]


def _round_robin(*kinds: list[Search]) -> Iterator[Search]:
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
    text = f"By {liked.artist}, whose {liked.title} you {liked.interaction}"
    return Reason(ReasonKind.SAME_ARTIST, text, track_id=liked.track_id)


# --- The source --------------------------------------------------------------------------------------


# Each of them is a request.
MAX_SEARCHES = 6
# After that no further search is begun.
SECONDS = 15.0
# Other favorites have their turn each day.
TURN_SECONDS = 24 * 3600
# The weight of the last result of a search, as a part of that of the first.
MIN_PART = 0.5


class SpotifySource:
    """Searches for the artists and genres that a person asks for, likes and plays."""

    name = "spotify"

    def __init__(self, catalogue: "SpotifyCatalogue", *, times: TimeSource = SYSTEM_TIME) -> None:
        self._catalogue = catalogue
        self._times = times

    def candidates(self, preferences: Preferences, *, most: int) -> Sequence[Candidate]:
        """Includes what some searches found when others failed. Raises SourceUnavailable without any."""
        found_tracks = _FoundTracks(preferences)
        failed: ProviderError | None = None
        deadline = self._times.clock() + SECONDS
        turn = int(self._times.wall_clock() // TURN_SECONDS)
        for search in searches_for(preferences, most=MAX_SEARCHES, turn=turn):
            if self._times.clock() > deadline:
                failed = ProviderError(self.name, Failure.SLOW)
                break
            try:
                found_tracks.add(search, self._catalogue.search(search.query))
            except ProviderError as error:
                failed = error
                if error.failure is not Failure.REJECTED:  # else another request may succeed
                    break
        candidates = found_tracks.candidates()
        if failed and not candidates:
            raise SourceUnavailable(str(failed)) from failed
        return candidates[: max(0, most)]


class _FoundTracks:
    """The results so far, each recording once, of any search."""

    def __init__(self, preferences: Preferences) -> None:
        self._avoided_artists = preferences.avoided_artists
        self._known = {(name_key(liked.title), name_key(liked.artist)) for liked in preferences.liked}
        self._tracks: dict[tuple[str, str], OutsideTrack] = {}
        self._scores: dict[tuple[str, str], dict[Reason, float]] = {}

    def add(self, search: Search, found: "Sequence[FoundTrack]") -> None:
        for place, one in enumerate(found):
            if search.artist_key is not None and search.artist_key not in one.artist_keys:
                continue
            key = (name_key(one.track.title), name_key(one.track.artist))
            if key in self._known or any(artist in self._avoided_artists for artist in one.artist_keys):
                continue
            self._tracks.setdefault(key, one.track)
            score = search.weight * (1 - (1 - MIN_PART) * place / len(found))
            self._scores.setdefault(key, {}).setdefault(search.reason, score)

    def candidates(self) -> list[Candidate]:
        """The best first."""
        made = [
            Candidate(
                score=_together(scores.values()),
                reasons=tuple(sorted(scores, key=lambda reason: -scores[reason])),
                outside=self._tracks[key],
            )
            for key, scores in self._scores.items()
        ]
        return sorted(made, key=lambda candidate: -candidate.score)


def _together(scores: Iterable[float]) -> float:
    """As sure as if each were by chance right on its own."""
    doubt = 1.0
    for score in scores:
        doubt *= 1 - score
    return 1 - doubt


def own_spotify() -> SpotifySource | None:
    """The one of this process; None without credentials."""
    if not (settings.SPOTIFY_CLIENT_ID and settings.SPOTIFY_CLIENT_SECRET):
        return None
    return _spotify(
        settings.SPOTIFY_CLIENT_ID,
        settings.SPOTIFY_CLIENT_SECRET,
        settings.SPOTIFY_API_URL,
        settings.SPOTIFY_ACCOUNTS_URL,
    )


@lru_cache(maxsize=1)
def _spotify(client_id: str, client_secret: str, api_url: str, accounts_url: str) -> SpotifySource:
    # Here, because most servers have no use for it, and it brings a client of HTTP into the process.
    from apps.recommendations.sources.spotify_catalogue import SpotifyCatalogue
    from core.providers.oauth import Credentials

    catalogue = SpotifyCatalogue(
        api_url=api_url, accounts_url=accounts_url, credentials=Credentials(client_id, client_secret)
    )
    return SpotifySource(catalogue)
