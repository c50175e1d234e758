"""`manage.py import_view_counts FILE…`: imports view counts from a MongoDB export."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.counts.importing.diff import count_comparisons, differences, series_of
from apps.counts.importing.mongo_export import can_read_bson, is_bson
from apps.counts.importing.runner import (
    BUCKETS,
    AlreadyImporting,
    PartitionedExport,
    PartitionTotals,
    Report,
    counts_in,
    import_export,
    peak_megabytes,
)

# The number of errors that are printed; --errors writes all.
SHOWN = 20
MAX_WORKERS = 32
INSTALL = ".venv/bin/python -m pip install -r requirements/import.txt"
# The same as of `etl`: a scheduler may try again later.
EXIT_RUNNING = 4


class Command(BaseCommand):
    help = (
        "Imports view counts from JSON lines (mongoexport) or BSON (mongodump), also gzipped. Invalid counts "
        "are reported, valid ones imported; repeating an import changes nothing. An import that was killed "
        "continues if it is called again with the same files."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 4), help="processes")
        parser.add_argument("--errors", type=Path, metavar="FILE", help="write all errors to this file")
        only = parser.add_mutually_exclusive_group()
        only.add_argument(
            "--validate",
            action="store_true",
            help="write nothing: print every track and day that differs from the tables",
        )
        only.add_argument(
            "--compare",
            action="store_true",
            help="write nothing: print the export's current counts and those of the tables side by side",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        files: list[Path] = options["files"]
        if missing := [str(file) for file in files if not file.is_file()]:
            raise CommandError(f"File not found: {', '.join(missing)}. Nothing was imported.")
        if any(is_bson(file) for file in files) and not can_read_bson():
            raise CommandError(f"Files in BSON need another package: {INSTALL}. Nothing was imported.")
        if not 1 <= options["workers"] <= MAX_WORKERS:
            raise CommandError(f"--workers must be from 1 to {MAX_WORKERS}.")
        errors: Path | None = options["errors"]
        if errors and not errors.parent.is_dir():
            raise CommandError(f"Folder not found: {errors.parent}. Nothing was imported.")
        export = PartitionedExport(files, below=settings.DATA_DIR / "imports", now=timezone.now())
        try:
            with export.alone():
                self._import_or_inspect(export, options, errors)
        except AlreadyImporting as error:
            raise CommandError(str(error), returncode=EXIT_RUNNING) from None

    def _import_or_inspect(
        self, export: PartitionedExport, options: dict[str, Any], errors: Path | None
    ) -> None:
        if options["validate"] or options["compare"]:
            self._inspect(export, options, errors)
            return
        report = import_export(export, workers=options["workers"], progress=self._progress, errors=errors)
        self._print(report)
        self._print_errors(report.found, has_all=bool(errors))

    def _inspect(self, export: PartitionedExport, options: dict[str, Any], errors: Path | None) -> None:
        """Compares without writing; the partition of an import that can be resumed is not deleted."""
        was_there = export.is_there
        try:
            found = export.sort(workers=options["workers"], progress=self._progress)
            if errors:
                export.write_errors(errors)
            differing = self._validate(export) if options["validate"] else self._compare(export)
        finally:
            if not was_there:
                export.remove()
        self._print_errors(found, has_all=bool(errors))
        if differing:
            raise CommandError(f"{differing} differences.")

    def _validate(self, export: PartitionedExport) -> int:
        number = 0
        for bucket in range(BUCKETS):
            for line in differences(series_of(counts_in(export.folder, bucket))):
                self.stdout.write(line)
                number += 1
        self.stdout.write("No difference." if not number else f"{number} lines of differences.")
        return number

    def _compare(self, export: PartitionedExport) -> int:
        same = other = 0
        self.stdout.write(f"{'track':<26}{'old':>32}{'new':>32}")
        for bucket in range(BUCKETS):
            for response in count_comparisons(series_of(counts_in(export.folder, bucket))):
                same, other = same + response.is_same, other + (not response.is_same)
                name = " ".join(response.key)
                mark = "" if response.is_same else "  differs"
                self.stdout.write(f"{name:<26}{_shown(response.old):>32}{_shown(response.new):>32}{mark}")
        self.stdout.write(f"{same} the same, {other} different.")
        return other

    def _print(self, report: Report) -> None:
        found, written = report.found, report.written
        resumed = " (resumed)" if report.was_resumed else ""
        self.stdout.write(
            f"{found.documents:,} documents with {found.counts:,} counts: {written.added:,} added, "
            f"{written.changed:,} changed, {written.unchanged:,} unchanged, {found.bad:,} invalid{resumed}."
        )
        self.stdout.write(
            f"{report.seconds:.1f} s, {report.counts_per_second:,.0f} counts a second, "
            f"{peak_megabytes():.0f} MB of memory at most."
        )

    def _print_errors(self, found: PartitionTotals, *, has_all: bool) -> None:
        for line in found.errors[:SHOWN]:
            self.stderr.write(line)
        if found.bad > SHOWN:
            hint = "" if has_all else "; --errors FILE writes them"
            self.stderr.write(f"… and {found.bad - SHOWN} more{hint}")
        if found.failure:
            raise CommandError(found.failure)
        if not found.counts:
            raise CommandError("The export has no valid count.")

    def _progress(self, what: str, done: int, of: int) -> None:
        """One line that changes on a terminal; elsewhere a line for each quarter."""
        if sys.stderr.isatty():
            self.stderr.write(f"\r{what}: {done} of {of} ", ending="\n" if done == of else "")
        elif done == of or done * 4 // of > (done - 1) * 4 // of:
            self.stderr.write(f"{what}: {done} of {of}")


def _shown(response: tuple[Any, int] | None) -> str:
    return "nothing" if response is None else f"{response[1]:,} on {response[0]}"
