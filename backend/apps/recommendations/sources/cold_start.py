"""Sources that need to know little of a person: popular, new, known. So every list has something."""

from collections.abc import Sequence

from django.utils import timezone

from apps.analytics.interactions import popular_since
from apps.realtime.decorators import cache_result
from apps.recommendations.catalogue import Catalogue
from apps.recommendations.sources.base import Candidate, Preferences, Reason, ReasonKind

POPULAR_DAYS = 30
MOST_POPULAR = 500
# All new people ask for the same.
CACHED_SECONDS = 60


class PopularitySource:
    name = "popularity"

    def candidates(self, preferences: Preferences, *, most: int) -> Sequence[Candidate]:
        popular = popular_tracks()
        without = {*preferences.avoided_track_ids, *(one.track_id for one in preferences.liked)}
        highest = popular[0][1] if popular else 1
        offered = [(track_id, times) for track_id, times in popular if track_id not in without]
        return [
            Candidate(times / highest, (_popular(times),), track_id=track_id)
            for track_id, times in offered[:most]
        ]


class NewestSource:
    name = "newest"

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def candidates(self, preferences: Preferences, *, most: int) -> Sequence[Candidate]:
        """Of the newest the newest first; the score falls from 1 to a half."""
        may = self._catalogue.allowed(
            without_tracks=[*preferences.avoided_track_ids, *(one.track_id for one in preferences.liked)],
            without_artists=preferences.avoided_artists,
        )
        newest = self._catalogue.ids[may][::-1][:most]
        reason = Reason(ReasonKind.NEW_HERE, "One of the newest tracks here")
        return [
            Candidate(1 - number / (2 * most), (reason,), track_id=int(track_id))
            for number, track_id in enumerate(newest)
        ]


class KnownSource:
    """What the person likes already: for the end of a list that nothing else can fill."""

    name = "known"

    def candidates(self, preferences: Preferences, *, most: int) -> Sequence[Candidate]:
        highest = preferences.liked[0].weight if preferences.liked else 1.0
        return [
            Candidate(
                one.weight / highest,
                (Reason(ReasonKind.KNOWN_BEFORE, f"You {one.interaction} this", one.track_id),),
                track_id=one.track_id,
            )
            for one in preferences.liked[:most]
        ]


@cache_result(timeout=CACHED_SECONDS)
def popular_tracks() -> list[tuple[int, int]]:
    """Tracks by id and how often they were chosen, the most popular first."""
    return popular_since(timezone.now(), days=POPULAR_DAYS, most=MOST_POPULAR)


def _popular(times: int) -> Reason:
    often = "once" if times == 1 else f"{times} times"
    text = f"Played, liked or shared {often} here in the last {POPULAR_DAYS} days"
    return Reason(ReasonKind.POPULAR, text)
