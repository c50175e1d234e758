"""The interface of candidate sources: their input, and their results. No Django and no network."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from apps.tracks.normalisation import folded, normalised

# The provider of the library's tracks; external sources have their own names.
LIBRARY = "library"


class ReasonKind(StrEnum):
    """The kinds of reasons, as published in the API."""

    # Similar to a track that the user liked or voted for; or played, shared or queued.
    SIMILAR_TO_LIKED = "similar_to_liked"
    SIMILAR_TO_PLAYED = "similar_to_played"
    # Similar to an artist that the user named.
    SIMILAR_TO_FAVORITE = "similar_to_favorite"
    # Other users queued both.
    QUEUED_TOGETHER = "queued_together"
    # Content: the artist, the genre, the mood.
    SAME_ARTIST = "same_artist"
    SAME_GENRE = "same_genre"
    FAVORITE_ARTIST = "favorite_artist"
    FAVORITE_GENRE = "favorite_genre"
    MOOD = "mood"
    # Seeds of a requested refresh.
    SEED_ARTIST = "seed_artist"
    SEED_GENRE = "seed_genre"
    # Popular or new in this installation, or known to the user.
    POPULAR = "popular"
    NEW_HERE = "new_here"
    KNOWN_BEFORE = "known_before"
    # For rooms: the number of present users that it fits, and similarity to the queue.
    FITS_PEOPLE = "fits_people"
    SIMILAR_TO_QUEUED = "similar_to_queued"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for a recommendation. `track_id`: the library's track that it mentions, if any."""

    kind: ReasonKind
    text: str
    track_id: int | None = None


@dataclass(frozen=True, slots=True)
class OutsideTrack:
    """A recording in the catalogue of another provider. None and "" mean unknown."""

    # Such as "spotify", and the recording's ID there.
    provider: str
    provider_id: str
    title: str
    # Several are separated by ", ".
    artist: str
    album: str = ""
    isrc: str | None = None
    duration_seconds: int | None = None
    cover_url: str | None = None
    preview_url: str | None = None
    external_url: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate for a recommendation: either a track of the library or an external track.

    `score` is from 0 to 1, relative to the source's other candidates. It has at least one reason, best first.
    """

    score: float
    reasons: tuple[Reason, ...]
    track_id: int | None = None
    outside: OutsideTrack | None = None


class Interaction(StrEnum):
    """The strongest interaction of a person with a track, as the word in a reason."""

    LIKED = "liked"
    SHARED = "shared"
    PLAYED = "played"
    QUEUED = "queued"


@dataclass(frozen=True, slots=True)
class Liked:
    """A track of the library that the user has liked, shared, played or queued."""

    track_id: int
    title: str
    artist: str
    # Above 0. A play is 1, a like more.
    weight: float
    interaction: Interaction


@dataclass(frozen=True, slots=True)
class Preferences:
    """The input of a source: a user's preferences, without the user's identity.

    Names are as users wrote them. Seeds belong to one refresh, and take precedence over the profile.
    """

    favorite_genres: Sequence[str] = ()
    favorite_artists: Sequence[str] = ()
    moods: Sequence[str] = ()
    seed_genres: Sequence[str] = ()
    seed_artists: Sequence[str] = ()
    # The strongest first.
    liked: Sequence[Liked] = ()
    # Exclusions: track IDs, and artists normalised by `apps.tracks.normalisation.normalised`. A source may
    # leave them out; the recommender does so in any case.
    avoided_track_ids: Collection[int] = field(default_factory=frozenset)
    avoided_artists: Collection[str] = field(default_factory=frozenset)


class SourceUnavailable(Exception):
    """The source is unavailable. The list is made without it, and the response names it."""


class Source(Protocol):
    """A source of candidates."""

    # Its name in responses that lack it, such as "spotify".
    name: str

    def candidates(self, preferences: Preferences, *, most: int) -> Sequence[Candidate]:
        """Up to `most` candidates, best first; empty if the preferences do not match anything.

        Raises SourceUnavailable, and no other error, if it fails or exceeds its own deadline.
        """


def name_key(name: str) -> str:
    """The key by which spellings of a name are compared; names without letters, such as "!!!", are folded."""
    return normalised(name) or folded(name)
