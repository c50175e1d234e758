"""The indexes of the search, as SQL: created by a migration, updated by the database itself.

Triggers and indexes of the database see every write, of a service, the admin, a bulk insert or a shell.
SQLite has no index for parts of words, so there is an FTS5 table of trigrams beside the table;
PostgreSQL has `pg_trgm`, and a small function for parts of one and two letters, which `pg_trgm` ignores.

On SQLite Django changes a table by copying it, which drops the triggers of the old one: a migration that
changes a field of Track or SearchWord there calls `drop_places` and `drop_index` before, `make_index` and
`make_places` afterwards.
"""

# ruff: noqa: S608 - every statement is made of words of this module; what is looked for is a parameter

from typing import Any

from django.db import DatabaseError, NotSupportedError

# Longer words are not misspelled ones, and PostgreSQL could not index them.
MAX_LETTERS = 40

# Two spaces behind each text: its last letters start a trigram, too, so that one or two letters are found as
# the start of one. Contentless and without positions: only which trigram is in which row. What is found
# is compared with the row itself.
FTS5 = "USING fts5(text, content='', detail=none, tokenize='trigram case_sensitive 1')"
_ADD = "INSERT INTO tracks_grams (rowid, text) VALUES (new.id, new.search_text || '  ');"
_REMOVE = (
    "INSERT INTO tracks_grams (tracks_grams, rowid, text) VALUES ('delete', old.id, old.search_text || '  ');"
)
# A normalised text has neither quotes nor backslashes. Spaces in front and behind are a word's two ends.
_WORDS = f"""
INSERT OR IGNORE INTO tracks_searchword (word, padded)
SELECT word.value, ' ' || coalesce(latin.value, word.value) || ' '
FROM json_each('["' || replace({{0}}search_text, ' ', '","') || '"]') AS word
LEFT JOIN json_each(
    CASE {{0}}latin_text WHEN '' THEN '[]' ELSE '["' || replace({{0}}latin_text, ' ', '","') || '"]' END
) AS latin ON latin.key = word.key
WHERE length(word.value) BETWEEN 1 AND {MAX_LETTERS}
"""
_LEARN = f"{_WORDS.format('new.')};"
_WORDS_OF_ALL = _WORDS.format("track.").replace("FROM ", "FROM tracks_track AS track, ", 1)


def _triggers(place: str = "", unplace: str = "") -> tuple[str, ...]:
    """SQLite does not define the order of several triggers of one event, and a place needs its words."""
    return (
        f"CREATE TRIGGER tracks_track_new AFTER INSERT ON tracks_track BEGIN {_ADD} {_LEARN} {place} END",
        f"CREATE TRIGGER tracks_track_gone AFTER DELETE ON tracks_track BEGIN {_REMOVE} {unplace} END",
        "CREATE TRIGGER tracks_track_changed AFTER UPDATE OF id, search_text, latin_text ON tracks_track"
        " WHEN old.id <> new.id OR old.search_text <> new.search_text OR old.latin_text <> new.latin_text"
        f" BEGIN {_REMOVE} {_ADD} {_LEARN} {unplace} {place} END",
    )


_DROP_TRIGGERS = (
    "DROP TRIGGER tracks_track_changed",
    "DROP TRIGGER tracks_track_gone",
    "DROP TRIGGER tracks_track_new",
)
SQLITE_MAKE = (
    f"CREATE VIRTUAL TABLE tracks_grams {FTS5}",
    "CREATE VIRTUAL TABLE tracks_grams_seen USING fts5vocab('tracks_grams', 'instance')",
    f"CREATE VIRTUAL TABLE tracks_word_grams {FTS5}",
    "CREATE TRIGGER tracks_word_new AFTER INSERT ON tracks_searchword BEGIN"
    " INSERT INTO tracks_word_grams (rowid, text) VALUES (new.id, new.padded); END",
    "CREATE TRIGGER tracks_word_gone AFTER DELETE ON tracks_searchword BEGIN INSERT INTO tracks_word_grams"
    " (tracks_word_grams, rowid, text) VALUES ('delete', old.id, old.padded); END",
    "INSERT INTO tracks_grams (rowid, text) SELECT id, search_text || '  ' FROM tracks_track ORDER BY id",
    _WORDS_OF_ALL,
    *_triggers(),
    "CREATE INDEX tracks_title_start ON tracks_track (title_key)",
    "CREATE INDEX tracks_artist_start ON tracks_track (artist_key)",
)
SQLITE_DROP = (
    "DROP INDEX tracks_artist_start",
    "DROP INDEX tracks_title_start",
    *_DROP_TRIGGERS,
    "DROP TRIGGER tracks_word_gone",
    "DROP TRIGGER tracks_word_new",
    "DROP TABLE tracks_word_grams",
    "DROP TABLE tracks_grams_seen",
    "DROP TABLE tracks_grams",
    "DELETE FROM tracks_searchword",
)

