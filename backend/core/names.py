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
# Marks that show nothing, and what Unicode has set aside for such.
BLANK_MARKS = {
    *map(chr, (0x034F, 0x17B4, 0x17B5, 0x2065)),
    *map(chr, (*range(0x180B, 0x1810), *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000))),
}
# What chooses the look of a sign, and of an ideograph, before it; anywhere else it shows nothing.
SIGN_SELECTORS = {*map(chr, range(0xFE00, 0xFE10))}
IDEOGRAPH_SELECTORS = {*map(chr, range(0xE0100, 0xE01F0))}
KEYCAP = "\u20e3"
# Alphabets with similar letters. Others, such as the three of Japanese, may be combined.
LOOKALIKE_ALPHABETS = {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC"}
# Of letters and digits: a1ice is one.
WORD = re.compile(r"[^\W_]+")
CONTROL = "Control characters are not allowed."
INVISIBLE = "Invisible characters are not allowed."
MIXED = "A word may not mix letters of different alphabets."


# Names that would pass an account for the server, or for everyone. Compared by letters and digits alone.
RESERVED_NAMES = frozenset(
    {
        *("admin", "administrator", "anonymous", "everybody", "everyone", "guest", "host", "moderator"),
        *("nobody", "null", "official", "root", "server", "staff", "superuser", "support", "system"),
        *("tutti", "undefined"),
    }
)


def is_reserved(name: str) -> bool:
    """Whether the name is reserved, however it is written."""
    letters = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))
    return letters in RESERVED_NAMES


def has_unwelcome_characters(text: str) -> bool:
    return any(unicodedata.category(character) in UNWELCOME_CATEGORIES for character in text)


def has_invisible_characters(text: str) -> bool:
    """Format characters, blank letters and marks; but not what joins or chooses the parts of a sign."""
    return any(
        character in BLANK_LETTERS
        or (_shows_nothing(character) and not _is_part_of_sign(text, place, character))
        for place, character in enumerate(text)
    )


def _shows_nothing(character: str) -> bool:
    is_mark = character in BLANK_MARKS or character in SIGN_SELECTORS
    return is_mark or unicodedata.category(character) == "Cf"


def _is_part_of_sign(text: str, place: int, character: str) -> bool:
    before = text[place - 1] if place else ""
    if character in SIGN_SELECTORS:
        is_sign = not before.isascii() and unicodedata.category(before)[0] in "SP"
        return is_sign or text[place + 1 : place + 2] == KEYCAP
    if character in IDEOGRAPH_SELECTORS:
        return unicodedata.name(before, "").startswith("CJK") if before else False
    return _joins_emoji(text, place, character)


def _joins_emoji(text: str, place: int, character: str) -> bool:
    before = text[:place].rstrip("\ufe0f")[-1:]
    beside = before + text[place + 1 : place + 2]
    return (
        character == ZERO_WIDTH_JOINER
        and len(beside) == 2
        and not any(one.isalnum() or one.isspace() for one in beside)
    )


def mixes_alphabets(text: str) -> bool:
    """Whether a word could be taken for another one, as аlice with a Cyrillic first letter."""
    parts = unicodedata.normalize("NFD", text)
    letters = "".join(part for part in parts if unicodedata.category(part)[0] != "M")  # accents end no word
    return any(len(_alphabets(word) & LOOKALIKE_ALPHABETS) > 1 for word in WORD.findall(letters))


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
