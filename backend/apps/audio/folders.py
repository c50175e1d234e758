"""Files within the configured folders, opened so that no path and no symbolic link leads outside of them."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without O_NONBLOCK, opening a named pipe would wait for its writer.
FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A directory entry with the suffix of audio, and the open directory that it is in."""

    folder: str
    path: str
    directory: int

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def open_within(folder: str, path: str) -> int:
    """A descriptor of a regular file of a configured folder. Raises OSError.

    Each directory is opened from the one above it: a concurrent rename or new link has no effect.
    """
    parts = path.split("/")
    is_usable = folder in configured_folders() and all(part not in {"", ".", ".."} for part in parts)
    if not is_usable or "\0" in path:
        raise FileNotFoundError(path)
    directory = os.open(folder, FOLDER_FLAGS)
    try:
        for part in parts[:-1]:
            inner = os.open(part, FOLDER_FLAGS, dir_fd=directory)
            os.close(directory)
            directory = inner
        return open_regular(parts[-1], directory)
    finally:
        os.close(directory)


def open_regular(name: str, directory: int) -> int:
    """A descriptor of a regular file of an open directory. Raises OSError."""
    descriptor = os.open(name, FILE_FLAGS, dir_fd=directory)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotFoundError(name)
    return descriptor


def configured_folders() -> list[str]:
    """MUSIC_DIRS without symbolic links: those may lead to a folder, but not out of one."""
    return [str(folder) for folder in settings.MUSIC_DIRS]


def folder_of(start: Path) -> str | None:
    """The configured folder that `start`, a path without symbolic links, is or is in."""
    folders = (one for one in configured_folders() if start == Path(one) or Path(one) in start.parents)
    return next(folders, None)


def directories(
    start: Path, suffixes: frozenset[str], on_error: Callable[[OSError], None]
) -> Iterator[list[FoundFile]]:
    """The audio files of each directory from `start` on, by name.

    Symbolic links to directories are not followed. Descriptors are valid until the next step.
    """
    folder = folder_of(start)
    assert folder is not None  # noqa: S101 - scans look at nothing else
    for place, inner, names, directory in os.fwalk(start, follow_symlinks=False, onerror=on_error):
        # Hidden files are trash, or metadata that other systems store next to each file.
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        prefix = "" if place == folder else f"{os.path.relpath(place, folder)}/"
        yield [
            FoundFile(folder=folder, path=prefix + name, directory=directory)
            for name in sorted(names)
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in suffixes  # noqa: PTH122 - of a name
        ]


def etag_of(info: os.stat_result) -> str:
    """Names the content of a file, as nginx does where it delivers the file."""
    if settings.AUDIO_ACCEL_PREFIX:
        return f'"{int(info.st_mtime):x}-{info.st_size:x}"'
    return f'"{info.st_mtime_ns:x}-{info.st_size:x}"'
