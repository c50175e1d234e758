"""Finding tracks by parts of their texts, by the database's indexes, in the order of ids.

Whatever there are thousands of is found soon when rows are read one after the other; whatever there is little
of, the index finds. So in a large library nothing is counted to its end: more than `COUNTED` are many.
"""

# ruff: noqa: S608 - every statement is made of words of this module; what is looked for is a parameter

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from django.db import connection

from apps.tracks.search_index import START_LETTERS

# As many as one answer holds at the most.
COUNTED = 1_000
# So many rows are read one after the other before an index is asked for everything. A library that has no
# more is small: there everything is counted.
WALKED = 20_000
# The first so many rows tell whether reading on would find COUNTED of them.
SAMPLED = 1_000
# The letters of an entry of the index.
GRAM = 3
LAST_CHARACTER = "\U0010ffff"

Clause = tuple[str, ...]
Value = str | int | list[str]
Sql = tuple[str, Sequence[Value]]
PLAIN: Sql = ("tracks_track AS t WHERE TRUE", [])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a track has to be. Each clause: one of these stands in its text."""

    clauses: tuple[Clause, ...] = ()
    # One of these genres, where any is given.
    genres: tuple[str, ...] = ()
    # Only within this genre.
    within: str = ""
    # Does not match these as well.
    no_clauses: tuple[Clause, ...] = ()
    title: str = ""
    title_start: str = ""
    no_title_start: str = ""
    artist_start: str = ""
    no_artist_start: str = ""

    @property
    def is_start(self) -> bool:
        """Whether the index of starts answers it."""
        return bool(self.title or self.title_start or self.artist_start)


@dataclass(frozen=True, slots=True)
class Found:
    ids: list[int]
    # Whether that is all.
    is_whole: bool


def first_of(wanted: Wanted, number: int, *, starts_with: str = "") -> Found:
    """The first ids, or all of them where there are no more than COUNTED, or the library is small.

    `starts_with`: in the order of the search, by how well title and artist match this.
    """
    most = WALKED if _is_small() else COUNTED
    found = _at_most(wanted, most + 1, starts_with)
    if len(found) <= most:
        return Found([track_id for _, track_id in sorted(found)], is_whole=True)
    ids: list[int] = []
    for tier in _tiers(wanted, starts_with) if starts_with else [wanted]:
        if len(ids) < number:
            ids += _lowest(tier, number - len(ids))
    return Found(ids, is_whole=False)


def _tiers(wanted: Wanted, text: str) -> list[Wanted]:
    """As the search ranks: the title is this, starts with it, the artist does, and the rest.

    What starts with the whole query has its words, so that the index of starts need not ask the row for them.
    """
    is_told = all(any(option in text for option in clause) for clause in wanted.clauses)
    start = replace(wanted, clauses=()) if is_told else wanted
    return [
        replace(start, title=text),
        replace(start, title_start=text),
        replace(start, artist_start=text, no_title_start=text),
        replace(wanted, no_title_start=text, no_artist_start=text),
    ]


def count_of(wanted: Wanted) -> int:
    """All of them, however long that takes."""
    source, values = PLAIN if _is_frequent(wanted, COUNTED) else _source(wanted)
    condition, wanted_values = _condition(wanted)
    ((count,),) = rows_of(f"SELECT count(*) FROM {source} AND {condition}", [*values, *wanted_values])
    return int(count)


def _is_small() -> bool:
    """By the first and the last id: nobody counts a million rows for this."""
    # Two steps in an index; SQLite would read all rows for both in one.
    ((span,),) = rows_of("SELECT (SELECT max(id) FROM tracks_track) - (SELECT min(id) FROM tracks_track)", [])
    return span is None or span < WALKED


def _is_frequent(wanted: Wanted, number: int) -> bool:
    """Whether so many are likely to be found by reading on."""
    return len(_walked(wanted, SAMPLED, SAMPLED)) * WALKED >= SAMPLED * number


def _at_most(wanted: Wanted, number: int, starts_with: str) -> list[tuple[int, int]]:
    """Any so many of them: each's rank and id."""
    if _is_frequent(wanted, COUNTED):
        found = _walked(wanted, WALKED, number, starts_with)
        # Those are all of a small library.
        if len(found) == number or number > WALKED:
            return found
    rank, values = _rank(starts_with)
    return _indexed(wanted, f"{rank}, t.id", values, "LIMIT %s", number)


