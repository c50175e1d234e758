"""The artists, genres and tracks that have most, out of counts by track."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import IntegerField, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from apps.analytics.models import FAVOURABLE
from apps.tracks.models import Track

# How a track tells its artist and genre: the key that is the same for all spellings, and the spelling.
ARTIST = ("track__artist_key", "track__artist")
GENRE = ("track__genre_key", "track__genre")


@dataclass
class Standing:
    """How often something was chosen: within what was asked for, and before that."""

    count: int = 0
    previous: int = 0
    spellings: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """As most of what was chosen spells it."""
        return min(self.spellings, key=lambda spelling: (-self.spellings[spelling], spelling))


def top_named(
    counts: "QuerySet[Any]", by: tuple[str, str], *, most: int, now: Q | None = None
) -> list[Standing]:
    """Artists or genres, the most chosen first, then by name. Spellings that differ only in case are one.

    `counts` are roll-ups by track; `now` says which of them are not of before.
    """
    key, spelling = by
    standings: defaultdict[str, Standing] = defaultdict(Standing)
    rows = _summed(counts, now, key, spelling).exclude(**{spelling: ""})
    for of_key, name, count, previous in rows:
        standing = standings[of_key or name]  # a name of signs alone has no key
        standing.count += count
        standing.previous += previous
        standing.spellings[name] += count + previous
    chosen = [standing for standing in standings.values() if standing.count]
    return sorted(chosen, key=lambda standing: (-standing.count, standing.name))[:most]


def top_tracks(counts: "QuerySet[Any]", *, most: int, now: Q | None = None) -> list[tuple[Track, int, int]]:
    """Tracks with their count and the one before, the most chosen first, then by id."""
    rows = _summed(counts, now, "track_id").filter(lately__gt=0).order_by("-lately", "track_id")[:most]
    found = {track_id: (count, previous) for track_id, count, previous in rows}
    tracks: dict[int, Track] = Track.objects.in_bulk(found)
    return [(tracks[track_id], *counted) for track_id, counted in found.items() if track_id in tracks]


def _summed(counts: "QuerySet[Any]", now: Q | None, *columns: str) -> "QuerySet[Any, Any]":
    chosen: QuerySet[Any, Any] = counts.filter(kind__in=FAVOURABLE).order_by().values_list(*columns)
    sums: QuerySet[Any, Any]
    if now is None:
        sums = chosen.annotate(lately=Sum("count"), earlier=Value(0, IntegerField()))
    else:
        lately, earlier = (Coalesce(Sum("count", filter=days), 0) for days in (now, ~now))
        sums = chosen.annotate(lately=lately, earlier=earlier)
    return sums
