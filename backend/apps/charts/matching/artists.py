"""Several artists in one line of text, taken apart, and how far two such sets are the same."""

import re
from functools import lru_cache

from apps.charts.matching.words import SAME_NAME, name_likeness, words_of

# What stands between two artists. Names that hold one of these fall apart on both sides alike.
BETWEEN = re.compile(
    r"""\s*(?:[,;/&+×|、，]|\(|\)|\[|\])\s*
      | \s+(?:and|und|et|y|x|vs\.?|with|feat\.?|ft\.?|featuring|presents|pres\.?)(?=\s|$)\s*
    """,
    re.IGNORECASE | re.VERBOSE,
)
# How YouTube names its own channels, and artists theirs: "LordeMusic".
TOPIC = re.compile(r"\s+-\s+topic$|\s*vevo$|(?-i:(?<=[a-z])(?:Music|Official)$)", re.IGNORECASE)


@lru_cache(maxsize=50_000)
def artists_in(text: str) -> frozenset[str]:
    """Each artist as one compact word."""
    names = filter(None, (_name_of(part) for part in BETWEEN.split(TOPIC.sub("", text))))
    return frozenset(names) or frozenset(filter(None, [text.strip()]))


def _name_of(text: str) -> str:
    words = words_of(text)
    return (words.removeprefix("the ") or words).replace(" ", "")


def unmatched(some: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """Those that none of the others is."""
    rest = some - others
    return frozenset(
        name for name in rest if not any(name_likeness(name, one) >= SAME_NAME for one in others)
    )
