"""Names that people give: to themselves, to a room."""

import re
import unicodedata

from django.core.exceptions import ValidationError

MAX_PERSON_NAME = 50
# Control characters, line and paragraph separators: they break lines where a name is shown.
UNWELCOME_CATEGORIES = {"Cc", "Zl", "Zp"}
# Letters that look like nothing, though they are no format characters.
BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
ZERO_WIDTH_JOINER = "\u200d"
# Alphabets whose letters look alike. Others, such as the three of Japanese, go together.
LOOKALIKE_ALPHABETS = {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC"}
WORD = re.compile(r"[^\W\d_]+")
CONTROL = "Control characters are not allowed."
INVISIBLE = "Invisible characters are not allowed."
MIXED = "A word may not mix letters of different alphabets."


# What an account would pass for the server, or for everybody, by. Compared by letters and digits alone.
RESERVED_NAMES = frozenset(
    {
        *("admin", "administrator", "anonymous", "everybody", "everyone", "guest", "host", "moderator"),
        *("nobody", "null", "official", "root", "server", "staff", "superuser", "support", "system"),
        *("tutti", "undefined"),
    }
)


def is_reserved(name: str) -> bool:
    """Whether nobody may register under the name, however it is written."""
    letters = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))
    return letters in RESERVED_NAMES


def has_unwelcome_characters(text: str) -> bool:
    return any(unicodedata.category(character) in UNWELCOME_CATEGORIES for character in text)


def has_invisible_characters(text: str) -> bool:
    """Format characters and blank letters; but a joiner between two parts of an emoji is one of its own."""
    return any(
        character in BLANK_LETTERS
        or (unicodedata.category(character) == "Cf" and not _joins_emoji(text, place, character))
        for place, character in enumerate(text)
    )


def _joins_emoji(text: str, place: int, character: str) -> bool:
    beside = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
    return (
        character == ZERO_WIDTH_JOINER
        and len(beside) == 2
        and not any(one.isalnum() or one.isspace() for one in beside)
    )


def mixes_alphabets(text: str) -> bool:
    """Whether a word could be taken for another one, as аlice with a Cyrillic first letter."""
    return any(len(_alphabets(word) & LOOKALIKE_ALPHABETS) > 1 for word in WORD.findall(text))


def _alphabets(word: str) -> set[str]:
    return {unicodedata.name(letter, "").partition(" ")[0] for letter in word}


def validate_name(text: str) -> None:
    """Of people and rooms, for forms. Raises Django's ValidationError."""
    for is_wrong, why in (
        (has_unwelcome_characters, CONTROL),
        (has_invisible_characters, INVISIBLE),
        (mixes_alphabets, MIXED),
    ):
        if is_wrong(text):
            raise ValidationError(why)
