"""Reading the library: searching, sorting, counting genres."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from enum import StrEnum
from functools import reduce
from operator import and_

from django.db import connection
from django.db.models import Case, Count, F, IntegerField, OrderBy, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Collate

from apps.tracks.facts import TrackFacts
from apps.tracks.finding import GRAM, match_of
from apps.tracks.models import Track
from apps.tracks.normalisation import folded, normalised, search_words
from apps.tracks.payloads import GenrePayload
from apps.tracks.searching import TrackSearch, genres_meant
from core.errors import NotFound

# By code point, so that both databases sort alike.
PLAIN_COLLATIONS = {"postgresql": "C", "sqlite": "BINARY"}

GRAMS_MATCH = "SELECT rowid FROM tracks_grams WHERE tracks_grams MATCH %s"


class TrackOrder(StrEnum):
    """What a list may be sorted by."""

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


def track_by_id(track_id: int) -> Track:
    """Raises NotFound."""
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


def same_tracks(told: Sequence[TrackFacts]) -> list[Track | None]:
    """For each the library's track of the same ISRC, else of the same normalised title and artist.

    Unlike in an import, the album says nothing: other catalogues have a recording on several. Of several
    tracks the first counts.
    """
    wanted = [Track.described_by(facts) for facts in told]
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
        for others, genres in genres_meant(words).items():
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
        # Those that only their genre brings come last.
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
