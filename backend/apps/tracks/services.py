"""Every write to the library."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

from django.db import IntegrityError, connection, transaction

from apps.tracks.facts import TrackChanges, TrackFacts, facts_lacking
from apps.tracks.models import ISRC_CONSTRAINT, Track
from apps.tracks.rows import BadRow, GoodRow
from apps.tracks.seeds import SEED_TRACKS
from apps.tracks.selectors import same_tracks
from core.constraints import violated_constraint
from core.errors import Conflict, NotFound

# So many new tracks hold SQLite's write lock for about 35 ms, half of it for the search's index.
BATCH_ROWS = 250


def create_track(*, facts: TrackFacts) -> Track:
    """Adds a track to the library. Raises Conflict when another has its ISRC."""
    track = Track.described_by(facts)
    with _isrc_told(facts.isrc):
        track.save()
    return track


def find_or_add_track(*, facts: TrackFacts) -> tuple[Track, bool]:
    """The library's track that these facts are of, as `same_tracks` finds it, else a new one; and whether it
    is new. Two at once add one.
    """
    with transaction.atomic():
        _lock_library()
        (known,) = same_tracks([facts])
        if known is not None:
            return known, False
        return create_track(facts=facts), True


def change_track(*, track_id: int, changes: TrackChanges) -> Track:
    """Changes what is given; what is so already is not written. Raises NotFound, and Conflict for an ISRC."""
    with _isrc_told(changes.get("isrc")), Track.locked(track_id) as track:
        _write(track, changes)
    return track


def delete_track(*, track_id: int) -> None:
    """Deletes the track, and before it whatever depends on it. Raises NotFound."""
    with Track.locked(track_id) as track:
        track.delete()


def seed_library() -> int:
    """Adds those of the 35 well-known tracks that the library lacks, and changes none. Returns how many."""
    candidates = [Track.described_by(facts) for facts in SEED_TRACKS]
    with transaction.atomic():
        _lock_library()
        known = KnownTracks.resembling(candidates)
        missing = [track for track in candidates if known.find(track) is None]
        Track.objects.bulk_create_unannounced(missing)
    return len(missing)


@dataclass(slots=True)
class ImportResult:
    """What became of the rows. A `completed` one told the library something that it did not know."""

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
    candidates = [(row, Track.described_by(row.facts)) for row in rows]
    plan = BatchPlan()
    with transaction.atomic():
        _lock_library()
        plan.settle(candidates)
        Track.objects.bulk_create_unannounced(plan.new)
    result.added += len(plan.new)
    result.completed += plan.completed_before_added
    result.unchanged += plan.unchanged
    for row, track_id in plan.incomplete:
        _complete(row, track_id, result)


def _complete(row: GoodRow, track_id: int, result: ImportResult) -> None:
    """One track, one transaction: it locks the rooms that have the track, and no others meanwhile."""
    try:
        with _isrc_told(row.facts.isrc), Track.locked(track_id) as track:
            is_changed = _write(track, facts_lacking(track.facts(), row.facts))
    except (Conflict, NotFound) as error:
        result.bad.append(BadRow(row.line, error.message))
        return
    result.completed += is_changed
    result.unchanged += not is_changed


class KnownTracks:
    """Those tracks of the library, and of the batch so far, that others may turn out to be."""

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


@dataclass(slots=True)
class BatchPlan:
    """What is to happen to the rows of one batch."""

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
            elif lacking := facts_lacking(track.facts(), row.facts):
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


def _describe(track: Track, changes: TrackChanges) -> None:
    for name, value in changes.items():
        setattr(track, name, value)


def _write(track: Track, changes: TrackChanges) -> bool:
    """Saves what is different; whether anything was."""
    changed = [name for name, value in changes.items() if getattr(track, name) != value]
    _describe(track, changes)
    if changed:
        track.save(update_fields=changed)
    return bool(changed)


def _lock_library() -> None:
    """Until the transaction ends nobody else writes tracks, so two imports at once make no doubles.

    Reading and queueing go on. On SQLite every transaction is the only writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Track._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


@contextmanager
def _isrc_told(isrc: str | None) -> Iterator[None]:
    """Answers a second track of one ISRC with Conflict, naming the first."""
    try:
        yield
    except IntegrityError as error:
        if violated_constraint(error, among=Track) != ISRC_CONSTRAINT:
            raise
        owner = Track.objects.filter(isrc=isrc).values_list("pk", flat=True).first()
        raise Conflict("Another track has this ISRC.", details={"isrc": isrc, "track_id": owner}) from None
