"""The interface of candidate sources: their input, and their results. No Django and no network."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from apps.tracks.normalisation import folded, normalised

# What is in the library has this provider; a source from outside gives its own name.
LIBRARY = "library"


class ReasonKind(StrEnum):
    """Why something is recommended, in words that clients may rely on."""

    # Listening: what fits a track that the person liked or voted for; or played, shared or queued.
    SIMILAR_TO_LIKED = "similar_to_liked"
    SIMILAR_TO_PLAYED = "similar_to_played"
    # The same for an artist whom the person named.
    SIMILAR_TO_FAVORITE = "similar_to_favorite"
    # People queue both.
    QUEUED_TOGETHER = "queued_together"
    # Content: the artist, the genre, the mood.
    SAME_ARTIST = "same_artist"
    SAME_GENRE = "same_genre"
    FAVORITE_ARTIST = "favorite_artist"
    FAVORITE_GENRE = "favorite_genre"
    MOOD = "mood"
    # What a refresh was asked for.
    SEED_ARTIST = "seed_artist"
    SEED_GENRE = "seed_genre"
    # What all people choose, and what the person chose before.
    POPULAR = "popular"
    NEW_HERE = "new_here"
    KNOWN_BEFORE = "known_before"
    # A room's: how many of the people in it something fits, and what goes with its queue.
    FITS_PEOPLE = "fits_people"
    SIMILAR_TO_QUEUED = "similar_to_queued"


@dataclass(frozen=True, slots=True)
class Reason:
    """One true reason. `track_id` is of the library's track that it speaks of, where it speaks of one."""

    kind: ReasonKind
    text: str
    track_id: int | None = None


@dataclass(frozen=True, slots=True)
class OutsideTrack:
    """A recording as the catalogue of another provider describes it. None and "" mean: not known."""

    # Such as "spotify", and what the recording is called there.
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
    """What may be recommended: either a track of the library or one from outside, never both.

    `score` is from 0 to 1, and says how sure the source is, beside its other candidates. There is at least
    one reason, the best first.
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
    """A track of the library that speaks for itself by what the person did with it."""

    track_id: int
    title: str
    artist: str
    # Above 0. A play is 1, a like more.
    weight: float
    interaction: Interaction


@dataclass(frozen=True, slots=True)
class Preferences:
    """All that a source gets to know of whom it works for. Not who that is.

    Names are as people wrote them. Seeds are what this one refresh was asked for, and go before the profile.
    """

    favorite_genres: Sequence[str] = ()
    favorite_artists: Sequence[str] = ()
    moods: Sequence[str] = ()
    seed_genres: Sequence[str] = ()
    seed_artists: Sequence[str] = ()
    # The strongest first.
    liked: Sequence[Liked] = ()
    # Not to be offered: tracks by id, artists as `apps.tracks.normalisation.normalised` writes them. A source
    # may leave them out early; the merge leaves them out in any case.
    avoided_track_ids: Collection[int] = field(default_factory=frozenset)
    avoided_artists: Collection[str] = field(default_factory=frozenset)


class SourceUnavailable(Exception):
    """The source can't answer now; the others do without it, and the answer names it."""


class Source(Protocol):
    """Where candidates come from."""

    # Its name in responses that lack it, such as "spotify".
    name: str

    def candidates(self, preferences: Preferences, *, most: int) -> Sequence[Candidate]:
        """At most so many, the best first; none when the preferences say nothing to this source.

        Raises SourceUnavailable, and nothing else, when it can't answer within its own deadline.
        """


def name_key(name: str) -> str:
    """By which two ways to write a name are the same; one without letters, such as "!!!", is its own."""
    return normalised(name) or folded(name)
