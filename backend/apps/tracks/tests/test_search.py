"""The search: its results, their order, and an index that follows the table after any write."""

import random
import string
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import NamedTemporaryFile
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import NotSupportedError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.tracks import search_queries
from apps.tracks.import_rows import GoodRow
from apps.tracks.metadata import TrackMetadata
from apps.tracks.models import SearchWord, Track
from apps.tracks.normalisation import normalised, search_words
from apps.tracks.search_index import LONG_WORD, need_trigrams
from apps.tracks.search_queries import TrackQuery, first_of
from apps.tracks.selectors import TrackSearch, listed_tracks
from apps.tracks.services import change_track, create_track, delete_track, import_rows, seed_library
from apps.tracks.tests.factories import new_track
from apps.tracks.tests.misspelled import KINDS

# Few letters, so that chance makes words that meet, and titles that start alike.
WORDS = st.sampled_from(["ab", "abba", "bab", "a", "baba", "夜曲", "夜", "曲夜曲", "крик", "ba ab", "b-a"])
NAMES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
GENRES = st.sampled_from(["", "ab", "Baba Pop", "夜"])
FACTS = st.builds(TrackMetadata, NAMES, NAMES, st.one_of(st.just(""), NAMES), st.none(), GENRES)
LIBRARIES = st.lists(FACTS, max_size=12)


@pytest.mark.django_db
def test_nine_of_ten_misspelled_queries_find_their_track_among_the_first_three():
    seed_library()
    missed = {
        kind: [query for query, title in queries if title not in _titles(query)[:3]]
        for kind, queries in KINDS.items()
    }

    assert all(len(queries) == len(set(queries)) == 50 for queries in KINDS.values())
    assert sum(map(len, missed.values())) <= 20, missed


@pytest.mark.django_db
def test_a_search_without_a_match_is_empty():
    seed_library()
    for search in (
        "queen trombone",
        "xylophonist",
        "blinding trombone",
        "taylor swift",
        "夜曲",
        "zzz",
        "superstition x",
        "ac/dc",
    ):
        assert _titles(search) == [], search


@pytest.mark.django_db
@given(library=LIBRARIES, search=NAMES, genre=GENRES, few=st.booleans())
def test_correct_queries_never_rank_worse_than_before(library, search, genre, few):
    with _rolled_back(), _few_are_many(few):
        tracks = Track.objects.bulk_create_without_events(
            [Track.described_by(metadata) for metadata in library]
        )
        before = _as_before(tracks, search, genre)
        exact = list(listed_tracks(search=search, genre=genre).values_list("id", flat=True))
        whole = [track.pk for track in TrackSearch(search, genre=genre).part(0, 1000).rows]

        assert whole[: len(before)] == before
        assert whole[: len(exact)] == exact
        assert len(set(whole)) == len(whole)
        for offset in range(len(whole) + 1):
            part = TrackSearch(search, genre=genre).part(offset, 2)
            assert [track.pk for track in part.rows] == whole[offset : offset + 2]
            assert part.total == len(whole) if part.is_exact else part.total <= max(len(whole), 4)


# Longer than the words that the library learns.
LONG = "supercalifragilistic" * 3