def _indexed(
    wanted: Wanted, columns: str, values: Sequence[Value], end: str, number: int
) -> list[tuple[Any, ...]]:
    source, place = _source(wanted)
    condition, wanted_values = _condition(wanted)
    sql = f"SELECT {columns} FROM {source} AND {condition}"
    if connection.vendor == "postgresql":
        # Planned for all rows, so that a wrong guess of their number does not read the whole table; and then
        # only as many are read.
        sql = f"WITH t AS MATERIALIZED ({sql}) SELECT * FROM t"
    return rows_of(f"{sql} {end}", [*values, *place, *wanted_values, number])


def _walked(wanted: Wanted, rows: int, number: int, starts_with: str = "") -> list[tuple[int, int]]:
    """At most so many of the first rows, each's rank and id, by id."""
    rank, values = _rank(starts_with)
    condition, wanted_values = _condition(wanted)
    columns = "id, search_text, title_key, artist_key, genre_key"
    sql = (
        f"SELECT {rank}, t.id FROM (SELECT {columns} FROM tracks_track ORDER BY id LIMIT {rows}) AS t"
        f" WHERE {condition} ORDER BY t.id LIMIT %s"
    )
    return rows_of(sql, [*values, *wanted_values, number])


def _lowest(wanted: Wanted, number: int) -> list[int]:
    found: list[tuple[Any, ...]] = []
    if not wanted.title and _is_frequent(wanted, number):
        found = [(track_id,) for _, track_id in _walked(wanted, WALKED, number)]
    if len(found) < number:
        found = _indexed(wanted, "t.id", [], "ORDER BY t.id LIMIT %s", number)
    return [track_id for (track_id,) in found]


def _rank(text: str) -> Sql:
    if not text:
        return "0", []
    title, artist = _starts("title", text), _starts("artist", text)
    sql = f"CASE WHEN t.title_key = %s THEN 0 WHEN {title[0]} THEN 1 WHEN {artist[0]} THEN 2 ELSE 3 END"
    return sql, [text, *title[1], *artist[1]]


def _condition(wanted: Wanted) -> Sql:
    terms = [_contains(clause) for clause in wanted.clauses]
    if wanted.genres:
        terms.append(_one_of("t.genre_key", wanted.genres))
    if wanted.within:
        terms.append(("t.genre_key = %s", [wanted.within]))
    if wanted.no_clauses:
        sql, values = _all_of([_contains(clause) for clause in wanted.no_clauses])
        terms.append((f"NOT ({sql})", values))
    if wanted.title:
        terms.append(("t.title_key = %s", [wanted.title]))
        if connection.vendor == "postgresql":
            # Its index has only the start.
            start = f'(left(t.title_key, {START_LETTERS}) COLLATE "C") = %s'
            terms.append((start, [wanted.title[:START_LETTERS]]))
    if wanted.title_start:
        terms.append(_starts("title", wanted.title_start))
        terms.append(("t.title_key <> %s", [wanted.title_start]))
    if wanted.artist_start:
        terms.append(_starts("artist", wanted.artist_start))
    for name, start in (("title", wanted.no_title_start), ("artist", wanted.no_artist_start)):
        if start:
            sql, values = _starts(name, start)
            terms.append((f"NOT ({sql})", values))
    return _all_of(terms)


def _contains(clause: Clause) -> Sql:
    if connection.vendor == "sqlite":
        return f"({' OR '.join(['instr(t.search_text, %s) > 0'] * len(clause))})", [*clause]
    return f"({' OR '.join(['t.search_text LIKE %s'] * len(clause))})", [f"%{text}%" for text in clause]


