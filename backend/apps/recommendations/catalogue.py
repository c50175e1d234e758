"""The library as columns in this process's memory: the input of ranking, for all tracks together."""

import threading
import time
from array import array
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.db.models import Max

from apps.recommendations.engine.dataset import Floats, Integers
from apps.recommendations.list_store import library_version
from apps.tracks.models import Track

# Id, artist's key, genre's key, genre.
Row = tuple[int, str, str, str]

# Corrections by other processes are visible after this time; own ones and new tracks immediately.
VALID_SECONDS = 600.0


@dataclass(frozen=True)
class Catalogue:
    """Track n has `ids[n]`, `artist_keys[artists[n]]` and `genre_keys[genres[n]]`; ids ascend."""

    ids: Integers
    artists: Integers
    genres: Integers
    artist_keys: list[str]
    genre_keys: list[str]
    # Each genre as its first track spells it.
    genre_names: list[str]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Catalogue":
        """Rows of id, artist's key, genre's key and genre, in order of id."""
        none = np.zeros(0, np.int64)
        return cls(none, none, none, [], [], []).with_more(rows)

    def with_more(self, rows: Iterable[Row]) -> "Catalogue":
        """A new catalogue with these rows appended, whose ids are higher."""
        artist_numbers, genre_numbers = dict(self.artist_numbers), dict(self.genre_numbers)
        genre_names = list(self.genre_names)
        ids, artists, genres = array("q"), array("q"), array("q")
        for track_id, artist, genre_key, genre in rows:
            ids.append(track_id)
            artists.append(artist_numbers.setdefault(artist, len(artist_numbers)))
            if genre_key not in genre_numbers:
                genre_names.append(genre)
            genres.append(genre_numbers.setdefault(genre_key, len(genre_numbers)))
        return Catalogue(
            _joined(self.ids, ids),
            _joined(self.artists, artists),
            _joined(self.genres, genres),
            list(artist_numbers),
            list(genre_numbers),
            genre_names,
        )

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def artist_numbers(self) -> dict[str, int]:
        return {key: number for number, key in enumerate(self.artist_keys)}

    @cached_property
    def genre_numbers(self) -> dict[str, int]:
        return {key: number for number, key in enumerate(self.genre_keys)}

    def places(self, track_ids: Collection[int]) -> Integers:
        """The indexes of these tracks; tracks that are not in the catalogue are left out."""
        wanted = np.fromiter(track_ids, np.int64, len(track_ids))
        found = np.searchsorted(self.ids, wanted)
        is_there = found < len(self.ids)
        is_there[is_there] = self.ids[found[is_there]] == wanted[is_there]
        return found[is_there]

    def artists_by_id(self, track_ids: Collection[int]) -> dict[int, str]:
        """The artist's key of each of these tracks that is in the catalogue."""
        places = self.places(track_ids)
        pairs = zip(self.ids[places].tolist(), self.artists[places].tolist(), strict=True)
        return {track_id: self.artist_keys[number] for track_id, number in pairs}

    def artist_of(self, place: int) -> str:
        return self.artist_keys[int(self.artists[place])]

    def of_artists(self, keys: Collection[str]) -> Any:
        """For each track whether it is by one of these artists."""
        numbers = [self.artist_numbers[key] for key in keys if key in self.artist_numbers]
        is_by = np.zeros(len(self.artist_keys), bool)
        is_by[numbers] = True
        return is_by[self.artists] if len(self) else np.zeros(0, bool)

    def allowed(self, *, without_tracks: Collection[int], without_artists: Collection[str]) -> Any:
        """For each track whether it may be recommended."""
        may: Any = ~self.of_artists(without_artists)
        may[self.places(without_tracks)] = False
        return may

    def scored(self, scores: Floats, may: Any, *, most: int) -> list[int]:
        """Indexes of the best tracks that score above 0, best first; of equal ones the newer first."""
        found = np.flatnonzero(may & (scores > 0))
        if len(found) > most:
            least = np.partition(scores[found], len(found) - most)[len(found) - most]
            found = found[scores[found] >= least]
        order = np.lexsort((-found, -scores[found]))
        return [int(place) for place in found[order[:most]]]


def _joined(column: Integers, more: "array[int]") -> Integers:
    return np.concatenate([column, np.array(more, np.int64)])


class CatalogueHolder:
    """The catalogue of this process: read at its first use, and again after changes of the library."""

    def __init__(self) -> None:
        self._held: Catalogue | None = None
        # The library version and the time of the last full read; new tracks were appended since.
        self._changes = 0
        self._read_at = 0.0
        self._reading = threading.Lock()

    def catalogue(self) -> Catalogue:
        """The current catalogue; takes one query if nothing has changed."""
        newest: int = Track.objects.aggregate(newest=Max("pk"))["newest"] or 0
        if not (self._is_valid() and _newest_in(self._held) == newest):
            with self._reading:
                self._bring_up_to(newest)
        assert self._held is not None  # noqa: S101 - it was just read
        return self._held

    def _is_valid(self) -> bool:
        is_valid = time.monotonic() - self._read_at < VALID_SECONDS
        return self._held is not None and is_valid and self._changes == library_version()

    def _bring_up_to(self, newest: int) -> None:
        held = self._held
        if held is not None and self._is_valid() and _newest_in(held) <= newest:
            self._held = held.with_more(_rows(after=_newest_in(held))) if _newest_in(held) < newest else held
        else:
            self._changes, self._read_at = library_version(), time.monotonic()
            self._held = Catalogue.of(_rows(after=0))


def _newest_in(catalogue: Catalogue | None) -> int:
    return int(catalogue.ids[-1]) if catalogue is not None and len(catalogue) else 0


def _rows(*, after: int) -> Iterable[Row]:
    tracks = Track.objects.filter(pk__gt=after).order_by("pk")
    return tracks.values_list("pk", "artist_key", "genre_key", "genre").iterator(chunk_size=5000)


own_catalogue = CatalogueHolder()
