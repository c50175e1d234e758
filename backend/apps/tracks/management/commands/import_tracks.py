"""`manage.py import_tracks FILE…`: brings files of tracks into the library."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from apps.tracks.import_files import TrackFile
from apps.tracks.import_rows import USUAL_NAMES, BadRow
from apps.tracks.services import ImportResult, import_rows

# More bad rows than fit on one screen are not read there; --errors writes all.
BAD_ROWS_SHOWN = 20


def chosen_columns(text: str) -> dict[str, str]:
    """title=Track,artist=Artist"""
    chosen = {}
    for part in text.split(","):
        meaning, equals, name = (piece.strip() for piece in part.partition("="))
        if not (equals and name) or meaning not in USUAL_NAMES:
            raise ArgumentTypeError(f"{part!r} is not like title=Track; known are {', '.join(USUAL_NAMES)}")
        chosen[meaning] = name
    return chosen


class Command(BaseCommand):
    help = (
        "Imports tracks from CSV, JSON or JSON lines, also gzipped. Only title and artist are required. A "
        "row with the ISRC of a track, or else its title, artist and album, only fills in the track's "
        "missing fields. Invalid rows are reported, the others are imported. Fails if a file cannot be read "
        "completely, or if no row is valid."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--columns",
            type=chosen_columns,
            action="append",
            default=[],
            metavar="title=Track,artist=Artist",
            help=f"names of the columns, if they differ from: {', '.join(USUAL_NAMES)}",
        )
        parser.add_argument("--errors", type=Path, metavar="FILE", help="where to write every bad row")

    def handle(self, *_args: Any, **options: Any) -> None:
        paths: list[Path] = options["files"]
        chosen = {meaning: name for part in options["columns"] for meaning, name in part.items()}
        if missing := [str(path) for path in paths if not path.is_file()]:
            raise CommandError(f"There is no file {', '.join(missing)}. Nothing was imported.")
        errors: Path | None = options["errors"]
        if errors and not errors.parent.is_dir():
            raise CommandError(f"There is no folder {errors.parent}. Nothing was imported.")
        files = [TrackFile(path, chosen) for path in paths]
        results = [self._import(file) for file in files]
        self._report(files, results, errors)

    def _import(self, file: TrackFile) -> ImportResult:
        with tqdm(
            desc=file.path.name,
            total=file.size_bytes,
            unit="B",
            unit_scale=True,
            file=sys.stderr,
            disable=not sys.stderr.isatty(),
        ) as bar:
            return import_rows(rows=file.rows(), after_batch=lambda: _progress_moved(bar, file.read_bytes))

    def _report(self, files: list[TrackFile], results: list[ImportResult], errors: Path | None) -> None:
        bad = [
            _format_message(file, row)
            for file, result in zip(files, results, strict=True)
            for row in result.bad
        ]
        for line in bad[:BAD_ROWS_SHOWN]:
            self.stderr.write(line)
        if len(bad) > BAD_ROWS_SHOWN:
            hint = "" if errors else "; --errors FILE writes all"
            self.stderr.write(f"… and {len(bad) - BAD_ROWS_SHOWN} more{hint}")
        if errors:
            errors.write_text("".join(f"{line}\n" for line in bad), encoding="utf-8")
        self.stdout.write(
            f"{sum(result.added for result in results)} added, "
            f"{sum(result.completed for result in results)} completed, "
            f"{sum(result.unchanged for result in results)} unchanged, {len(bad)} bad."
        )
        if failures := [f"{file.path} {file.failure}." for file in files if file.failure]:
            raise CommandError("\n".join(failures))
        if not any(result.taken for result in results):
            raise CommandError("There was no good row to import.")


def _format_message(file: TrackFile, row: BadRow) -> str:
    return f"{file.path}:{row.line}: {row.reason}"


def _progress_moved(bar: "tqdm[Any]", position: int) -> None:
    bar.update(position - bar.n)
