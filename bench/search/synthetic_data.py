"""Synthetic libraries: words made of syllables, with a frequency distribution as in music."""

import random
from collections.abc import Iterator
from itertools import accumulate

SEED = 11
SYLLABLES = [
    first + vowel + last for first in "bcdfghklmnprstvw" for vowel in "aeiou" for last in ("", "n", "r", "s")
]
COMMON = ["the", "of", "love", "you", "me", "in", "remix", "night", "live", "time", "a", "feat", "my", "to"]
CJK = "夜曲青春勇者雨花月光空海星夢愛心風雪街歌"
GENRES = ["rock", "pop", "hip-hop", "jazz", "electronic", "metal", "folk", "soul", "punk rock", "drum & bass"]
# One in this number has a name in Chinese characters.
CJK_ONE_IN = 50


class Names:
    """Deterministic for one seed. The n-th word has the frequency 1 / n."""

    def __init__(self, tracks: int) -> None:
        self.random = random.Random(SEED)
        number = max(2_000, tracks // 5)
        made = {
            "".join(self.random.choices(SYLLABLES, k=self.random.choice((2, 2, 3, 3, 4))))
            for _ in range(number)
        }
        self.words = [*COMMON, *self.random.sample(sorted(made), len(made))]
        self._weights = list(accumulate(1 / (place + 3) for place in range(len(self.words))))

    def some(self, least: int, most: int) -> str:
        chosen = self.random.choices(
            self.words, cum_weights=self._weights, k=self.random.randint(least, most)
        )
        return " ".join(chosen).title()


def synthetic_tracks(number: int) -> Iterator[tuple[str, str, str, str]]:
    """Title, artist, album and genre of each."""
    names = Names(number)
    chance = names.random
    artists = [names.some(1, 3) for _ in range(max(1, number // 12))]
    for _ in range(number):
        title = names.some(1, 5)
        if chance.randrange(CJK_ONE_IN) == 0:
            title = "".join(chance.choices(CJK, k=chance.randint(1, 5)))
        yield title, chance.choice(artists), names.some(1, 4), chance.choice(GENRES)
