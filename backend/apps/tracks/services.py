"""Every write to the library."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

from django.db import IntegrityError, connection, transaction

from apps.tracks.import_rows import BadRow, GoodRow
from apps.tracks.metadata import TrackMetadata, TrackMetadataPatch, missing_metadata
from apps.tracks.metadata import TrackMetadata as T
from apps.tracks.models import ISRC_CONSTRAINT, Track
from apps.tracks.selectors import NO_SUCH_TRACK, same_tracks
from core.database import violated_constraint
from core.errors import Conflict, ErrorSpec, NotFound, raises

# This many new tracks hold SQLite's write lock for about 35 ms, half of it for the search's index.
BATCH_ROWS = 250
# Files and catalogues state durations of one recording that differ by up to this many seconds.
SAME_DURATION_SECONDS = 3
ISRC_TAKEN = ErrorSpec(Conflict, "Another track has this ISRC.", {"isrc": "GBUM71029604", "track_id": 1})


@raises(ISRC_TAKEN)
def create_track(*, metadata: TrackMetadata) -> Track:
    """Adds a track to the library."""
    track = Track.described_by(metadata)
    with _isrc_conflicts(metadata.isrc):
        track.save()
    return track


def find_or_add_track(*, metadata: TrackMetadata) -> tuple[Track, bool]:
    """The library's track with this metadata, as `same_tracks` finds it, else a new one, and whether it is
    new. Two concurrent calls add one track.
    """
    with transaction.atomic():
        _lock_library()
        (known,) = same_tracks([metadata])
        if known is not None:
            return known, False
        return create_track(metadata=metadata), True


def find_or_add_recordings(*, metadata: Sequence[TrackMetadata]) -> list[Track]:
    """For each the library's track of the same recording, else a new one, which has audio.

    The same recording has the same ISRC, else the same normalised title and artist, and a duration that is
    unknown or differs by at most 3 seconds. Two ISRCs are two recordings. Known tracks are not changed.
    """
    candidates = [Track.described_by(one) for one in metadata]
    with transaction.atomic():
        _lock_library()
        known = KnownRecordings(candidates)
        found = [known.find(candidate) or known.add(candidate) for candidate in candidates]
        Track.objects.bulk_create_without_events(known.new)
    return found


def complete_track(*, track_id: int, metadata: TrackMetadata) -> None:
    """Fills empty fields of a track that has audio."""
    with Track.locked(track_id) as track:
        changes = missing_metadata(track.metadata(), metadata)
        if Track.objects.filter(isrc=changes.get("isrc"), isrc__isnull=False).exists():
            del changes["isrc"]
        _write(track, {**changes, "has_audio": True})


@raises(NO_SUCH_TRACK, ISRC_TAKEN)
def change_track(*, track_id: int, changes: TrackMetadataPatch) -> Track:
    """Changes the given fields; equal values are not written."""
    with _isrc_conflicts(changes.get("isrc")), Track.locked(track_id) as track:
        _write(track, changes)
    return track


@raises(NO_SUCH_TRACK)
def delete_track(*, track_id: int) -> None:
    """Deletes the track, after everything that depends on it."""
    with Track.locked(track_id) as track:
        track.delete()


def seed_library() -> int:
    """Adds those of the 35 well-known tracks that the library lacks, and changes none. Returns how many."""
    candidates = [Track.described_by(metadata) for metadata in SEED_TRACKS]
    with transaction.atomic():
        _lock_library()
        known = KnownTracks.resembling(candidates)
        missing = [track for track in candidates if known.find(track) is None]
        Track.objects.bulk_create_without_events(missing)
    return len(missing)


@dataclass(slots=True)
class ImportResult:
    """Counts of the rows by result. A `completed` one had metadata that the library lacked."""

    added: int = 0
    completed: int = 0
    unchanged: int = 0
    bad: list[BadRow] = field(default_factory=list)

    @property
    def taken(self) -> int:
        return self.added + self.completed + self.unchanged


def import_rows(*, rows: Iterable[GoodRow | BadRow], after_batch: Callable[[], None]) -> ImportResult:
    """Brings rows into the library, in transactions of modest size; safe to be repeated or cut off.

    A row with an ISRC that the library has, else with the same normalised title, artist and album, is the
    same track: it fills in what the library does not know of it, and changes nothing else. Others are added.
    """
    result = ImportResult()
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH_ROWS)):
        result.bad += [row for row in batch if isinstance(row, BadRow)]
        _import_batch([row for row in batch if isinstance(row, GoodRow)], result)
        after_batch()
    return result


def _import_batch(rows: list[GoodRow], result: ImportResult) -> None:
    candidates = [(row, Track.described_by(row.metadata)) for row in rows]
    plan = BatchPlan()
    with transaction.atomic():
        _lock_library()
        plan.settle(candidates)
        Track.objects.bulk_create_without_events(plan.new)
    result.added += len(plan.new)
    result.completed += plan.completed_before_added
    result.unchanged += plan.unchanged
    for row, track_id in plan.incomplete:
        _complete(row, track_id, result)


def _complete(row: GoodRow, track_id: int, result: ImportResult) -> None:
    """One track, one transaction: it locks only the rooms that have the track."""
    try:
        with _isrc_conflicts(row.metadata.isrc), Track.locked(track_id) as track:
            is_changed = _write(track, missing_metadata(track.metadata(), row.metadata))
    except (Conflict, NotFound) as error:
        result.bad.append(BadRow(row.line, error.message))
        return
    result.completed += is_changed
    result.unchanged += not is_changed


class KnownTracks:
    """Tracks of the library, and of the batch so far, that may equal the new ones."""

    def __init__(self) -> None:
        self._by_isrc: dict[str, Track] = {}
        self._by_identity: dict[str, Track] = {}

    @classmethod
    def resembling(cls, candidates: list[Track]) -> "KnownTracks":
        known = cls()
        isrcs = [track.isrc for track in candidates if track.isrc]
        identities = [track.identity for track in candidates]
        for stored in (Track.objects.filter(isrc__in=isrcs), Track.objects.filter(identity__in=identities)):
            for track in stored.order_by("id"):
                known.add(track)
        return known

    def add(self, track: Track) -> None:
        """Of several with the same words the first counts."""
        if track.isrc:
            self._by_isrc.setdefault(track.isrc, track)
        self._by_identity.setdefault(track.identity, track)

    def find(self, candidate: Track) -> Track | None:
        by_isrc = self._by_isrc.get(candidate.isrc) if candidate.isrc else None
        return by_isrc or self._by_identity.get(candidate.identity)


class KnownRecordings:
    """The tracks of the library, and `new` ones, that recordings may be."""

    def __init__(self, candidates: Sequence[Track]) -> None:
        self.new: list[Track] = []
        self._by_isrc: dict[str, Track] = {}
        self._by_name: dict[tuple[str, str], list[Track]] = defaultdict(list)
        isrcs = [track.isrc for track in candidates if track.isrc]
        titles = {track.title_key for track in candidates}
        artists = {track.artist_key for track in candidates}
        named = Track.objects.filter(title_key__in=titles, artist_key__in=artists)
        for track in (Track.objects.filter(isrc__in=isrcs) | named).order_by("id"):
            self._note(track)

    def find(self, candidate: Track) -> Track | None:
        by_isrc = self._by_isrc.get(candidate.isrc) if candidate.isrc else None
        named = self._by_name[candidate.title_key, candidate.artist_key]
        return by_isrc or next((track for track in named if _may_be_one_recording(track, candidate)), None)

    def add(self, candidate: Track) -> Track:
        candidate.has_audio = True
        self.new.append(candidate)
        self._note(candidate)
        return candidate

    def _note(self, track: Track) -> None:
        if track.isrc:
            self._by_isrc.setdefault(track.isrc, track)
        self._by_name[track.title_key, track.artist_key].append(track)


def _may_be_one_recording(one: Track, other: Track) -> bool:
    if one.isrc and other.isrc:
        return one.isrc == other.isrc
    first, second = one.duration_seconds, other.duration_seconds
    return first is None or second is None or abs(first - second) <= SAME_DURATION_SECONDS


@dataclass(slots=True)
class BatchPlan:
    """The planned writes for the rows of one batch."""

    new: list[Track] = field(default_factory=list)
    incomplete: list[tuple[GoodRow, int]] = field(default_factory=list)
    completed_before_added: int = 0
    unchanged: int = 0

    def settle(self, candidates: list[tuple[GoodRow, Track]]) -> None:
        known = KnownTracks.resembling([candidate for _, candidate in candidates])
        for row, candidate in candidates:
            track = known.find(candidate)
            if track is None:
                self.new.append(candidate)
                known.add(candidate)
            elif lacking := missing_metadata(track.metadata(), row.metadata):
                self._note(row, track)
                _describe(track, lacking)
                track.fill_search_columns()
                known.add(track)
            else:
                self.unchanged += 1

    def _note(self, row: GoodRow, track: Track) -> None:
        track_id: int | None = track.pk
        if track_id is None:
            self.completed_before_added += 1
        else:
            self.incomplete.append((row, track_id))


def _describe(track: Track, changes: TrackMetadataPatch) -> None:
    for name, value in changes.items():
        setattr(track, name, value)


def _write(track: Track, changes: TrackMetadataPatch) -> bool:
    """Saves changed fields; returns whether there were any."""
    changed = [name for name, value in changes.items() if getattr(track, name) != value]
    _describe(track, changes)
    if changed:
        track.save(update_fields=changed)
    return bool(changed)


def _lock_library() -> None:
    """Blocks other writers of tracks until the transaction ends, so two concurrent imports add no duplicates.

    Reading and queueing go on. On SQLite every transaction is the only writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Track._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


