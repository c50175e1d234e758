"""Reads of the library: searching, sorting, counting genres.

The search finds first the tracks whose title, artist and album have every word, then those that have some of
the words in their genre; if there is neither, tracks with similar words.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property, reduce
from operator import and_

from django.db import connection
from django.db.models import Case, Count, F, IntegerField, OrderBy, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Collate

from apps.tracks import search_queries
from apps.tracks.fuzzy_search import nearest
from apps.tracks.metadata import TrackMetadata
from apps.tracks.models import Track
from apps.tracks.normalisation import folded, normalised, search_words
from apps.tracks.payloads import GenrePayload
from apps.tracks.search_queries import QueryResult, TrackQuery, count_of, first_of, genre_keys
from apps.tracks.word_index import GRAM, Clause, WordIndex, match_of
from core.errors import ErrorSpec, NotFound, raises
from core.pagination import Part

# A library with more genres than these has no genres but tags: those are found that sort first.
MAX_GENRES = 500
# The start of a word of a genre, from this many letters on, means that genre.
GENRE_START = 3


class TrackSearch:
    """The tracks that a search with words finds, of which a part is requested."""

    def __init__(self, search: str, *, genre: str = "") -> None:
        self.search = search
        self.words = search_words(search)
        self.within = folded(genre)
        self._word_index = WordIndex()

    def part(self, offset: int, limit: int) -> Part[Track]:
        ids, is_whole = self._first(offset + limit + 1)
        here = ids[offset : offset + limit]
        # Beyond MAX_COUNTED tracks are not counted: the total is a minimum.
        total = len(ids) if is_whole else max(search_queries.MAX_COUNTED + 1, len(ids))
        tracks = Track.objects.in_bulk(here)
        rows = [tracks[track_id] for track_id in here if track_id in tracks]
        headers = {"X-Match-Count": str(0 if self._is_near else total)} if is_whole else {}
        return Part(rows, total, is_exact=is_whole, headers=headers)

    def count(self) -> int:
        """How many match, of which there are too many to be near something else."""
        return sum(count_of(wanted) for wanted in [self._of_texts, *self._of_genres])

    # Whether nothing matches exactly, and the results are similar tracks.
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
        return nearest(
            normalised(self.search), self.words, within=self.within, word_index=self._word_index
        ), True

    @cached_property
    def _clauses(self) -> tuple[Clause, ...]:
        return tuple((word,) for word in self.words)

    @cached_property
    def _of_texts(self) -> TrackQuery:
        return TrackQuery(clauses=self._clauses, within=self.within, word_index=self._word_index)

    @cached_property
    def _of_genres(self) -> list[TrackQuery]:
        return [
            TrackQuery(
                clauses=tuple((word,) for word in others),
                genres=tuple(genres),
                within=self.within,
                no_clauses=self._clauses,
                word_index=self._word_index,
            )
            for others, genres in named_genres(self.words).items()
        ]

    def _by_genre(self, number: int) -> QueryResult:
        found = [first_of(wanted, number) for wanted in self._of_genres]
        ids = sorted(track_id for one in found for track_id in one.ids)
        is_whole = all(one.is_whole for one in found)
        return QueryResult(ids if is_whole else ids[:number], is_whole)


def named_genres(words: list[str]) -> dict[tuple[str, ...], list[str]]:
    """The genres that some of the words name, by the words that are left."""
    meant: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for genre in genre_keys(MAX_GENRES):
        name = f" {normalised(genre)} "
        others = tuple(word for word in words if not _is_in_name(word, name))
        if len(others) < len(words):
            meant[others].append(genre)
    return meant


def _is_in_name(word: str, name: str) -> bool:
    return f" {word} " in name or (len(word) >= GENRE_START and f" {word}" in name)


NO_SUCH_TRACK = ErrorSpec(NotFound, "There is no such track.")
# By code point, so that both databases sort equally.
PLAIN_COLLATIONS = {"postgresql": "C", "sqlite": "BINARY"}

GRAMS_MATCH = "SELECT rowid FROM tracks_grams WHERE tracks_grams MATCH %s"


class TrackOrder(StrEnum):
    """The orderings of a list."""

    TITLE = "title"
    ARTIST = "artist"
    ALBUM = "album"
    GENRE = "genre"
    DURATION = "duration_seconds"
    CREATED = "created_at"


TEXT_KEYS = {
    TrackOrder.TITLE: "title_key",
    TrackOrder.ARTIST: "artist_key",
    TrackOrder.ALBUM: "album_key",
    TrackOrder.GENRE: "genre_key",
}


@raises(NO_SUCH_TRACK)
def track_by_id(track_id: int) -> Track:
    track: Track | None = Track.objects.filter(pk=track_id).first()
    if track is None:
        raise NotFound("There is no such track.")
    return track


def found_tracks(*, search: str = "", genre: str = "", ordering: str = "") -> "QuerySet[Track] | TrackSearch":
    """What `GET /api/tracks/` lists: with words to look for and no ordering, also what is near them."""
    if search_words(search) and not ordering:
        return TrackSearch(search, genre=genre)
    return listed_tracks(search=search, genre=genre, ordering=ordering)


def listed_tracks(*, search: str = "", genre: str = "", ordering: str = "") -> QuerySet[Track]:
    """The tracks that match, sorted.

    `ordering` is a TrackOrder, with a `-` before it for the other direction. Texts sort without case and
    accents, unknown durations come last in both directions, equals by id. Without it: the best match first
    when searching, else by id.
    """
    tracks: QuerySet[Track] = Track.objects.all()
    if genre.strip():
        tracks = tracks.filter(genre_key=folded(genre))
    tracks = matching_tracks(tracks, search)
    if ordering:
        return tracks.order_by(_sorted_by(ordering), "id")
    if search.strip():
        return tracks.order_by(_closeness(search), "id")
    return tracks.order_by("id")


def matching_tracks(tracks: QuerySet[Track], search: str) -> QuerySet[Track]:
    """Those of `tracks` that contain every word, or some and the others in their genre."""
    return tracks.filter(_contains(search)) if search.strip() else tracks


def same_tracks(metadata: Sequence[TrackMetadata]) -> list[Track | None]:
    """For each the library's track of the same ISRC, else of the same normalised title and artist.

    Unlike in an import, the album says nothing: other catalogues have a recording on several. Of several
    tracks the first counts.
    """
    wanted = [Track.described_by(one) for one in metadata]
    isrcs = [track.isrc for track in wanted if track.isrc]
    titles, artists = ({getattr(track, key) for track in wanted} for key in ("title_key", "artist_key"))
    by_isrc = {track.isrc: track for track in Track.objects.filter(isrc__in=isrcs)}
    named = Track.objects.filter(title_key__in=titles, artist_key__in=artists).order_by("-id")
    by_name = {(track.title_key, track.artist_key): track for track in named}
    return [
        (by_isrc.get(track.isrc) if track.isrc else None) or by_name.get((track.title_key, track.artist_key))
        for track in wanted
    ]


def genre_counts() -> Sequence[GenrePayload]:
    """Genres that differ only in case are one, called as most of its tracks call it; the most used first."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    named = Track.objects.exclude(genre_key="").order_by()
    for key, genre, count in named.values_list("genre_key", "genre").annotate(Count("id")):
        spellings[key][genre] += count
    counts = [(key, _usual(spelling), spelling.total()) for key, spelling in spellings.items()]
    counts.sort(key=lambda counted: (-counted[2], counted[0]))
    return [GenrePayload(genre=genre, count=count) for _, genre, count in counts]


