"""The index of words: the library's words that contain a text, and the tracks that have one of these words.

A library has far fewer words than tracks. So the words that contain a text are found quickly, and tracks are
found by whole words, without comparing parts of texts.
"""

# ruff: noqa: S608 - every statement is made of words of this module; what is looked for is a parameter

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, cast

from django.db import connection

from apps.tracks.search_index import LONG_WORD

Clause = tuple[str, ...]
Value = str | int | list[str]
Sql = tuple[str, Sequence[Value]]

# The number of letters of a trigram.
GRAM = 3
# A text in more words than this is not selective: it is searched in the tracks' own texts.
MAX_WORDS = 200
# Texts of one search that are looked up; the others are searched in the tracks' own texts.
MAX_TEXTS = 20
IN_PLACES = "tracks_places.rowid"

# A word as the index of tracks by word stores it: on SQLite its id, on PostgreSQL the word itself.
Name = str
# For each clause its options, and for each option all words that a track must have.
Clauses = list[list[list[Name]]]


class WordIndex:
    """The words of the library that one search uses, each looked up once."""

    def __init__(self) -> None:
        self._containing: dict[str, list[Name] | None] = {}
        self._whole: dict[str, Name] = {}

    def add_whole(self, words: Iterable[str]) -> None:
        """Makes later lookups treat these as whole words; a text with spaces is several words."""
        parts = sorted({part for word in words for part in word.split()} - self._whole.keys())
        if not parts:
            return
        marks = ", ".join(["%s"] * len(parts))
        sql = f"SELECT word, {_NAME[connection.vendor]} FROM tracks_searchword AS w WHERE word IN ({marks})"
        self._whole.update({word: str(name) for word, name in rows_of(sql, parts)})

    @cached_property
    def span(self) -> int:
        """About the number of tracks, by the first and last id: counting a million rows takes too long."""
        # Two subqueries of one index step each: SQLite would read all rows for both in one query.
        ends = "SELECT (SELECT max(id) FROM tracks_track) - (SELECT min(id) FROM tracks_track)"
        return rows_of(ends, [])[0][0] or 0

    def of(self, clauses: Sequence[Clause]) -> Clauses:
        """The clauses whose words are known; none if an index of trigrams is more selective."""
        self._look_up(clauses)
        if not all(text.isascii() or len(text) < GRAM for clause in clauses for text in clause):
            return []
        return [options for clause in clauses if (options := self._options(clause)) is not None]

    def has(self, clause: Clause) -> bool:
        """Whether the words of the clause are known, after `of`."""
        return self._options(clause) is not None

    def _options(self, clause: Clause) -> list[list[Name]] | None:
        options: list[list[Name]] = []
        for text in clause:
            whole = [self._whole.get(part) for part in text.split()]
            if all(whole):
                options.append(cast("list[Name]", whole))
            elif (names := self._containing.get(text)) is None:
                return None
            else:
                options += [[name] for name in names]
        return options

    def _look_up(self, clauses: Sequence[Clause]) -> None:
        """The words that contain these texts, in one statement."""
        # A single text of three letters is an entry of SQLite's index of trigrams.
        is_alone = connection.vendor == "sqlite" and [len(clause) for clause in clauses] == [1]
        least = GRAM + 1 if is_alone else GRAM
        new = {text for clause in clauses for text in clause} - self._containing.keys() - self._whole.keys()
        parts_of_words = (text for text in new if len(text) >= least and " " not in text and text.isascii())
        texts = sorted(parts_of_words, key=lambda text: (-len(text), text))[:MAX_TEXTS]
        if not texts:
            return
        parts = [_containing(number, text) for number, text in enumerate(texts)]
        sql = " UNION ALL ".join(
            f"SELECT * FROM ({part}) AS part{place}" for place, (part, _) in enumerate(parts)
        )
        names: list[list[Name]] = [[] for _ in texts]
        for number, name in rows_of(sql, [value for _, values in parts for value in values]):
            names[number].append(str(name))
        for text, found in zip(texts, names, strict=True):
            self._containing[text] = found if len(found) <= MAX_WORDS else None


_NAME = {"sqlite": "w.id", "postgresql": "w.word"}


def _containing(number: int, text: str) -> Sql:
    if connection.vendor == "sqlite":
        sql = (
            f"SELECT {number}, w.id FROM tracks_word_grams CROSS JOIN tracks_searchword AS w"
            " ON w.id = tracks_word_grams.rowid"
            " WHERE tracks_word_grams MATCH %s AND instr(w.word, %s) > 0 LIMIT %s"
        )
        return sql, [match_of((text,)), text, MAX_WORDS + 1]
    sql = (
        f"SELECT {number}, w.word FROM tracks_searchword AS w WHERE w.padded LIKE %s"
        " AND strpos(w.word, %s) > 0 LIMIT %s"
    )
    return sql, [f"%{text}%", text, MAX_WORDS + 1]


def places_of(clauses: Clauses) -> Sql:
    """The FROM clause of tracks with one option of each clause. All tracks with long words are among them."""
    source, values = _where(clauses)
    if connection.vendor == "sqlite":
        joined = f"tracks_places CROSS JOIN tracks_track AS t ON t.id = {IN_PLACES}"
        source = source.replace("tracks_places", joined, 1)
    return source, values


def _where(clauses: Clauses) -> Sql:
    if connection.vendor == "sqlite":
        options = [[LONG_WORD, *(f"({' AND '.join(option)})" for option in clause)] for clause in clauses]
        match = " AND ".join(f"({' OR '.join(one)})" for one in options)
        return "tracks_places WHERE tracks_places MATCH %s", [match]
    terms: list[str] = []
    values: list[Value] = []
    for clause in clauses:
        single = [LONG_WORD, *(option[0] for option in clause if len(option) == 1)]
        several = [option for option in clause if len(option) > 1]
        has_all = ["tracks_words(t.search_text) @> %s::text[]"] * len(several)
        terms.append(f"({' OR '.join(['tracks_words(t.search_text) && %s::text[]', *has_all])})")
        values += [single, *several]
    return f"tracks_track AS t WHERE {' AND '.join(terms)}", values


def match_of(clause: Clause) -> str:
    """The clause in the query syntax of FTS5."""
    options = [" AND ".join(f'"{gram}"' for gram in grams(text)) for text in clause]
    return f"({' OR '.join(f'({option})' for option in options)})"


def grams(text: str) -> list[str]:
    """Trigrams that contain all letters of the text: each further one would be read, but exclude few rows."""
    last = len(text) - GRAM
    places = [*range(0, last, GRAM), last]
    return list(dict.fromkeys(text[place : place + GRAM] for place in places))


def rows_of(sql: str, values: Sequence[Value]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, cast("Any", values))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
