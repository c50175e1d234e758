"""Fuzzy search: for words that no track has, the library's own words that are near them.

A word is near another when few letters were left out, added, replaced or swapped, also as the start of a
longer word; when it is several words in one; or when it is the same in Latin letters. Every word of a query
must be near one of the track's, so that what the library does not have finds nothing.
"""

# ruff: noqa: S608 - every statement is made of words of this module; what is looked for is a parameter

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from apps.tracks.models import Track
from apps.tracks.normalisation import latin
from apps.tracks.search_index import MAX_LETTERS
from apps.tracks.search_queries import TrackQuery, first_of
from apps.tracks.word_index import GRAM, Clause, Value, WordIndex, match_of, rows_of

NEAREST = 20
# Words that are compared with the library's, and of those as many as are searched for instead of each.
MAX_WORDS = 8
MAX_OPTIONS = 12
# Tracks that are compared with the whole query.
CANDIDATES = 200
# The lengths from which one letter may be wrong, and two.
ONE_WRONG, TWO_WRONG = 3, 7
# Half of so few letters matches too much.
SHORT = 5
# These count less than a wrong letter: a word that continues, and a missing space.
GOES_ON, JOINED = 0.4, 0.3
LONGEST_WORD = 24


@dataclass(frozen=True, slots=True)
class Option:
    """A word of the library that a misspelled word may mean, and its edit distance."""

    text: str
    cost: float


def nearest(query: str, words: Sequence[str], *, within: str, word_index: WordIndex) -> list[int]:
    """The ids of up to NEAREST tracks, the nearest first, equal on both databases."""
    # Parts that are written together are one word, of which each part is compared: "AC/DC", or a character
    # of Unicode that represents a sentence.
    if sum(len(word.split()) for word in words) > MAX_WORDS or all(len(word) < GRAM for word in words):
        return []
    known = known_words({*words, *map("".join, itertools.pairwise(words))})
    options: dict[str, list[Option]] = {}
    for reading, doubted in _readings(words, known):
        for word in doubted:
            if word not in options:
                options[word] = _options(word)
        choices = [options[word] if word in doubted else [Option(word, 0.0)] for word in reading]
        found = _ranked(query, choices, within=within, word_index=word_index)
        if found:
            return found
    return []


def _readings(words: Sequence[str], known: set[str]) -> Iterator[tuple[list[str], set[str]]]:
    """A spelling of the query, with its words that may be misspelled.

    First those that the library does not know, else all; then with one space too many. Of parts shorter than
    the letters that may be wrong, one would pass for wrong letters of the other.
    """
    yield [*words], {*words} - known or {*words}
    for place, pair in enumerate(itertools.pairwise(words)):
        joined = "".join(pair)
        if min(map(len, pair)) >= GRAM and (joined in known or not known.issuperset(pair)):
            yield [*words[:place], joined, *words[place + 2 :]], {joined}


def _options(word: str) -> list[Option]:
    """The word itself is one: tracks that contain some words need be near only in the others."""
    if " " in word:
        return [Option(word, 0.0), *_corrected_phrases(word)]
    if len(word) < GRAM:
        return [Option(word, 0.0), *_split(word)]
    near = {option.text: option for option in [*_split(word), *_corrected(word)]}
    best = sorted(near.values(), key=lambda option: (option.cost, option.text))[:MAX_OPTIONS]
    return [Option(word, 0.0), *(option for option in best if option.text != word)]


def _allowed(letters: int) -> int:
    return 2 if letters >= TWO_WRONG else 1 if letters >= ONE_WRONG else 0


def _corrected(word: str) -> list[Option]:
    wanted = latin(word)
    allowed = _allowed(len(wanted))
    if not allowed or len(wanted) > LONGEST_WORD:
        return []
    known = _words_sharing_letters(wanted, allowed)
    if word == wanted:
        return _near(word, known, [padded.strip() for _, padded in known])
    # Words of other scripts are compared as written: in Latin letters, many Chinese ones are equal.
    others = [one for one in known if one[0].isascii()]
    alike = [one for one in known if not one[0].isascii()]
    own = [one for one, _ in alike]
    return _near(wanted, others, [one for one, _ in others]) + _near(word, alike, own)


def _near(wanted: str, known: list[tuple[str, str]], spelled: list[str]) -> list[Option]:
    """The nearest of the known words, compared as they are spelled here."""
    allowed = _allowed(len(wanted))
    options = [
        Option(known[place][0], float(distance))
        for _, distance, place in process.extract(
            wanted, spelled, scorer=OSA.distance, score_cutoff=allowed, limit=None
        )
        if _is_plausible(wanted, spelled[place])
    ]
    if allowed and len(wanted) > GRAM:
        starts = [one[: len(wanted)] if len(one) > len(wanted) else "" for one in spelled]
        options += [
            Option(known[place][0], distance + GOES_ON)
            for start, distance, place in process.extract(
                wanted, starts, scorer=OSA.distance, score_cutoff=allowed, limit=None
            )
            if start and _is_plausible(wanted, start)
        ]
    return options


def _is_plausible(wanted: str, known: str) -> bool:
    """A word of three letters may lack a letter or have two swapped; another letter is another word."""
    if len(wanted) > GRAM:
        return len(known) >= GRAM
    return wanted == known or len(known) > len(wanted) or sorted(known) == sorted(wanted)


