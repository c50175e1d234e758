"""Candidates from Spotify's search. (Its own recommendations are closed to new apps.)"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from apps.recommendations.sources.base import Candidate, OutsideTrack, Reason, SourceAway, Wishes
from apps.recommendations.sources.spotify_searches import Search, name_key, searches_for
from core.providers.failures import Failure, ProviderError
from core.providers.times import OWN_TIMES, Times

if TYPE_CHECKING:
    from apps.recommendations.sources.spotify_catalogue import FoundTrack, SpotifyCatalogue

# Each of them is a request.
MAX_SEARCHES = 6
# After that no further search is begun.
SECONDS = 15.0
# Other favorites have their turn each day.
TURN_SECONDS = 24 * 3600
# The last result of a search counts so much of the first.
LEAST_PART = 0.5


class SpotifySource:
    """Searches for the artists and genres that somebody asks for, likes and plays."""

    name = "spotify"

    def __init__(self, catalogue: "SpotifyCatalogue", *, times: Times = OWN_TIMES) -> None:
        self._catalogue = catalogue
        self._times = times

    def candidates(self, wishes: Wishes, *, most: int) -> Sequence[Candidate]:
        """What some searches found counts when others failed. Raises SourceAway when that is nothing."""
        gathered = _Gathered(wishes)
        failed: ProviderError | None = None
        deadline = self._times.clock() + SECONDS
        turn = int(self._times.wall_clock() // TURN_SECONDS)
        for search in searches_for(wishes, most=MAX_SEARCHES, turn=turn):
            if self._times.clock() > deadline:
                failed = ProviderError(self.name, Failure.SLOW)
                break
            try:
                gathered.add(search, self._catalogue.search(search.query))
            except ProviderError as error:
                failed = error
                if error.failure is not Failure.REFUSED:  # else another question may be answered
                    break
        candidates = gathered.candidates()
        if failed and not candidates:
            raise SourceAway(str(failed)) from failed
        return candidates[: max(0, most)]


class _Gathered:
    """What was found so far, each recording once, whichever searches found it."""

    def __init__(self, wishes: Wishes) -> None:
        self._avoided_artists = wishes.avoided_artists
        self._known = {(name_key(liked.title), name_key(liked.artist)) for liked in wishes.liked}
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
            score = search.weight * (1 - (1 - LEAST_PART) * place / len(found))
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
    """The one of this process; None where nobody has set credentials."""
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
    from core.providers.tokens import Credentials

    catalogue = SpotifyCatalogue(
        api_url=api_url, accounts_url=accounts_url, credentials=Credentials(client_id, client_secret)
    )
    return SpotifySource(catalogue)
