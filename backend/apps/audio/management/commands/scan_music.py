"""`manage.py scan_music [DIR …] [--watch]`: reads the audio files of MUSIC_DIRS."""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.audio.folders import folder_of
from apps.audio.progress import FileProgress
from apps.audio.scanning import count_files, scan

# Changes within this time are reported together: usually all files of an album.
SETTLE_MILLISECONDS = 1600
IDLE_MILLISECONDS = 5000


def changed_directories(
    folders: Sequence[Path], *, idle_milliseconds: int = IDLE_MILLISECONDS
) -> Iterator[list[Path]]:
    """Yields the changed directories, none of them inside another; an empty list while idle."""
    from watchfiles import watch

    for changes in watch(
        *folders,
        debounce=SETTLE_MILLISECONDS,
        rust_timeout=idle_milliseconds,
        yield_on_timeout=True,
        raise_interrupt=True,
    ):
        found: list[Path] = []
        for directory in sorted({_existing(Path(path)) for _, path in changes}):
            if folder_of(directory) is not None and not any(one in directory.parents for one in found):
                found.append(directory)
        yield found


def _existing(path: Path) -> Path:
    """The path if it is a directory, otherwise its closest parent that exists."""
    return next(place for place in (path, *path.parents) if place.is_dir())


class Command(BaseCommand):
    help = (
        "Scans the folders of MUSIC_DIRS, or the given ones within them: reads tags, durations and covers of "
        "new and changed MP3, M4A, AAC, FLAC, Ogg Vorbis, Opus and WAV files. The same ISRC, else the same "
        "title, artist and duration, is the same track; others are added. Unreadable files are reported."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folders", nargs="*", type=Path, metavar="DIR", help="a folder within MUSIC_DIRS")
        parser.add_argument("--watch", action="store_true", help="scan what changes afterwards, until Ctrl-C")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.MUSIC_DIRS:
            raise CommandError("MUSIC_DIRS names no folder.")
        given: list[Path] = options["folders"]
        starts = [path.resolve() for path in given] or None
        for start in starts or []:
            if not start.is_dir() or folder_of(start) is None:
                raise CommandError(f"{start} is not a folder within MUSIC_DIRS.")
        self._scan(starts)
        if options["watch"]:
            self._watch(starts or settings.MUSIC_DIRS)

    def _watch(self, folders: Sequence[Path]) -> None:
        self.stdout.write("Watching for changes. Press Ctrl-C to stop.")
        try:
            for directories in changed_directories(folders):
                if directories:
                    self._scan(directories)
        except KeyboardInterrupt:
            return

    def _scan(self, starts: list[Path] | None) -> None:
        with FileProgress("Files", count_files(starts or settings.MUSIC_DIRS), self.stdout) as bar:

            def report(path: str, reason: str) -> None:
                bar.clear()
                self.stderr.write(f"{path} {reason}")

            result = scan(starts, report=report, progress=bar.advance)
        self.stdout.write(f"{result}.")