def _words_sharing_letters(wanted: str, allowed: int) -> list[tuple[str, str]]:
    """The words of about this length, or longer, that have one of the parts that may be right."""
    parts = _right_parts(wanted)
    # Three letters are no start of a longer word.
    longest = len(wanted) + allowed if len(wanted) == GRAM else MAX_LETTERS
    source, condition = "tracks_searchword AS w WHERE TRUE", " OR ".join(["w.padded LIKE %s"] * len(parts))
    values: list[Value] = [f"%{'%'.join(part)}%" for part in parts]
    if connection.vendor == "sqlite":
        source = (
            "tracks_word_grams CROSS JOIN tracks_searchword AS w ON w.id = tracks_word_grams.rowid"
            " WHERE tracks_word_grams MATCH %s"
        )
        ways = (" AND ".join(match_of((text,)) for text in part if len(text) >= GRAM) for part in parts)
        values.insert(0, " OR ".join(f"({way})" for way in ways))
    return rows_of(
        f"SELECT w.word, w.padded FROM {source} AND ({condition}) AND length(w.padded) BETWEEN %s AND %s",
        [*values, len(wanted) - allowed + 2, longest + 2],
    )


def _right_parts(wanted: str) -> list[tuple[str, ...]]:
    """Of a misspelled word one of these is right, all texts of it; spaces are the word's ends.

    Its start, its end, its middle, or both ends.
    """
    letters, half = len(wanted), len(wanted) // 2
    if letters <= SHORT:
        # Many words share two last letters. Only if letters of the middle were swapped no other part of five
        # is right, and then the first letter is.
        end = f"{wanted[-2:]} "
        ends = (f" {wanted[0]}", end) if letters == SHORT else (end,)
        return [(f" {wanted[:2]}",), (wanted[-GRAM:],), ends]
    if letters < TWO_WRONG:
        return [(f" {wanted[:half]}",), (wanted[half:],), (f" {wanted[:2]}", f"{wanted[-2:]} ")]
    return [(f" {wanted[: letters // 3]}",), (wanted[half:],), (wanted[2:-2],)]


def _split(word: str) -> list[Option]:
    """As the fewest words that the library knows: "acdc" as "ac dc"."""
    if not 2 <= len(word) <= LONGEST_WORD:
        return []
    ends = range(1, len(word) + 1)
    parts = {word[start:end] for end in ends for start in range(end) if end - start < len(word)}
    known = known_words(parts)
    # The fewest words for each start of the word.
    fewest: list[list[str] | None] = [[]]
    for end in ends:
        ways = [
            [*before, word[start:end]]
            for start in range(end)
            if word[start:end] in known and (before := fewest[start]) is not None
        ]
        # Of as many words the ones with the longest in them: "the killers" rather than "thek illers".
        fewest.append(min(ways, key=lambda way: (len(way), [-len(one) for one in way]), default=None))
    whole = fewest[-1]
    if whole is None or len(whole) < 2:
        return []
    return [Option(" ".join(whole), JOINED * (len(whole) - 1))]


def _corrected_phrases(phrase: str) -> list[Option]:
    """Joined text stays joined: only its words of several letters are corrected."""
    parts = phrase.split()
    known = known_words(parts)
    choices = [
        [Option(part, 0.0)]
        if part in known or len(part) <= GRAM
        else [option for option in _corrected(part)[:MAX_OPTIONS] if option.cost == int(option.cost)]
        for part in parts
    ]
    ways = itertools.islice(itertools.product(*choices), MAX_OPTIONS)
    return [Option(" ".join(one.text for one in way), sum(one.cost for one in way)) for way in ways]


def known_words(words: Sequence[str] | set[str]) -> set[str]:
    marks = ", ".join(["%s"] * len(words))
    sql = f"SELECT word FROM tracks_searchword WHERE word IN ({marks})"
    return {word for (word,) in rows_of(sql, sorted(words))}


def _ranked(query: str, choices: list[list[Option]], *, within: str, word_index: WordIndex) -> list[int]:
    clauses: tuple[Clause, ...] = tuple(tuple(one.text for one in options) for options in choices)
    # Candidates are words of the library; the misspelled text may be a part of one.
    word_index.add_whole(one.text for options in choices for one in options if one.cost)
    wanted = TrackQuery(clauses=clauses, within=within, word_index=word_index)
    ids = first_of(wanted, CANDIDATES, most=CANDIDATES).ids
    tracks = Track.objects.filter(pk__in=ids).only("title_key", "artist_key", "search_text")
    costs = {
        track: sum(min(one.cost for one in options if one.text in track.search_text) for options in choices)
        for track in tracks
    }
    # Only these are sorted.
    most = max(sorted(costs.values())[:NEAREST], default=0.0)
    asked = " ".join(map(latin, query.split()))

    def order(track: Track) -> tuple[float, float, int]:
        return costs[track], -_closeness(asked, track), track.pk

    shown = [track for track, cost in costs.items() if cost <= most]
    return [track.pk for track in sorted(shown, key=order)[:NEAREST]]


def _closeness(asked: str, track: Track) -> float:
    """How much of the query is in title and artist, in any order."""
    title, artist = (" ".join(map(latin, key.split())) for key in (track.title_key, track.artist_key))
    both = fuzz.token_sort_ratio(asked, f"{title} {artist}")
    return max(fuzz.ratio(asked, title), 0.98 * fuzz.ratio(asked, artist), both)