# PostgreSQL indexes no more than 2,700 bytes of a text: these many letters of a key say enough.
START_LETTERS = 60
# A search reads the unsorted part of an index row by row, so that part is small.
_SMALL_PENDING = "WITH (gin_pending_list_limit = 256)"
_NEW_WORDS = f"""
INSERT INTO tracks_searchword (word, padded)
SELECT DISTINCT ON (part.word) part.word, ' ' || coalesce(part.latin, part.word) || ' '
FROM {{0}} AS track,
    unnest(string_to_array(track.search_text, ' '), string_to_array(nullif(track.latin_text, ''), ' '))
        AS part(word, latin)
WHERE char_length(part.word) BETWEEN 1 AND {MAX_LETTERS}
ORDER BY part.word ON CONFLICT (word) DO NOTHING
"""
# Letters, pairs from the first on, and pairs from the second on; a normalised text has no control characters.
_PAIRS = "string_to_array(regexp_replace({}, '(..)', '\\1' || chr(31), 'g'), chr(31))"
POSTGRESQL_MAKE = (
    "CREATE FUNCTION tracks_short_grams(whole text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$"
    f" SELECT array_remove(string_to_array(whole, NULL) || {_PAIRS.format('whole')}"
    f" || {_PAIRS.format('substr(whole, 2)')}, '') $$",
    f"CREATE INDEX tracks_text_grams ON tracks_track USING gin (search_text gin_trgm_ops) {_SMALL_PENDING}",
    "CREATE INDEX tracks_text_short_grams ON tracks_track"
    f' USING gin ((tracks_short_grams(search_text) COLLATE "C")) {_SMALL_PENDING}',
    f"CREATE INDEX tracks_word_grams ON tracks_searchword USING gin (padded gin_trgm_ops) {_SMALL_PENDING}",
    f'CREATE INDEX tracks_title_start ON tracks_track ((left(title_key, {START_LETTERS}) COLLATE "C"), id)',
    f'CREATE INDEX tracks_artist_start ON tracks_track ((left(artist_key, {START_LETTERS}) COLLATE "C"), id)',
    _NEW_WORDS.format("tracks_track"),
    "CREATE FUNCTION tracks_learn_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    f" {_NEW_WORDS.format('written')}; RETURN NULL; END $$",
    "CREATE TRIGGER tracks_track_new AFTER INSERT ON tracks_track REFERENCING NEW TABLE AS written"
    " FOR EACH STATEMENT EXECUTE FUNCTION tracks_learn_words()",
    "CREATE TRIGGER tracks_track_changed AFTER UPDATE ON tracks_track REFERENCING NEW TABLE AS written"
    " FOR EACH STATEMENT EXECUTE FUNCTION tracks_learn_words()",
)
# The extension stays: others may use it.
POSTGRESQL_DROP = (
    "DROP TRIGGER tracks_track_changed ON tracks_track",
    "DROP TRIGGER tracks_track_new ON tracks_track",
    "DROP FUNCTION tracks_learn_words()",
    "DROP INDEX tracks_artist_start, tracks_title_start, tracks_word_grams,"
    " tracks_text_short_grams, tracks_text_grams",
    "DROP FUNCTION tracks_short_grams(text)",
    "DELETE FROM tracks_searchword",
)

# In the index of places this represents a word that is too long to be one of the library's words.
LONG_WORD = "long"
# The numbers of a text's words. The index has a copy, so that deleting needs no other table.
_PLACES = f"""
SELECT group_concat(coalesce(w.id, '{LONG_WORD}'), ' ')
FROM json_each('["' || replace({{0}}search_text, ' ', '","') || '"]') AS word
LEFT JOIN tracks_searchword AS w ON w.word = word.value
"""
_PLACE = f"INSERT INTO tracks_places (rowid, words) VALUES (new.id, ({_PLACES.format('new.')}));"
_UNPLACE = "DELETE FROM tracks_places WHERE rowid = old.id;"
SQLITE_MAKE_PLACES = (
    "CREATE VIRTUAL TABLE tracks_places USING fts5(words, detail=none, columnsize=0, tokenize='ascii')",
    "INSERT INTO tracks_places (rowid, words)"
    f" SELECT track.id, ({_PLACES.format('track.')}) FROM tracks_track AS track ORDER BY track.id",
    *_DROP_TRIGGERS,
    *_triggers(_PLACE, _UNPLACE),
)
SQLITE_DROP_PLACES = (*_DROP_TRIGGERS, *_triggers(), "DROP TABLE tracks_places")
POSTGRESQL_MAKE_PLACES = (
    "CREATE FUNCTION tracks_words(whole text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$"
    f" SELECT CASE WHEN whole ~ '[^ ]{{{MAX_LETTERS + 1}}}' THEN string_to_array(regexp_replace(whole,"
    f" '[^ ]{{{MAX_LETTERS + 1},}}', '{LONG_WORD}', 'g'), ' ') ELSE string_to_array(whole, ' ') END $$",
    f"CREATE INDEX tracks_text_words ON tracks_track USING gin (tracks_words(search_text)) {_SMALL_PENDING}",
)
POSTGRESQL_DROP_PLACES = ("DROP INDEX tracks_text_words", "DROP FUNCTION tracks_words(text)")


def need_trigrams(_apps: Any, schema_editor: Any) -> None:
    """Raises NotSupportedError with an instruction."""
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError as error:
        raise NotSupportedError(
            "the search needs PostgreSQL's extension pg_trgm. Install PostgreSQL's contrib modules. If the"
            " user in DATABASE_URL may not create extensions, let an administrator run"
            " CREATE EXTENSION pg_trgm in this database once."
            f" PostgreSQL's error: {str(error).strip()}"
        ) from error


def make_index(_apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, SQLITE_MAKE, POSTGRESQL_MAKE)


def drop_index(_apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, SQLITE_DROP, POSTGRESQL_DROP)


def make_places(_apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, SQLITE_MAKE_PLACES, POSTGRESQL_MAKE_PLACES)


def drop_places(_apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, SQLITE_DROP_PLACES, POSTGRESQL_DROP_PLACES)


def _run(schema_editor: Any, sqlite: tuple[str, ...], postgresql: tuple[str, ...]) -> None:
    with schema_editor.connection.cursor() as cursor:
        for statement in sqlite if schema_editor.connection.vendor == "sqlite" else postgresql:
            cursor.execute(statement)
