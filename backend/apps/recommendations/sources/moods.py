"""Which words in a genre's name go with which mood."""

from collections.abc import Sequence

from apps.tracks.normalisation import normalised

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