class Writes:
    """Every way to write tracks, by chance."""

    def __init__(self, chance: random.Random, staff: Client) -> None:
        self.chance, self.staff = chance, staff

    def metadata(self) -> TrackMetadata:
        words = ["halo", "夜曲", "Bohème", "ac/dc", "u2", "Кино", "x", "love", "don't", LONG]
        title, artist, album = (" ".join(self.chance.choices(words, k=2)) for _ in range(3))
        return TrackMetadata(title, artist, self.chance.choice(["", album]))

    def one(self) -> int | None:
        ids = [*Track.objects.values_list("id", flat=True)]
        return self.chance.choice(ids) if ids else None

    def create(self) -> None:
        create_track(metadata=self.metadata())

    def save(self) -> None:
        new_track(title=self.metadata().title)

    def change(self) -> None:
        if one := self.one():
            change_track(track_id=one, changes={"title": self.metadata().title, "album": ""})

    def delete(self) -> None:
        if one := self.one():
            delete_track(track_id=one)

    def bring_in(self) -> None:
        import_rows(rows=[GoodRow(line, self.metadata()) for line in range(3)], after_batch=lambda: None)

    def bulk_change(self) -> None:
        tracks = [*Track.objects.all()[:2]]
        for track in tracks:
            track.title = self.metadata().title
            track.fill_search_columns()
        Track.objects.bulk_update_without_events(tracks, ["title", "title_key", "search_text", "latin_text"])

    def write_in_the_admin(self) -> None:
        one = self.chance.choice([None, self.one()])
        form = {"title": self.metadata().title, "artist": "u2", "album": "", "genre": ""}
        response = self.staff.post(f"/admin/tracks/track/{f'{one}/change' if one else 'add'}/", form)
        assert response.status_code == 302

    def delete_in_the_admin(self) -> None:
        if one := self.one():
            form = {"action": "delete_selected", "_selected_action": one, "post": "yes"}
            assert self.staff.post("/admin/tracks/track/", form).status_code == 302
            assert not Track.objects.filter(pk=one).exists()

    def write_sql(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE tracks_track SET search_text = 'by hand', latin_text = '' WHERE id = %s", [self.one()]
            )
            columns = (
                "title, artist, album, genre, title_key, artist_key, album_key, genre_key, latin_text,"
                " identity, created_at"
            )
            cursor.execute(
                f"INSERT INTO tracks_track ({columns}, search_text)"  # noqa: S608
                f" SELECT {columns}, search_text || ' again' FROM tracks_track"
            )

    def renumber(self) -> None:
        with connection.cursor() as cursor:
            free = "(SELECT MAX(id) + 1000000 FROM tracks_track)"
            cursor.execute(f"UPDATE tracks_track SET id = {free} WHERE id = %s", [self.one()])  # noqa: S608

    def update_all(self) -> None:
        Track.objects.all().update_without_events(search_text="same words", latin_text="")

    def delete_all(self) -> None:
        Track.objects.all().delete()

    def delete_by_sql(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM tracks_track WHERE id % 2 = 0")

    def seed(self) -> None:
        call_command("seed_tracks", verbosity=0)

    def import_file(self) -> None:
        with NamedTemporaryFile("w", suffix=".csv") as file:
            file.write(f"title,artist\n{self.metadata().title},u2\n")
            file.flush()
            call_command("import_tracks", file.name, verbosity=0)

    def roll_back(self) -> None:
        with transaction.atomic():
            self.create()
            self.change()
            self.delete()
            transaction.set_rollback(True)


WAYS = (
    *("create", "save", "change", "delete", "bring_in", "bulk_change", "roll_back", "seed", "import_file"),
    *("write_in_the_admin", "delete_in_the_admin", "write_sql", "renumber", "update_all", "delete_all"),
    "delete_by_sql",
)


@pytest.mark.django_db
@given(seed=st.integers(min_value=0))
def test_after_any_writes_the_index_equals_the_table(admin_client, seed):
    with _rolled_back():
        writes = Writes(random.Random(seed), admin_client)
        ways = [getattr(writes, way) for way in WAYS]
        for way in writes.chance.choices(ways, k=12):
            way()
        _check_index(writes.chance)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no extensions")
@pytest.mark.django_db
def test_missing_right_to_create_the_extension_is_reported_with_an_instruction():
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION pg_trgm CASCADE")
        cursor.execute("SET LOCAL ROLE pg_monitor")
    with pytest.raises(NotSupportedError, match="CREATE EXTENSION pg_trgm"), transaction.atomic():
        need_trigrams(None, SimpleNamespace(connection=connection))


def _check_index(chance: random.Random) -> None:
    texts = dict(Track.objects.values_list("id", "search_text"))
    parts = {
        (text[start : start + letters], track_id)
        for track_id, text in texts.items()
        for letters in (1, 2, 3, 4)
        for start in range(len(text) - letters + 1)
    }
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT term, doc FROM tracks_grams_seen")
            stored = set(cursor.fetchall())
        padded = {track_id: f"{text}  " for track_id, text in texts.items()}
        assert stored == {
            (text[place : place + 3], track_id)
            for track_id, text in padded.items()
            for place in range(len(text) - 2)
        }
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    asked = sorted({text for text, _ in parts if text == text.strip()})
    for part in chance.sample(asked, min(10, len(asked))):
        found = first_of(TrackQuery(clauses=((part,),)), 100)
        assert set(found.ids) == {track_id for text, track_id in parts if text == part}, part
    words = {word for text in texts.values() for word in text.split()} - {LONG}
    numbers = dict(SearchWord.objects.values_list("word", "id"))
    assert words <= numbers.keys()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("CREATE VIRTUAL TABLE temp.placed USING fts5vocab(main, tracks_places, instance)")
            cursor.execute("SELECT DISTINCT term, doc FROM temp.placed")
            placed = set(cursor.fetchall())
            cursor.execute("DROP TABLE temp.placed")
        assert placed == {
            (str(numbers.get(word, LONG_WORD)), track_id)
            for track_id, text in texts.items()
            for word in text.split()
        }


@pytest.mark.django_db
def test_genres_are_found_by_name_after_the_names_of_tracks():
    new_track("Rock Me", "Nobody", genre="folk")
    new_track("Anything", "The Band", genre="Punk Rock")
    new_track("Rockets", "Nobody", genre="rock")
    new_track("Other", "Nobody", genre="jazz")

    assert _titles("rock") == ["Rock Me", "Rockets", "Anything"]
    assert _titles("punk band") == ["Anything"]
    assert _titles("rock", genre="folk") == ["Rock Me"]
    by_title = Client().get("/api/tracks/", {"search": "rock", "ordering": "-title"}).json()
    assert [track["title"] for track in by_title] == ["Rockets", "Rock Me", "Anything"]


@pytest.mark.django_db
def test_words_of_other_scripts_are_found_as_they_are_written_in_latin_letters():
    new_track("Группа крови", "Кино")
    new_track("勇者", "YOASOBI")

    assert _titles("gruppa krovi") == ["Группа крови"]
    assert _titles("勇") == _titles("勇者") == ["勇者"]
    assert _titles("ЙОАСОБИ") == ["勇者"]


@pytest.mark.django_db
def test_large_totals_are_lower_bounds_and_each_page_links_to_the_next(monkeypatch):
    monkeypatch.setattr(search_queries, "MAX_COUNTED", 4)
    monkeypatch.setattr(search_queries, "MAX_SCANNED", 8)
    made = [new_track(f"Halo {number}").pk for number in range(9)]
    seen, address = [], "/api/tracks/?search=halo&limit=2"
    totals = []
    while address:
        response = Client().get(address)
        seen += [track["id"] for track in response.json()]
        totals.append((response["X-Total-Count"], response.get("X-Total-Is-Least")))
        address = response["Link"].partition(">")[0].removeprefix("<") if "Link" in response else ""

    assert seen == made
    assert totals == [("5", "true"), ("5", "true"), ("7", "true"), ("9", "true"), ("9", None)]


@pytest.mark.django_db
def test_pages_and_small_libraries_are_counted_to_the_end(monkeypatch):
    monkeypatch.setattr(search_queries, "MAX_COUNTED", 4)
    for number in range(9):
        new_track(f"Halo {number}")
    new_track("Other", "Nobody", genre="halo")
    for walked, sampled in ((20, 20), (20, 1000), (8, 3), (8, 1000)):
        monkeypatch.setattr(search_queries, "MAX_SCANNED", walked)
        monkeypatch.setattr(search_queries, "SAMPLE_ROWS", sampled)
        answer = Client().get("/api/tracks/", {"search": "halo", "page_size": "3", "page": "2"})
        response = Client().get("/api/tracks/", {"search": "halo", "limit": "3"})
        page = answer.json()
        assert (page["count"], answer["X-Total-Count"], answer.get("X-Total-Is-Least")) == (10, "10", None)
        assert [track["title"] for track in page["results"]] == ["Halo 3", "Halo 4", "Halo 5"]
        counts = ("10", "10") if walked == 20 else ("5", None)
        assert (response["X-Total-Count"], response.get("X-Match-Count")) == counts


@pytest.mark.django_db
def test_similar_words_are_searched_only_without_an_exact_match():
    new_track("Halo")
    new_track("Hallo", "Nobody")
    for search, titles, count in (
        ("halo", ["Halo"], "1"),
        ("hallo", ["Hallo"], "1"),
        ("haalo", ["Halo", "Hallo"], "0"),
    ):
        response = Client().get("/api/tracks/", {"search": search})
        assert [track["title"] for track in response.json()] == titles
        assert (response["X-Total-Count"], response["X-Match-Count"]) == (str(len(titles)), count)
    plain = Client().get("/api/tracks/", {"search": "haalo", "ordering": "title"})
    assert plain.json() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "search", ["-".join(f"haal{letter}" for letter in string.ascii_lowercase), "\ufdfa" * 300]
)
def test_joined_words_are_searched_with_few_queries(search, django_assert_max_num_queries):
    """One character of Unicode may represent four words."""
    new_track("Halo")
    with django_assert_max_num_queries(10):
        assert _titles(search) == []


