"""Content-based candidates: artists and genres that the person named or likes, genres of a mood."""

from collections.abc import Mapping, Sequence

import numpy as np

from apps.recommendations.catalogue import Catalogue
from apps.recommendations.engine.matrices import Floats
from apps.recommendations.sources.base import Candidate, Preferences, Reason, ReasonKind
from apps.tracks.normalisation import folded, normalised

GENRES_BY_MOOD = {
    "energetic": ("rock", "metal", "punk", "electronic", "techno", "drum and bass", "hip hop", "dance"),
    "calm": ("ambient", "classical", "acoustic", "folk", "jazz", "chillout", "new age", "lounge"),
    "happy": ("pop", "disco", "funk", "reggae", "ska", "soul", "swing"),
    "sad": ("blues", "singer songwriter", "slowcore", "ballad", "emo", "fado"),
    "focused": ("classical", "ambient", "instrumental", "minimal", "post rock", "lo fi", "soundtrack"),
    "party": ("dance", "disco", "house", "hip hop", "latin", "edm", "reggaeton", "pop"),
}


def mood_of_genre(genre: str, moods: Sequence[str]) -> str | None:
    """The first of these moods that the genre goes with."""
    for mood in moods:
        if any(is_kind_of(genre, word) for word in GENRES_BY_MOOD.get(mood, ())):
            return mood
    return None


def is_kind_of(genre: str, wanted: str) -> bool:
    """Such as "classic rock" of "rock"; "rockabilly" is none."""
    words = normalised(wanted)
    return bool(words) and f" {words} " in f" {normalised(genre)} "


# What each says of a track, at most 1 together with the best genre.
ARTIST_SHARE, GENRE_SHARE = 0.6, 0.4
SEED, FAVORITE, OF_LIKED, MOOD = 1.0, 0.8, 0.6, 0.4
# "Jazz fusion" for who wants jazz.
KIND_OF_GENRE = 0.8
# Artists and genres of so many liked tracks count, the strongest first.
MOST_LIKED = 50
# Of one artist, so that others come into question, too.
MOST_OF_ARTIST = 10

Worth = tuple[float, Reason]


class ContentSource:
    """Needs no listening of others: a new person who named a genre gets recommendations."""

    name = "content"

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def candidates(self, preferences: Preferences, *, most: int) -> Sequence[Candidate]:
        catalogue = self._catalogue
        if not len(catalogue):
            return []
        artists, genres = _artists(preferences), self._genres(preferences)
        by_artist = _column(artists, catalogue.artist_numbers)[catalogue.artists]
        by_genre = _column(genres, catalogue.genre_numbers)[catalogue.genres]
        may = catalogue.allowed(
            without_tracks=[*preferences.avoided_track_ids, *(one.track_id for one in preferences.liked)],
            without_artists=preferences.avoided_artists,
        )
        scores = ARTIST_SHARE * by_artist + GENRE_SHARE * by_genre
        found: list[Candidate] = []
        numbers: dict[str, int] = {}
        for place in catalogue.scored(scores, may, most=most * MOST_OF_ARTIST):
            artist, genre = catalogue.artist_of(place), catalogue.genre_keys[catalogue.genres[place]]
            numbers[artist] = numbers.get(artist, 0) + 1
            if numbers[artist] > MOST_OF_ARTIST:
                continue
            reasons = tuple(worth[1] for worth in (artists.get(artist), genres.get(genre)) if worth)
            found.append(Candidate(float(scores[place]), reasons, track_id=int(catalogue.ids[place])))
            if len(found) == most:
                break
        return found

    def _genres(self, preferences: Preferences) -> Mapping[str, Worth]:
        """For each genre of the library that says something its best reason."""
        liked = self._genres_of_liked(preferences)
        found: dict[str, Worth] = {}
        for key, name in zip(self._catalogue.genre_keys, self._catalogue.genre_names, strict=True):
            worths = [*_named_genres(key, preferences), *liked.get(key, ())] if key else []
            if mood := mood_of_genre(name, preferences.moods):
                worths.append((MOOD, Reason(ReasonKind.MOOD, f"{name} goes with the mood {mood}")))
            if worths:
                found[key] = max(worths, key=lambda worth: worth[0])
        return found

    def _genres_of_liked(self, preferences: Preferences) -> Mapping[str, list[Worth]]:
        found: dict[str, list[Worth]] = {}
        for one in preferences.liked[:MOST_LIKED]:
            for place in self._catalogue.places([one.track_id]):
                number = self._catalogue.genres[place]
                name = self._catalogue.genre_names[number]
                reason = Reason(
                    ReasonKind.SAME_GENRE,
                    f"{name}, like {one.title}, which you {one.interaction}",
                    one.track_id,
                )
                found.setdefault(self._catalogue.genre_keys[number], [(OF_LIKED, reason)])
        return found


def _named_genres(key: str, preferences: Preferences) -> list[Worth]:
    worths = []
    for names, worth, kind, text in (
        (preferences.seed_genres, SEED, ReasonKind.SEED_GENRE, "You asked for"),
        (preferences.favorite_genres, FAVORITE, ReasonKind.FAVORITE_GENRE, "Because you like"),
    ):
        for name in names:
            if folded(name) == key:
                worths.append((worth, Reason(kind, f"{text} {name}")))
            elif is_kind_of(key, name):
                worths.append((worth * KIND_OF_GENRE, Reason(kind, f"{text} {name}")))
    return worths


def _artists(preferences: Preferences) -> Mapping[str, Worth]:
    """By key; what was asked for goes before what was named, that before what was liked."""
    found: dict[str, Worth] = {}
    for names, worth, kind, text in (
        (preferences.seed_artists, SEED, ReasonKind.SEED_ARTIST, "You asked for"),
        (preferences.favorite_artists, FAVORITE, ReasonKind.FAVORITE_ARTIST, "Because you like"),
    ):
        for name in names:
            found.setdefault(normalised(name) or folded(name), (worth, Reason(kind, f"{text} {name}")))
    for one in preferences.liked[:MOST_LIKED]:
        text = f"By {one.artist}, whose {one.title} you {one.interaction}"
        reason = Reason(ReasonKind.SAME_ARTIST, text, one.track_id)
        found.setdefault(normalised(one.artist) or folded(one.artist), (OF_LIKED, reason))
    return found


def _column(worths: Mapping[str, Worth], numbers: Mapping[str, int]) -> Floats:
    column = np.zeros(len(numbers), np.float32)
    for key, (worth, _) in worths.items():
        if key in numbers:
            column[numbers[key]] = worth
    return column
