"""Every write of audio files: scanned files become tracks with audio."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.audio.covers import cover_url
from apps.audio.models import AudioFile, location_of
from apps.audio.tags import AudioTags
from apps.tracks.metadata import TrackMetadata, TrackMetadataPatch, missing_metadata
from apps.tracks.models import Track
from apps.tracks.services import SAME_DURATION_SECONDS, change_track, complete_track, find_or_add_recordings
from core.errors import Conflict, NotFound

# The fields of a track that a changed tag corrects.
CORRECTED = ("title", "artist", "album", "genre", "cover_url", "isrc", "explicit")
WRITTEN = [
    *(
        "track",
        "folder",
        "path",
        "is_remote",
        "size_bytes",
        "modified_ns",
        "content_hash",
        "codec",
        "content_type",
    ),
    *("duration_ms", "bits_per_second", "is_lossless", "gain_db", "tags"),
]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as a scan or an import has read it."""

    folder: str
    path: str
    size_bytes: int
    modified_ns: int
    content_hash: str
    tags: AudioTags
    cover_key: str | None
    is_remote: bool = False

    @property
    def location(self) -> str:
        return location_of(self.folder, self.path)

    @property
    def metadata(self) -> TrackMetadata:
        tags = self.tags
        return TrackMetadata(
            title=tags.title,
            artist=tags.artist,
            album=tags.album,
            duration_seconds=tags.duration_seconds,
            genre=tags.genre,
            cover_url=cover_url(self.cover_key) if self.cover_key else None,
            isrc=tags.isrc,
            explicit=tags.explicit,
        )


def store_files(*, files: Sequence[ReadFile], known: dict[str, AudioFile]) -> None:
    """Stores files that were read, and their tracks. Safe to be killed and repeated.

    `known` are the rows of those files that had been read before, by location.
    """
    tracks: dict[str, int] = {}
    others = []
    for file in files:
        row = known.get(file.location)
        if row is not None and _is_retagged(row, file):
            tracks[file.location] = _correct_track(row, file)
        else:
            others.append(file)
    found = find_or_add_recordings(metadata=[file.metadata for file in others])
    for file, track in zip(others, found, strict=True):
        tracks[file.location] = track.pk
        if not track.has_audio or missing_metadata(track.metadata(), file.metadata):
            complete_track(track_id=track.pk, metadata=file.metadata)
    rows = [_row_of(file, tracks[file.location]) for file in files]
    AudioFile.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["location"], update_fields=WRITTEN
    )


def _is_retagged(row: AudioFile, file: ReadFile) -> bool:
    """Whether the file is still the recording that it was."""
    return abs(row.duration_ms - file.tags.duration_ms) <= SAME_DURATION_SECONDS * 1000


def _correct_track(row: AudioFile, file: ReadFile) -> int:
    """Applies changes of the tags since the last scan, and keeps other corrections of the track."""
    metadata = asdict(file.metadata)
    changes: Any = {name: metadata[name] for name in CORRECTED if metadata[name] != row.tags.get(name)}
    if changes:
        try:
            change_track(track_id=row.track_id, changes=changes)
        except Conflict:  # another track has this ISRC
            del changes["isrc"]
            change_track(track_id=row.track_id, changes=changes)
    return row.track_id


def _row_of(file: ReadFile, track_id: int) -> AudioFile:
    tags = file.tags
    return AudioFile(
        track_id=track_id,
        folder=file.folder,
        path=file.path,
        is_remote=file.is_remote,
        location=file.location,
        size_bytes=file.size_bytes,
        modified_ns=file.modified_ns,
        content_hash=file.content_hash,
        codec=tags.format.codec,
        content_type=tags.format.content_type,
        duration_ms=tags.duration_ms,
        bits_per_second=tags.bits_per_second,
        is_lossless=tags.format.is_lossless,
        gain_db=tags.gain_db,
        tags=asdict(file.metadata),
    )


def move_file(*, row: AudioFile, folder: str, path: str, modified_ns: int) -> None:
    """The file has the same content at another path."""
    row.folder, row.path, row.location = folder, path, location_of(folder, path)
    row.modified_ns = modified_ns
    row.save(update_fields=["folder", "path", "location", "modified_ns"])


def remove_files(*, ids: Sequence[int]) -> None:
    """Deletes the files' rows; `update_has_audio` follows."""
    AudioFile.objects.filter(pk__in=ids).delete()


def update_has_audio() -> None:
    """Makes `has_audio` of every track agree with the files. Each change is broadcast to the queues."""
    files = Exists(AudioFile.objects.filter(track_id=OuterRef("pk")))
    for has_audio in (True, False):
        wrong = Track.objects.filter(files if has_audio else ~files, has_audio=not has_audio)
        for track_id in list(wrong.values_list("pk", flat=True)):
            _settle(track_id, TrackMetadataPatch(has_audio=has_audio))


def _settle(track_id: int, changes: TrackMetadataPatch) -> None:
    try:
        with transaction.atomic():
            change_track(track_id=track_id, changes=changes)
    except NotFound:  # it was deleted during the scan
        return
