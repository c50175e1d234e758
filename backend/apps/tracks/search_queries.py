"""Queries for tracks by parts of their texts, through the database's indexes, in the order of ids.

Frequent texts are found quickly by reading rows in order, rare ones by an index. So in a large library, most
counts end beyond `MAX_COUNTED`.
"""

# ruff: noqa: S608 - every statement is made of words of this module; what is looked for is a parameter

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection

from apps.tracks.search_index import START_LETTERS
from apps.tracks.word_index import (
    GRAM,
    IN_PLACES,
    Clause,
    Sql,
    Value,
    WordIndex,
    match_of,
    places_of,
    rows_of,
)

# The maximum that one response contains.
MAX_COUNTED = 1_000
# Rows that are read in order before an index is used for all matches. A library with no more rows is small:
# there all matches are counted.
MAX_SCANNED = 20_000
# Rows that are read to estimate whether reading in order would find MAX_COUNTED matches.
SAMPLE_ROWS = 500
# Ids are read up to this multiple of the id up to which enough matches are expected.
READ_AHEAD_FACTOR = 2
LAST_CHARACTER = "\U0010ffff"

IN_GRAMS = "tracks_grams.rowid"
PLAIN: Sql = ("tracks_track AS t WHERE TRUE", [])


@dataclass(frozen=True, slots=True)
class TrackQuery:
    """The conditions for a track. It matches a clause if its text contains one of the clause's texts."""

    clauses: tuple[Clause, ...] = ()
    # One of these genres, if any are given.
    genres: tuple[str, ...] = ()
    # Only within this genre.
    within: str = ""
    # The track does not match all of these.
    no_clauses: tuple[Clause, ...] = ()
    title: str = ""
    title_start: str = ""
    no_title_start: str = ""
    artist_start: str = ""
    no_artist_start: str = ""
    # The highest id.
    up_to: int | None = None
    word_index: WordIndex = field(default_factory=WordIndex, compare=False)

    @property
    def is_start(self) -> bool:
        """Whether the index of prefixes finds the tracks."""
        return bool(self.title or self.title_start or self.artist_start)


@dataclass(frozen=True, slots=True)
class QueryResult:
    ids: list[int]
    # Whether these are all matches.
    is_whole: bool


def first_of(
    wanted: TrackQuery, number: int, *, starts_with: str = "", most: int | None = None
) -> QueryResult:
    """The first `number` ids, or all if there are no more than `most`.

    `most` is MAX_COUNTED by default, or MAX_SCANNED in a small library. With `starts_with`, the order is that
    of the search: by how well title and artist match this.
    """
    if most is None:
        most = MAX_SCANNED if wanted.word_index.span < MAX_SCANNED else MAX_COUNTED
    found, are_lowest = _at_most(wanted, most + 1, starts_with)
    if len(found) <= most:
        return QueryResult([track_id for _, track_id in sorted(found)], is_whole=True)
    known = [track_id for _, track_id in found]
    read = max(known) - min(known) + 1
    ids: list[int] = []
    for rank, tier in enumerate(_tiers(wanted, starts_with) if starts_with else [wanted]):
        missing = number - len(ids)
        if missing <= 0:
            break
        alike = sorted(track_id for one, track_id in found if one == rank)
        if len(alike) < missing:
            # As many rows are read one after the other as lie between so many of them; the index of starts
            # gives all of them.
            is_frequent = not tier.title and missing * read**2 <= len(alike) ** 2 * wanted.word_index.span
            near = min(known) + READ_AHEAD_FACTOR * read * missing // len(alike) if alike else None
            ids += _lowest(tier, missing, is_frequent=is_frequent, near=near)
        elif are_lowest:
            ids += alike[:missing]
        else:  # enough ids are known: the lowest are not above the last of them
            bound = replace(tier, up_to=alike[missing - 1])
            ids += _lowest(bound, missing, is_frequent=False)
    return QueryResult(ids, is_whole=False)


def _tiers(wanted: TrackQuery, text: str) -> list[TrackQuery]:
    """One query for each rank: equal title, title that starts with `text`, artist that does, all others.

    A title that starts with the whole query contains its words, so the first ranks need no clauses.
    """
    is_in_text = all(any(option in text for option in clause) for clause in wanted.clauses)
    start = replace(wanted, clauses=()) if is_in_text else wanted
    return [
        replace(start, title=text),
        replace(start, title_start=text),
        replace(start, artist_start=text, no_title_start=text),
        replace(wanted, no_title_start=text, no_artist_start=text),
    ]


def count_of(wanted: TrackQuery) -> int:
    """The number of all matches, even if counting is slow."""
    source, values = PLAIN if _is_frequent(wanted, MAX_COUNTED) else _source(wanted)
    condition, wanted_values = _condition(wanted)
    ((count,),) = rows_of(f"SELECT count(*) FROM {source} AND {condition}", [*values, *wanted_values])
    return int(count)


