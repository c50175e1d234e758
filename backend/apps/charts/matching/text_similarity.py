"""Words of titles and artists as they compare, and how alike two names are."""

import re
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz.distance import Indel, JaroWinkler, LCSseq
from rapidfuzz.fuzz import ratio

from apps.tracks.normalisation import normalised

# Signs that some artists put for letters, between letters only.
SIGN_BETWEEN_LETTERS = re.compile(r"(?<=[^\W\d_])[$!](?=[^\W\d_])")
LETTER_OF = {"$": "s", "!": "i"}
# A letter that was lost on the way, also as UTF-8 that was read as Windows-1252 and may be cut off.
# Or that is left out on purpose: "Sh*t"; or was no letter of the alphabet on the way: "Cop?er".
DAMAGE = re.compile(
    r"\N{REPLACEMENT CHARACTER}|ï¿½?|(?<=[^\W\d_])\*(?=[\w*])|(?<=\*)\*(?=[\w*])|(?<=[^\W\d_])\?(?=[^\W\d_])"
)
# Words in which services mask letters: "F**k" is this one and no other of four letters.
MASKED_WORDS = frozenset(
    [
        *["fuck", "fucks", "fucked", "fucker", "fuckers", "fuckin", "fucking", "mindfuck", "motherfucker"],
        *["motherfuckers", "motherfuckin", "motherfucking", "shit", "shits", "shitty", "apeshit", "bullshit"],
        *["bitch", "bitches", "bitchin", "nigga", "niggas", "niggaz", "pussy", "dick", "dicks", "cunt"],
        *["cunts", "whore", "whores", "damn", "damned", "goddamn"],
    ]
)
MASKED = re.compile(r"(?<![\w*])[^\W\d_][\w*]*\*[\w*]*[^\W\d_](?![\w*])")
# "Runnin'" for "Running": the minimum number of letters before it.
FEWEST_BEFORE_ING = 3
# A placeholder while text is split into words: it is a letter, and is in no name.
STAND_IN, LOST = "\N{CYRILLIC LETTER MULTIOCULAR O}", "\N{REPLACEMENT CHARACTER}"
FEWEST_INTACT, DAMAGED = 3, 0.95
# Of a longer name it may also have taken the next letter with it: "Mon�" for Monét.
INTACT_FOR_TWO_LOST = 5
# Two ways of writing one name differ by a letter or two: Choudhary, Chaudhary.
SAME_NAME = 0.87
SHORTEST_MISSPELT = 6
# Into Latin letters there are several ways, so less must be the same; still less between two scripts.
SAME_TRANSLITERATED, SAME_IN_TWO_SCRIPTS = 0.78, 0.69
TRANSLITERATED = 0.95
SOUND_OF = str.maketrans("jw", "yv")
# Chinese characters in a Japanese text are read in many ways, the syllables between them in one.
CHINESE = re.compile("[\u3400-\u9fff々]")
SYLLABLES = re.compile("[\u3040-\u30ff]")
FEWEST_SYLLABLE_LETTERS, SYLLABLE_SHARE, SAME_SYLLABLES = 5, 0.4, 0.9
# Which vowels and breaths are written differs most: Saleh, Salih. Few sounds are many people's.
VOWELS = re.compile("[aeiouyh]")
REPEATED = re.compile(r"(.)\1+")
FEWEST_SOUNDS, FEWEST_LETTERS = 5, 4


@lru_cache(maxsize=50_000)
def words_of(text: str) -> str:
    """Lower case, without accents and punctuation, single spaces; "☆" and "!!!" stay as they are.

    LOST represents each letter that was lost.
    """
    damaged = DAMAGE.sub(STAND_IN, MASKED.sub(_unmasked, text))
    lettered = SIGN_BETWEEN_LETTERS.sub(lambda found: LETTER_OF[found[0]], damaged)
    words = normalised(lettered.replace("&", " and ")) or text.casefold().strip()
    return words.replace(STAND_IN, LOST)


def _unmasked(found: re.Match[str]) -> str:
    """The one word that has as many letters, and these where they are not masked."""
    masked = found[0].casefold()
    fitting = [
        word
        for word in MASKED_WORDS
        if len(word) == len(masked)
        and all(one in ("*", letter) for one, letter in zip(masked, word, strict=True))
    ]
    return fitting[0] if len(fitting) == 1 else found[0]


@lru_cache(maxsize=50_000)
def latin(text: str) -> str:
    """As people without its script write it, more or less."""
    return anyascii(text).lower().replace(" ", "").replace("'", "")


@lru_cache(maxsize=200_000)
def name_similarity(one: str, other: str) -> float:
    """Of two names without spaces, from 0 to 1; 1 is only for the same."""
    if one == other:
        return 1.0
    if LOST in one + other:
        return _damaged(one, other)
    if one.isascii() != other.isascii():
        return _transliterated(one, other)
    if min(len(one), len(other)) < SHORTEST_MISSPELT or _digits(one) != _digits(other):
        return 0.0
    if one.startswith(other) or other.startswith(one):
        return 0.0  # not misspelt, but more of a name
    return float(min(ratio(one, other) / 100, JaroWinkler.similarity(one, other), 0.99))


