"""What a taste profile may hold."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

MAX_GENRES = 20
MAX_ARTISTS = 50
MOODS: Final = ("energetic", "calm", "happy", "sad", "focused", "party")
# Of one genre, as in the library; of one artist.
MAX_GENRE_NAME = 50
MAX_ARTIST_NAME = 200


class Taste(msgspec.Struct, frozen=True):
    """What somebody likes; empty where they didn't say."""

    favorite_genres: Sequence[str] = ()
    favorite_artists: Sequence[str] = ()
    moods: Sequence[str] = ()

    def merged_with(self, given: Mapping[str, Sequence[str]]) -> "Taste":
        """Each part that was given instead of the one that was there."""
        return msgspec.structs.replace(self, **given)


def without_repeats(names: Sequence[str]) -> list[str]:
    """The same names in the same order, each once, without regard to case."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.casefold(), name)
    return list(first.values())
