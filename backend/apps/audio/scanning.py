"""A scan: it walks the folders, reads new and changed files, and removes deleted ones."""

import logging
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db.models import Q

from apps.audio.covers import MAX_PICTURE_BYTES, store_cover
from apps.audio.folders import FoundFile, configured_folders, directories, folder_of, open_regular
from apps.audio.models import HASH_BYTES, AudioFile, location_of
from apps.audio.services import ReadFile, move_file, remove_files, store_files, update_has_audio
from apps.audio.tags import SUPPORTED, UNSUPPORTED, UnreadableAudioError, read_tags

logger = logging.getLogger(__name__)

# Files that are read, then stored together.
BATCH_FILES = 100
ROWS_PER_WRITE = 500
# The parts of the content that are hashed with its size: its beginning, middle and end.
SAMPLE_BYTES = 64 * 1024
COVER_NAMES = [f"{name}.{end}" for name in ("cover", "folder", "front") for end in ("jpg", "jpeg", "png")]

# Is called with the path of a file that was not read, and the reason.
Report = Callable[[str, str], None]


@dataclass(slots=True)
class ScanResult:
    """The numbers of files that are new, changed, moved, unreadable and deleted."""

    added: int = 0
    changed: int = 0
    moved: int = 0
    unchanged: int = 0
    removed: int = 0
    bad: int = 0

    def __str__(self) -> str:
        return (
            f"{self.added} added, {self.changed} changed, {self.moved} moved, {self.unchanged} unchanged, "
            f"{self.removed} removed, {self.bad} not readable"
        )


def count_files(starts: Sequence[Path]) -> int:
    """How many files a scan looks at."""
    every = (batch for start in starts for batch in directories(start, SUPPORTED | UNSUPPORTED, _pass_over))
    return sum(map(len, every))


def scan(
    starts: Sequence[Path] | None = None,
    *,
    report: Report,
    progress: Callable[[int], None] = lambda _files: None,
) -> ScanResult:
    """Scans these folders, by default all of MUSIC_DIRS; safe to be killed and repeated.

    `starts` are in MUSIC_DIRS and without symbolic links. Memory holds one directory and one batch.
    """
    places = list(settings.MUSIC_DIRS) if starts is None else starts
    scanner = _Scanner(report)
    for start in places:
        if not start.is_dir():
            scanner.reject(str(start), "is not available; its files are kept as they were")
            continue
        for names in directories(start, SUPPORTED | UNSUPPORTED, scanner.reject_directory):
            remaining = iter(names)
            while batch := list(islice(remaining, BATCH_FILES)):
                scanner.look_at(batch)
                progress(len(batch))
        scanner.store()
        scanner.remove_missing(start)
    if starts is None:
        scanner.remove_unconfigured()
    update_has_audio()
    return scanner.result


def _pass_over(_error: OSError) -> None:
    """The scan itself reports it."""


