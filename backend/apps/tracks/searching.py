"""The search of the library: what matches, in the order of the best match, and what comes near it.

First come the tracks whose title, artist and album have every word, then those that have some of the words
in their genre. Only where there is neither, those that are near.
"""

from collections import defaultdict
from functools import cached_property

from apps.tracks import finding
from apps.tracks.finding import Clause, Found, Wanted, count_of, first_of, genre_keys
from apps.tracks.models import Track
from apps.tracks.nearness import nearest
from apps.tracks.normalisation import folded, normalised, search_words
from core.pagination import Part

# A library with more genres than these has no genres but tags: those are found that sort first.
MOST_GENRES = 500
# A genre is meant by the start of one of its words, from so many letters.
GENRE_START = 3


class TrackSearch:
    """The tracks that a search with words finds, of which a part is asked for."""

    def __init__(self, search: str, *, genre: str = "") -> None:
        self.search = search
        self.words = search_words(search)
        self.within = folded(genre)

    def part(self, offset: int, limit: int) -> Part[Track]:
        ids, is_whole = self._first(offset + limit + 1)
        here = ids[offset : offset + limit]
        # Beyond COUNTED nobody counts: the total says how many there are at least.
        total = len(ids) if is_whole else max(finding.COUNTED + 1, len(ids))
        tracks = Track.objects.in_bulk(here)
        rows = [tracks[track_id] for track_id in here if track_id in tracks]
        headers = {"X-Match-Count": str(0 if self._is_near else total)} if is_whole else {}
        return Part(rows, total, is_exact=is_whole, headers=headers)

    def count(self) -> int:
        """How many match, of which there are too many to be near something else."""
        return sum(count_of(wanted) for wanted in [self._of_texts, *self._of_genres])

    # Whether nothing matches, and what was found is near.
    _is_near = False

    def _first(self, number: int) -> tuple[list[int], bool]:
        texts = first_of(self._of_texts, number, starts_with=normalised(self.search))
        if not texts.is_whole and len(texts.ids) == number:
            return texts.ids, False
        genres = self._by_genre(max(1, number - len(texts.ids)))
        ids = texts.ids + genres.ids
        if not genres.is_whole and len(ids) >= number:
            return ids, False
        if ids:
            return ids, True
        self._is_near = True
        return nearest(normalised(self.search), self.words, within=self.within), True

    @cached_property
    def _clauses(self) -> tuple[Clause, ...]:
        return tuple((word,) for word in self.words)

    @cached_property
    def _of_texts(self) -> Wanted:
        return Wanted(clauses=self._clauses, within=self.within)

    @cached_property
    def _of_genres(self) -> list[Wanted]:
        return [
            Wanted(
                clauses=tuple((word,) for word in others),
                genres=tuple(genres),
                within=self.within,
                no_clauses=self._clauses,
            )
            for others, genres in genres_meant(self.words).items()
        ]

    def _by_genre(self, number: int) -> Found:
        found = [first_of(wanted, number) for wanted in self._of_genres]
        ids = sorted(track_id for one in found for track_id in one.ids)
        is_whole = all(one.is_whole for one in found)
        return Found(ids if is_whole else ids[:number], is_whole)


def genres_meant(words: list[str]) -> dict[tuple[str, ...], list[str]]:
    """The genres that some of the words name, by the words that are left."""
    meant: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for genre in genre_keys(MOST_GENRES):
        name = f" {normalised(genre)} "
        others = tuple(word for word in words if not _is_in_name(word, name))
        if len(others) < len(words):
            meant[others].append(genre)
    return meant


def _is_in_name(word: str, name: str) -> bool:
    return f" {word} " in name or (len(word) >= GENRE_START and f" {word}" in name)
