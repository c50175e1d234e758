"""Text as search compares it: without case, accents, apostrophes and punctuation. Knows no Django."""

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from anyascii import anyascii

# Letters that Unicode does not take apart into a base letter and an accent.
WHOLE_LETTERS = {
    "ø": "o",
    "æ": "ae",
    "œ": "oe",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ħ": "h",
    "ŧ": "t",
    "ı": "i",
}
# They fall out, so that "don't" and "dont" are one word.
APOSTROPHES = "'`´‘’‛ʹʻʼ′"
FOLDING = str.maketrans({**WHOLE_LETTERS, **dict.fromkeys(APOSTROPHES, "")})
ASCII_GAP = re.compile(r"[^a-z0-9]+")

# Combining classes (Unicode) of marks that are letters' parts: Indic nukta 7, kana voicing 8, virama 9, and
# from 84 the vowels and tones of Telugu, Thai, Lao and Tibetan. What is left are accents, and the points of
# Hebrew and Arabic, which most people leave out.
LETTER_PART_CLASSES = {0, 7, 8, 9, *range(84, 200)}
VARIATION_SELECTORS = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}

IDENTITY_BYTES = 16  # 128 bits: no two tracks of any library meet by chance
FIELD_GAP = "\x1f"  # occurs in no normalised text


def normalised(text: str) -> str:
    """Words in lower case with single spaces between; "" when `text` has neither letter nor digit."""
    if text.isascii():
        return ASCII_GAP.sub(" ", text.lower().replace("'", "").replace("`", "")).strip()
    # Twice, because decomposition may produce letters to fold, and folding letters to decompose.
    for _ in range(2):
        text = unicodedata.normalize("NFKD", text.casefold().translate(FOLDING))
    kept = "".join(map(_kept, text))
    return unicodedata.normalize("NFC", " ".join(kept.split()))


@lru_cache(maxsize=10_000)
def _kept(character: str) -> str:
    if character.isalnum():
        return character
    category = unicodedata.category(character)
    if category == "Cf" or category == "Me" or ord(character) in VARIATION_SELECTORS:
        return ""
    if category in {"Mn", "Mc"}:
        return character if unicodedata.combining(character) in LETTER_PART_CLASSES else ""
    return " "


def search_words(query: str) -> list[str]:
    """The words that a track must contain: the different words of the query, each once.

    Text that is joined in the query must be joined in the track: "AC/DC" is "ac dc".
    """
    words = (normalised(word) for word in query.split())
    return list(dict.fromkeys(filter(None, words)))


@lru_cache(maxsize=10_000)
def latin(word: str) -> str:
    """A normalised word in Latin letters: "группа" becomes "gruppa"."""
    return word if word.isascii() else normalised(anyascii(word)).replace(" ", "") or word


def folded(text: str) -> str:
    """Without case and needless spaces: genres are compared by this."""
    return unicodedata.normalize("NFC", " ".join(text.casefold().split()))


class SearchColumns(NamedTuple):
    """The derived columns of a track, for searching, sorting and matching."""

    title_key: str
    artist_key: str
    album_key: str
    genre_key: str
    search_text: str
    # The words of `search_text` in Latin letters, one for each; "" when they are so already.
    latin_text: str
    identity: str


def search_columns(*, title: str, artist: str, album: str, genre: str) -> SearchColumns:
    """A name without letters, such as "☆", is its own key: "☆" and "!!!" are two titles."""
    words = [normalised(title), normalised(artist), normalised(album)]
    keys = [word or folded(text) for word, text in zip(words, (title, artist, album), strict=True)]
    search_text = " ".join(filter(None, words))
    return SearchColumns(
        title_key=keys[0],
        artist_key=keys[1],
        album_key=keys[2],
        genre_key=folded(genre),
        search_text=search_text,
        latin_text="" if search_text.isascii() else " ".join(map(latin, search_text.split())),
        identity=blake2b(FIELD_GAP.join(keys).encode(), digest_size=IDENTITY_BYTES).hexdigest(),
    )