def _usual(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda genre: (-spellings[genre], genre))


def _contains(search: str) -> Q:
    words = search_words(search)
    if words:
        matches = _has_words(words)
        for others, genres in named_genres(words).items():
            matches |= _has_words(others) & Q(genre_key__in=genres)
        return matches
    literal = search.strip()
    return Q(title__icontains=literal) | Q(artist__icontains=literal) | Q(album__icontains=literal)


def _has_words(words: Sequence[str]) -> Q:
    return reduce(and_, map(_has_word, words), Q())


def _has_word(word: str) -> Q:
    matches = Q(search_text__contains=word)
    if connection.vendor == "sqlite" and len(word) >= GRAM:
        matches &= Q(pk__in=RawSQL(GRAMS_MATCH, [match_of((word,))]))  # noqa: S611 - its words are a parameter
    return matches


def _closeness(search: str) -> Case:
    if wanted := normalised(search):
        ranks = [Q(title_key=wanted), Q(title_key__startswith=wanted), Q(artist_key__startswith=wanted)]
        # Tracks found only by their genre come last.
        ranks.append(reduce(and_, (Q(search_text__contains=word) for word in search_words(search))))
    else:
        wanted = search.strip()
        ranks = [Q(title__iexact=wanted), Q(title__istartswith=wanted), Q(artist__istartswith=wanted)]
    return Case(
        *(When(rank, then=Value(place)) for place, rank in enumerate(ranks)),
        default=Value(len(ranks)),
        output_field=IntegerField(),
    )


def _sorted_by(ordering: str) -> OrderBy:
    order = TrackOrder(ordering.removeprefix("-"))
    column = TEXT_KEYS.get(order)
    value = Collate(F(column), PLAIN_COLLATIONS[connection.vendor]) if column else F(order.value)
    nulls_last = True if order is TrackOrder.DURATION else None
    if ordering.startswith("-"):
        return value.desc(nulls_last=nulls_last)
    return value.asc(nulls_last=nulls_last)