def _has_short(clause: Clause) -> Sql:
    """The same, for PostgreSQL's index of parts that are too short for trigrams."""
    terms = [
        ('(tracks_short_grams(t.search_text) COLLATE "C") @> %s::text[]', [text])
        if len(text) < GRAM
        else ("t.search_text LIKE %s", f"%{text}%")
        for text in clause
    ]
    return f"({' OR '.join(sql for sql, _ in terms)})", [value for _, value in terms]


def _starts(name: str, text: str) -> Sql:
    """By code point: what `text` starts is at least it and at most it with the last character behind."""
    column = f"t.{name}_key"
    if connection.vendor == "sqlite":
        return f"({column} >= %s AND {column} < %s)", [text, text + LAST_CHARACTER]
    start = text[:START_LETTERS]
    indexed = f'(left({column}, {START_LETTERS}) COLLATE "C")'
    sql = f"({indexed} >= %s AND {indexed} < %s"
    values: list[Value] = [start, start + LAST_CHARACTER]
    if len(text) > START_LETTERS:
        return f"{sql} AND starts_with({column}, %s))", [*values, text]
    return f"{sql})", values


def _source(wanted: Wanted) -> Sql:
    """Where the rows come from, with a condition that an index answers. Not all of them need match."""
    if wanted.is_start:
        return PLAIN
    if connection.vendor == "postgresql":
        if any(min(map(len, clause)) >= GRAM for clause in wanted.clauses):
            return PLAIN
        condition, values = _all_of([_has_short(clause) for clause in wanted.clauses])
        return f"tracks_track AS t WHERE {condition}", values
    long = [clause for clause in wanted.clauses if all(len(text) >= GRAM for text in clause)]
    if long:
        sql = "tracks_grams CROSS JOIN tracks_track AS t ON t.id = tracks_grams.rowid"
        return f"{sql} WHERE tracks_grams MATCH %s", [" AND ".join(map(match_of, long))]
    if wanted.genres or not wanted.clauses:
        return PLAIN
    # The longest is the rarest; several in one clause would have to be joined.
    single = sorted((clause for clause in wanted.clauses if len(clause) == 1), key=lambda one: -len(one[0]))
    if not single:
        return PLAIN
    start = single[0][0]
    seen = "(SELECT DISTINCT doc FROM tracks_grams_seen WHERE term >= %s AND term < %s) AS seen"
    sql = f"{seen} CROSS JOIN tracks_track AS t ON t.id = seen.doc WHERE TRUE"
    return sql, [start, start + LAST_CHARACTER]


def match_of(clause: Clause) -> str:
    """The clause in FTS5's words."""
    options = [" AND ".join(f'"{gram}"' for gram in grams(text)) for text in clause]
    return f"({' OR '.join(f'({option})' for option in options)})"


def grams(text: str) -> list[str]:
    """Its different trigrams."""
    return list(dict.fromkeys(text[place : place + GRAM] for place in range(len(text) - GRAM + 1)))


def _one_of(column: str, values: Iterable[str]) -> Sql:
    given: list[Value] = [*values]
    return f"{column} IN ({', '.join(['%s'] * len(given))})", given


def _all_of(terms: Sequence[Sql]) -> Sql:
    return " AND ".join(sql for sql, _ in terms) or "TRUE", [value for _, values in terms for value in values]


def genre_keys(most: int) -> list[str]:
    """The different genres, by their key; one step in the index for each."""
    rows = rows_of(
        "WITH RECURSIVE one(genre_key) AS (SELECT min(genre_key) FROM tracks_track UNION ALL SELECT"
        " (SELECT min(t.genre_key) FROM tracks_track AS t WHERE t.genre_key > one.genre_key) FROM one"
        " WHERE one.genre_key IS NOT NULL) SELECT genre_key FROM one WHERE genre_key <> '' LIMIT %s",
        [most],
    )
    return [key for (key,) in rows]


def rows_of(sql: str, values: Sequence[Value]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, cast("Any", values))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