@lru_cache(maxsize=200_000)
def title_similarity(one: str, other: str) -> float:
    """Of two titles; they may be misspelt word for word, but not a word longer: that is a second part."""
    compact, another = one.replace(" ", ""), other.replace(" ", "")
    if compact == another:
        return 1.0
    if LOST in one + other:
        return _damaged(compact, another)
    if one.isascii() != other.isascii():
        return _transliterated(compact, another)
    words, others = one.split(), other.split()
    if len(words) != len(others):
        return 0.0
    alike = min(_word_similarity(word, another) for word, another in zip(words, others, strict=True))
    return alike if alike >= SAME_NAME else 0.0


def _word_similarity(one: str, other: str) -> float:
    shorter, longer = sorted((one, other), key=len)
    is_cut = longer == f"{shorter}g" and shorter.endswith("in") and len(shorter) >= FEWEST_BEFORE_ING + 2
    return DAMAGED if is_cut else name_similarity(one, other)


def _damaged(one: str, other: str) -> float:
    """Of two names of which one has lost letters, each of them one of the other's, or a sign that is none."""
    damaged, whole = (one, other) if LOST in one else (other, one)
    first, *_, last = damaged.split(LOST)
    intact = damaged.replace(LOST, "")
    lost, signs = len(whole) - len(intact), damaged.count(LOST)
    is_same = (
        LOST not in whole
        and len(intact) >= max(FEWEST_INTACT, signs)
        and lost <= (2 * signs if len(intact) >= INTACT_FOR_TWO_LOST * signs else signs)
        and whole.startswith(first)
        and whole.endswith(last)
        and Indel.distance(intact, whole) == lost
    )
    return DAMAGED if is_same else 0.0


def _transliterated(one: str, other: str) -> float:
    alike = ratio(_sounded(latin(one)), _sounded(latin(other))) / 100
    is_same = alike >= SAME_IN_TWO_SCRIPTS and min(len(one), len(other)) > 1
    return TRANSLITERATED if is_same or _is_japanese_for(one, other) else 0.0


def _sounded(text: str) -> str:
    """Of letters with the same sound in some languages, the most common one."""
    return text.translate(SOUND_OF)


def _is_japanese_for(one: str, other: str) -> bool:
    written, spelt = (other, one) if one.isascii() else (one, other)
    if not (CHINESE.search(written) and SYLLABLES.search(written)):
        return False
    said = latin(CHINESE.sub("", written))
    least = max(FEWEST_SYLLABLE_LETTERS, SYLLABLE_SHARE * len(spelt))
    return len(said) >= least and LCSseq.similarity(said, spelt) >= SAME_SYLLABLES * len(said)


def is_same_person(one: str, other: str) -> bool:
    """Of two artists without spaces: misspelt, family name first, or other vowels for a foreign sound.

    A letter may be written more than once: "Kaliii".
    """
    if name_similarity(one, other) >= SAME_NAME:
        return True
    if len(one) == len(other) >= SHORTEST_MISSPELT and other in one + one:
        return True
    once = REPEATED.sub(r"\1", one)
    if once == REPEATED.sub(r"\1", other) and len(once) >= FEWEST_LETTERS and _digits(one) == _digits(other):
        return True
    sounds = _consonants(one)
    return (
        len(sounds) >= FEWEST_SOUNDS
        and sounds == _consonants(other)
        and _digits(one) == _digits(other)
        and ratio(one, other) / 100 >= SAME_TRANSLITERATED
    )


def _consonants(text: str) -> str:
    return REPEATED.sub(r"\1", VOWELS.sub("", text))


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


# Separators between two artists. Names that contain one are split in both texts.
BETWEEN = re.compile(
    r"""\s*(?:[,;/&+×|、，•]|:(?=\s)|\(|\)|\[|\])\s*
      | \s+(?:and|und|et|y|x(?!\s+(?:feat|ft|featuring|with|and|x)\b)|vs\.?|b2b|con|avec|mit
          |with|feat\.?|ft\.?|featuring|presents|pres\.?)(?=\s+\w)\s*
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Left in front of a name by a comma before it: “A, B, and C”, “A & with B”.
FIRST_WORD = re.compile(r"^(?:and|with|feat|ft|featuring|the)\s+")
# How YouTube names its own channels, and artists theirs: "LordeMusic".
TOPIC = re.compile(r"\s+-\s+topic$|\s*vevo$|(?-i:(?<=[a-z])(?:Music|Official)$)", re.IGNORECASE)


@lru_cache(maxsize=50_000)
def artists_in(text: str) -> frozenset[str]:
    """Each artist as one compact word."""
    names = filter(None, (_name_of(part) for part in BETWEEN.split(TOPIC.sub("", text))))
    return frozenset(names) or frozenset(filter(None, [text.strip()]))


def _name_of(text: str) -> str:
    words = words_of(text)
    return (FIRST_WORD.sub("", words) or words).replace(" ", "")


def unmatched(some: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """Those that none of the others is. Beside an artist of both, a name may be cut short or name a band."""
    is_company = bool(some & others)
    return frozenset(
        name
        for name in some - others
        if not any(
            is_same_person(name, one) or (is_company and _is_short_for(one, name)) for one in others - some
        )
        and not (is_company and any(_is_member(name, one) or _is_member(one, name) for one in others))
    )


def _is_member(one: str, other: str) -> bool:
    """“Jimin of BTS” for Jimin."""
    return one.startswith(f"{other}of")


def _is_short_for(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= SHORTEST_MISSPELT and (one.startswith(other) or other.startswith(one))