def _is_frequent(wanted: TrackQuery, number: int) -> bool:
    """Whether reading in order will probably find `number` matches."""
    return len(_scanned(wanted, SAMPLE_ROWS, SAMPLE_ROWS)) * MAX_SCANNED >= SAMPLE_ROWS * number


def _at_most(wanted: TrackQuery, number: int, starts_with: str) -> tuple[list[tuple[int, int]], bool]:
    """Rank and id of any `number` matches, and whether these have the lowest ids."""
    source = _source(wanted)
    if not _is_reached_soon(wanted, source) and _is_frequent(wanted, MAX_COUNTED):
        found = _scanned(wanted, MAX_SCANNED, number, starts_with)
        # In a small library these are all matches.
        if len(found) == number or number > MAX_SCANNED:
            return found, True
    rank, values = _rank(starts_with)
    # SQLite's full-text indexes return rows in this order without sorting.
    order = next((f"ORDER BY {name} " for name in (IN_PLACES, IN_GRAMS) if name in source[0]), "")
    return _indexed(wanted, source, f"{rank}, t.id", values, f"{order}LIMIT %s", number), bool(order)


def _is_reached_soon(wanted: TrackQuery, source: Sql) -> bool:
    """Whether the index finds enough matches as quickly as reading in order.

    SQLite's indexes return rows in order and can stop early. PostgreSQL's return all rows, and common words
    have many.
    """
    if connection.vendor == "sqlite":
        texts = [text for clause in wanted.clauses for text in clause]
        return _is_placed(source) or (IN_GRAMS in source[0] and all(len(text) >= GRAM for text in texts))
    if not _is_placed(source):
        return False
    if any(len(clause) > 1 for clause in wanted.clauses):  # corrected words are rare
        return True
    return not all(wanted.word_index.of(wanted.clauses)) or not _is_frequent(wanted, 3 * MAX_COUNTED // 2)


def _indexed(
    wanted: TrackQuery, source: Sql, columns: str, values: Sequence[Value], end: str, number: int
) -> list[tuple[Any, ...]]:
    condition, wanted_values = _condition(wanted, is_placed=_is_placed(source))
    if wanted.up_to is not None:
        condition, wanted_values = f"{condition} AND t.id <= %s", [*wanted_values, wanted.up_to]
    sql = f"SELECT {columns} FROM {source[0]} AND {condition}"
    if connection.vendor == "postgresql" and not wanted.title:
        # Planned for all rows, so that a wrong estimate of their number does not read the whole table; then
        # executed only up to the limit.
        sql = f"WITH t AS MATERIALIZED ({sql}) SELECT * FROM t"
    return rows_of(f"{sql} {end}", [*values, *source[1], *wanted_values, number])


def _scanned(wanted: TrackQuery, rows: int, number: int, starts_with: str = "") -> list[tuple[int, int]]:
    """Rank and id of at most `number` matches among the first `rows` rows, by id."""
    rank, values = _rank(starts_with)
    condition, wanted_values = _condition(wanted)
    if connection.vendor == "sqlite":
        # SQLite would copy all rows of a subquery. With a range of ids it stops when it has enough.
        first = f"tracks_track AS t NOT INDEXED WHERE t.id < (SELECT min(id) FROM tracks_track) + {rows} AND"
    else:
        columns = "id, search_text, title_key, artist_key, genre_key"
        first = f"(SELECT {columns} FROM tracks_track ORDER BY id LIMIT {rows}) AS t WHERE"
    sql = f"SELECT {rank}, t.id FROM {first} {condition} ORDER BY t.id LIMIT %s"
    return rows_of(sql, [*values, *wanted_values, number])


def _lowest(wanted: TrackQuery, number: int, *, is_frequent: bool, near: int | None = None) -> list[int]:
    """The lowest ids. Up to the id `near` there are probably enough.

    PostgreSQL's indexes return all rows, which are then read: with `near`, only those up to it.
    """
    ids: list[int] = []
    is_near = connection.vendor == "postgresql" and near is not None and (wanted.is_start or not is_frequent)
    if is_near:
        ids = _lowest(replace(wanted, up_to=near), number, is_frequent=False)
    elif is_frequent:
        ids = [track_id for _, track_id in _scanned(wanted, MAX_SCANNED, number)]
    if len(ids) == number:
        return ids
    found = _indexed(wanted, _source(wanted), "t.id", [], "ORDER BY t.id LIMIT %s", number)
    return [track_id for (track_id,) in found]


def _rank(text: str) -> Sql:
    if not text:
        return "0", []
    title, artist = _starts("title", text), _starts("artist", text)
    sql = f"CASE WHEN t.title_key = %s THEN 0 WHEN {title[0]} THEN 1 WHEN {artist[0]} THEN 2 ELSE 3 END"
    return sql, [text, *title[1], *artist[1]]


def _condition(wanted: TrackQuery, *, is_placed: bool = False) -> Sql:
    # With LIKE, PostgreSQL may use its index of trigrams as well, which clauses without known words need.
    terms = [
        _contains(clause, is_compared=is_placed and wanted.word_index.has(clause))
        for clause in wanted.clauses
    ]
    if wanted.genres:
        terms.append(_one_of("t.genre_key", wanted.genres))
    if wanted.within:
        terms.append(("t.genre_key = %s", [wanted.within]))
    if wanted.no_clauses:
        sql, values = _all_of([_contains(clause) for clause in wanted.no_clauses])
        terms.append((f"NOT ({sql})", values))
    if wanted.title:
        terms += _is_title(wanted.title)
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


def _is_title(title: str) -> list[Sql]:
    whole: list[Sql] = [("t.title_key = %s", [title])]
    if connection.vendor == "sqlite":
        return whole
    # PostgreSQL's index has only the first letters, which are all of a shorter title.
    start = f'(left(t.title_key, {START_LETTERS}) COLLATE "C") = %s'
    return [(start, [title[:START_LETTERS]]), *(whole if len(title) >= START_LETTERS else [])]


def _contains(clause: Clause, *, is_compared: bool = False) -> Sql:
    if connection.vendor == "sqlite":
        return f"({' OR '.join(['instr(t.search_text, %s) > 0'] * len(clause))})", [*clause]
    if is_compared:
        return f"({' OR '.join(['strpos(t.search_text, %s) > 0'] * len(clause))})", [*clause]
    return f"({' OR '.join(['t.search_text LIKE %s'] * len(clause))})", [f"%{text}%" for text in clause]


def _has_short(clause: Clause) -> Sql:
    """The same, with PostgreSQL's index for texts that are too short for trigrams."""
    terms = [
        ('(tracks_short_grams(t.search_text) COLLATE "C") @> %s::text[]', [text])
        if len(text) < GRAM
        else ("t.search_text LIKE %s", f"%{text}%")
        for text in clause
    ]
    return f"({' OR '.join(sql for sql, _ in terms)})", [value for _, value in terms]


def _starts(name: str, text: str) -> Sql:
    """A prefix search by code point: from `text` to `text` followed by the last character."""
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


def _source(wanted: TrackQuery) -> Sql:
    """The FROM clause, with a condition for an index. It may select rows that do not match."""
    if wanted.is_start:
        return PLAIN
    if placed := wanted.word_index.of(wanted.clauses):
        return places_of(placed)
    if connection.vendor == "postgresql":
        if any(min(map(len, clause)) >= GRAM for clause in wanted.clauses):
            return PLAIN
        condition, values = _all_of([_has_short(clause) for clause in wanted.clauses])
        return f"tracks_track AS t WHERE {condition}", values
    long = [clause for clause in wanted.clauses if all(len(text) >= GRAM for text in clause)]
    if long:
        sql = f"tracks_grams CROSS JOIN tracks_track AS t ON t.id = {IN_GRAMS}"
        return f"{sql} WHERE tracks_grams MATCH %s", [" AND ".join(map(match_of, long))]
    if wanted.genres or not wanted.clauses:
        return PLAIN
    # The longest text is probably the rarest. Clauses with several texts would need a join.
    single = sorted((clause for clause in wanted.clauses if len(clause) == 1), key=lambda one: -len(one[0]))
    if not single:
        return PLAIN
    start = single[0][0]
    seen = "(SELECT DISTINCT doc FROM tracks_grams_seen WHERE term >= %s AND term < %s) AS seen"
    sql = f"{seen} CROSS JOIN tracks_track AS t ON t.id = seen.doc WHERE TRUE"
    return sql, [start, start + LAST_CHARACTER]


def _is_placed(source: Sql) -> bool:
    return "tracks_places" in source[0] or "tracks_words" in source[0]


def _one_of(column: str, values: Iterable[str]) -> Sql:
    given: list[Value] = [*values]
    return f"{column} IN ({', '.join(['%s'] * len(given))})", given


def _all_of(terms: Sequence[Sql]) -> Sql:
    return " AND ".join(sql for sql, _ in terms) or "TRUE", [value for _, values in terms for value in values]


def genre_keys(most: int) -> list[str]:
    """The distinct keys of genres, in order; each takes one step in the index."""
    rows = rows_of(
        "WITH RECURSIVE one(genre_key) AS (SELECT min(genre_key) FROM tracks_track UNION ALL SELECT"
        " (SELECT min(t.genre_key) FROM tracks_track AS t WHERE t.genre_key > one.genre_key) FROM one"
        " WHERE one.genre_key IS NOT NULL) SELECT genre_key FROM one WHERE genre_key <> '' LIMIT %s",
        [most],
    )
    return [key for (key,) in rows]