def _titles(search: str, **more: str) -> list[str]:
    return [track.title for track in TrackSearch(search, **more).part(0, 20).rows]


def _as_before(tracks: list[Track], search: str, genre: str) -> list[int]:
    """As the contract has it since the first release: read, compare, sort."""
    words, wanted = search_words(search), normalised(search)
    matches = [
        track
        for track in tracks
        if all(word in track.search_text for word in words) and genre.casefold() in ("", track.genre_key)
    ]

    def rank(track: Track) -> tuple[int, int]:
        tiers = (
            track.title_key == wanted,
            track.title_key.startswith(wanted),
            track.artist_key.startswith(wanted),
            True,
        )
        return tiers.index(True), track.pk

    return [track.pk for track in sorted(matches, key=rank)]


@contextmanager
def _rolled_back() -> Iterator[None]:
    """Each example of chance begins with the same library."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def _few_are_many(few: bool) -> Iterator[None]:
    """Nothing is counted beyond three, and five rows are read one after the other: as with a million."""
    before = search_queries.MAX_COUNTED, search_queries.MAX_SCANNED, search_queries.SAMPLE_ROWS
    _set_limits(*(3, 5, 2) if few else before)
    try:
        yield
    finally:
        _set_limits(*before)


def _set_limits(counted: int, walked: int, sampled: int) -> None:
    search_queries.MAX_COUNTED, search_queries.MAX_SCANNED, search_queries.SAMPLE_ROWS = (
        counted,
        walked,
        sampled,
    )