@contextmanager
def _isrc_conflicts(isrc: str | None) -> Iterator[None]:
    """Raises Conflict for a second track with an ISRC, and names the first."""
    try:
        yield
    except IntegrityError as error:
        if violated_constraint(error, among=Track) != ISRC_CONSTRAINT:
            raise
        owner = Track.objects.filter(isrc=isrc).values_list("pk", flat=True).first()
        raise Conflict("Another track has this ISRC.", details={"isrc": isrc, "track_id": owner}) from None


# --- 35 well-known tracks, for a first evening, with ISRCs where they are certain --------------------

SEED_TRACKS = (
    T("Bohemian Rhapsody", "Queen", "A Night at the Opera", 355, "rock", isrc="GBUM71029604"),
    T("Billie Jean", "Michael Jackson", "Thriller", 294, "pop", isrc="USSM19902991"),
    T("Smells Like Teen Spirit", "Nirvana", "Nevermind", 301, "rock", isrc="USGF19942501"),
    T("Halo", "Beyoncé", "I Am... Sasha Fierce", 261, "r&b"),
    T("So What", "Miles Davis", "Kind of Blue", 562, "jazz"),
    T("Rolling in the Deep", "Adele", "21", 228, "pop", isrc="GBBKS1000335"),
    T("One More Time", "Daft Punk", "Discovery", 320, "electronic", isrc="GBDUW0000053"),
    T("Superstition", "Stevie Wonder", "Talking Book", 266, "funk"),
    T("Respect", "Aretha Franklin", "I Never Loved a Man the Way I Love You", 147, "soul"),
    T("Could You Be Loved", "Bob Marley & The Wailers", "Uprising", 237, "reggae"),
    T("Lose Yourself", "Eminem", "8 Mile", 326, "hip-hop"),
    T("Blinding Lights", "The Weeknd", "After Hours", 200, "pop", isrc="USUG11904206"),
    T("Mr. Brightside", "The Killers", "Hot Fuss", 222, "rock", isrc="USIR20400274"),
    T("Dancing Queen", "ABBA", "Arrival", 231, "pop"),
    T("Take Five", "The Dave Brubeck Quartet", "Time Out", 324, "jazz"),
    T("Jolene", "Dolly Parton", "Jolene", 161, "country"),
    T("Stairway to Heaven", "Led Zeppelin", "Led Zeppelin IV", 482, "rock"),
    T("What's Going On", "Marvin Gaye", "What's Going On", 233, "soul"),
    T("Enter Sandman", "Metallica", "Metallica", 331, "metal"),
    T("Uptown Funk", "Mark Ronson, Bruno Mars", "Uptown Special", 270, "funk", isrc="GBARL1401524"),
    T("Hotel California", "Eagles", "Hotel California", 391, "rock"),
    T("Shape of You", "Ed Sheeran", "÷", 233, "pop", isrc="GBAHS1600463"),
    T("Juicy", "The Notorious B.I.G.", "Ready to Die", 302, "hip-hop"),
    T("Stayin' Alive", "Bee Gees", "Saturday Night Fever", 285, "disco"),
    T("The Sound of Silence", "Simon & Garfunkel", "Sounds of Silence", 185, "folk"),
    T("Paranoid Android", "Radiohead", "OK Computer", 383, "rock"),
    T("The Girl from Ipanema", "Stan Getz, João Gilberto", "Getz/Gilberto", 324, "bossa nova"),
    T("Chan Chan", "Buena Vista Social Club", "Buena Vista Social Club", 256, "latin"),
    T("Purple Rain", "Prince and The Revolution", "Purple Rain", 521, "pop"),
    T("Alright", "Kendrick Lamar", "To Pimp a Butterfly", 219, "hip-hop"),
    T("Teardrop", "Massive Attack", "Mezzanine", 330, "electronic"),
    T("The Thrill Is Gone", "B.B. King", "Completely Well", 324, "blues"),
    T("London Calling", "The Clash", "London Calling", 199, "punk"),
    T("Zombie", "Fela Kuti", "Zombie", 746, "afrobeat"),
    T("Running Up That Hill", "Kate Bush", "Hounds of Love", 298, "pop"),
)