@dataclass(slots=True)
class _Scanner:
    report: Report
    result: ScanResult = field(default_factory=ScanResult)
    _read_files: list[ReadFile] = field(default_factory=list)
    # The rows of those that were read before, by location.
    _known: dict[str, AudioFile] = field(default_factory=dict)

    def reject(self, path: str, reason: str) -> None:
        self.result.bad += 1
        self.report(path, reason)

    def reject_directory(self, error: OSError) -> None:
        self.reject(str(error.filename), f"cannot be opened: {error.strerror}")

    # --- Files that are there ------------------------------------------------------------------------

    def look_at(self, files: Sequence[FoundFile]) -> None:
        usable = [file for file in files if self._is_usable(file)]
        locations = [location_of(file.folder, file.path) for file in usable]
        known = {row.location: row for row in AudioFile.objects.filter(location__in=locations)}
        for file, location in zip(usable, locations, strict=True):
            try:
                one = self._read(file, known.get(location))
            except (OSError, UnreadableAudioError) as error:
                self.reject(_shown(file), getattr(error, "strerror", None) or str(error))
                continue
            if one is not None:
                self.result.changed += location in known
                self.result.added += location not in known
                self._read_files.append(one)
                self._known |= {location: known[location]} if location in known else {}
        if len(self._read_files) >= BATCH_FILES:
            self.store()

    def store(self) -> None:
        """Stores the read files, of small directories together: each batch searches the library."""
        if self._read_files:
            store_files(files=self._read_files, known=self._known)
        self._read_files, self._known = [], {}

    def _is_usable(self, file: FoundFile) -> bool:
        try:
            file.path.encode()
        except UnicodeEncodeError:
            self.reject(_shown(file), "has a name that is not valid UTF-8")
            return False
        if os.path.splitext(file.name)[1].lower() in UNSUPPORTED:  # noqa: PTH122 - of a name
            self.reject(_shown(file), "is of no supported format")
            return False
        return True

    def _read(self, file: FoundFile, row: AudioFile | None) -> ReadFile | None:
        """None where there is nothing to store: it is unchanged, or was moved here."""
        if stat.S_ISLNK(os.stat(file.name, dir_fd=file.directory, follow_symlinks=False).st_mode):
            raise UnreadableAudioError("is a symbolic link")
        with os.fdopen(open_regular(file.name, file.directory), "rb") as opened:
            info = os.fstat(opened.fileno())
            if row is not None and (row.size_bytes, row.modified_ns) == (info.st_size, info.st_mtime_ns):
                self.result.unchanged += 1
                return None
            content_hash = _hash_of(opened, info.st_size)
            if row is None and self._is_moved(file, content_hash, info):
                self.result.moved += 1
                return None
            opened.seek(0)
            tags = read_tags(opened, path=file.path)
        picture = tags.picture
        return ReadFile(
            folder=file.folder,
            path=file.path,
            size_bytes=info.st_size,
            modified_ns=info.st_mtime_ns,
            content_hash=content_hash,
            tags=tags,
            cover_key=(store_cover(picture) if picture else None) or _cover_of_directory(file.directory),
        )

    def _is_moved(self, file: FoundFile, content_hash: str, info: os.stat_result) -> bool:
        for row in AudioFile.objects.filter(
            content_hash=content_hash, size_bytes=info.st_size, is_remote=False
        ):
            if _is_gone(row.folder, row.path):
                move_file(row=row, folder=file.folder, path=file.path, modified_ns=info.st_mtime_ns)
                return True
        return False

    # --- Deleted files -------------------------------------------------------------------------------

    def remove_missing(self, start: Path) -> None:
        folder = folder_of(start)
        prefix = "" if str(start) == folder else f"{os.path.relpath(start, folder)}/"
        for rows in portions(Q(folder=folder, path__startswith=prefix)):
            self._remove([pk for pk, place, path in rows if _is_gone(place, path)])

    def remove_unconfigured(self) -> None:
        for rows in portions(~Q(folder__in=[*configured_folders(), settings.SUBSONIC_URL])):
            self._remove([pk for pk, _, _ in rows])

    def _remove(self, ids: Sequence[int]) -> None:
        remove_files(ids=ids)
        self.result.removed += len(ids)


def portions(which: Q) -> Iterator[list[tuple[int, str, str]]]:
    last = 0
    rows = AudioFile.objects.filter(which).order_by("pk").values_list("pk", "folder", "path")
    while portion := list(rows.filter(pk__gt=last)[:ROWS_PER_WRITE]):
        yield portion
        last = portion[-1][0]


def _is_gone(folder: str, path: str) -> bool:
    """Whether no regular file is there. False if it only cannot be accessed."""
    try:
        info = os.lstat(f"{folder}/{path}")
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return not stat.S_ISREG(info.st_mode)


def _hash_of(file: BinaryIO, size: int) -> str:
    digest = blake2b(str(size).encode(), digest_size=HASH_BYTES)
    for start in sorted({0, max(0, size // 2 - SAMPLE_BYTES // 2), max(0, size - SAMPLE_BYTES)}):
        file.seek(start)
        digest.update(file.read(SAMPLE_BYTES))
    return digest.hexdigest()


def _cover_of_directory(directory: int) -> str | None:
    """Of `cover.jpg`, `Folder.png` and the like."""
    names = {name.lower(): name for name in os.listdir(directory)}
    for name in filter(None, map(names.get, COVER_NAMES)):
        try:
            with os.fdopen(open_regular(name, directory), "rb") as file:
                key = store_cover(file.read(MAX_PICTURE_BYTES + 1))
        except OSError:
            continue
        if key:
            return key
    return None


def _shown(file: FoundFile) -> str:
    """For a terminal: unprintable characters are escaped."""
    path = os.fsencode(f"{file.folder}/{file.path}").decode(errors="backslashreplace")
    return path if path.isprintable() else path.encode("unicode_escape").decode()
