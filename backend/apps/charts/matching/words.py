"""Text as matching compares it: one word, one way of writing."""

import re
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.fuzz import ratio

from apps.tracks.normalisation import normalised

# Signs that some artists put for letters, between letters only.
SIGN_BETWEEN_LETTERS = re.compile(r"(?<=[^\W\d_])[$!](?=[^\W\d_])")
LETTER_OF = {"$": "s", "!": "i"}
# Two ways of writing one name differ by a letter or two: Choudhary, Chaudhary.
SAME_NAME = 0.87
SHORTEST_MISSPELT = 6
# Into Latin letters there are several ways, so less must be the same.
SAME_TRANSLITERATED = 0.78
TRANSLITERATED = 0.95


@lru_cache(maxsize=50_000)
def words_of(text: str) -> str:
    """Lower case, without accents and punctuation, single spaces; "☆" and "!!!" stay as they are."""
    lettered = SIGN_BETWEEN_LETTERS.sub(lambda found: LETTER_OF[found[0]], text)
    return normalised(lettered.replace("&", " and ")) or text.casefold().strip()


@lru_cache(maxsize=50_000)
def latin(text: str) -> str:
    """As people without its script write it, more or less."""
    return anyascii(text).lower().replace(" ", "").replace("'", "")


@lru_cache(maxsize=200_000)
def name_likeness(one: str, other: str) -> float:
    """Of two names without spaces, from 0 to 1; 1 is only for the same."""
    if one == other:
        return 1.0
    if one.isascii() != other.isascii():
        return _transliterated(one, other)
    if min(len(one), len(other)) < SHORTEST_MISSPELT or _digits(one) != _digits(other):
        return 0.0
    if one.startswith(other) or other.startswith(one):
        return 0.0  # not misspelt, but more of a name
    return float(min(ratio(one, other) / 100, JaroWinkler.similarity(one, other), 0.99))


@lru_cache(maxsize=200_000)
def title_likeness(one: str, other: str) -> float:
    """Of two titles; they may be misspelt word for word, but not a word longer: that is a second part."""
    if one.replace(" ", "") == other.replace(" ", ""):
        return 1.0
    if one.isascii() != other.isascii():
        return _transliterated(one.replace(" ", ""), other.replace(" ", ""))
    words, others = one.split(), other.split()
    if len(words) != len(others):
        return 0.0
    alike = min(name_likeness(word, another) for word, another in zip(words, others, strict=True))
    return alike if alike >= SAME_NAME else 0.0


def _transliterated(one: str, other: str) -> float:
    alike = ratio(latin(one), latin(other)) / 100
    is_same = alike >= SAME_TRANSLITERATED and min(len(one), len(other)) > 1
    return TRANSLITERATED if is_same else 0.0


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())
