"""Importing view counts: a million documents of an export; the baseline writes each as it is read.

`manage.py import_view_counts` as a process of its own, on SQLite and on PostgreSQL, into empty tables; then
again, then `--validate`. The baseline is measured on a part, half of it before and half of it
after, into empty tables as well.
"""

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.imports.memory_sampler import SampledRun, run_sampled
from bench.imports.synthetic_data import write_export
from bench.results import Result, ratio
from tests.processes import KEPT_VARIABLES
from tests.services import Postgres

DOCUMENTS, QUICK_DOCUMENTS = 1_000_000, 10_000
# The baseline is slow enough to be measured on this number.
PLAIN_DOCUMENTS, QUICK_PLAIN_DOCUMENTS = 20_000, 1_000
IMPORTED = re.compile(r"([\d,]+) added, ([\d,]+) changed, ([\d,]+) there already, ([\d,]+) bad")


class WrongResult(Exception):
    """The imported rows differ from the export."""


@dataclass(frozen=True, slots=True)
class ImportStatistics:
    """One method of import into one database."""

    documents: int
    seconds: float
    peak_megabytes: float

    @property
    def per_second(self) -> float:
        return self.documents / self.seconds


def measure(*, is_quick: bool) -> Result:
    documents = QUICK_DOCUMENTS if is_quick else DOCUMENTS
    plain = QUICK_PLAIN_DOCUMENTS if is_quick else PLAIN_DOCUMENTS
    found: dict[str, dict[str, ImportStatistics]] = {}
    with tempfile.TemporaryDirectory(prefix="tutti-imports-") as folder, Postgres() as postgres:
        place = Path(folder, "view_counts.json")
        _say(f"Writing {documents:,} documents …")
        bad = write_export(place, documents)
        for name in ("SQLite", "PostgreSQL"):
            addresses = (
                [postgres.create_database() for _ in range(3)] if name == "PostgreSQL" else ["", "", ""]
            )
            found[name] = _measured(name, place, documents, plain, bad, addresses)
        size = place.stat().st_size / 1e6
    return result_of(found, bad=bad, megabytes=size)


def _measured(
    name: str, place: Path, documents: int, plain: int, bad: int, addresses: list[str]
) -> dict[str, ImportStatistics]:
    command = ["manage.py", "import_view_counts", str(place)]
    before = _one_by_one(name, place, plain // 2, addresses.pop())
    with _empty_tables(addresses.pop()) as environment:
        _say(f"{name}: import_view_counts …")
        first = run_sampled(command, environment)
        _check(first, added=documents - bad, there=0, bad=bad)
        _say(f"{name}: again …")
        again = run_sampled(command, environment)
        _check(again, added=0, there=documents - bad, bad=bad)
        _say(f"{name}: --validate …")
        validated = run_sampled([*command, "--validate"], environment)
        if "No difference." not in validated.output:
            raise WrongResult(validated.output)
    after = _one_by_one(name, place, plain // 2, addresses.pop())
    both = ImportStatistics(
        before.documents + after.documents,
        before.seconds + after.seconds,
        max(before.peak_megabytes, after.peak_megabytes),
    )
    return {
        "import": ImportStatistics(documents, first.seconds, first.peak_megabytes),
        "import, repeated": ImportStatistics(documents, again.seconds, again.peak_megabytes),
        "--validate": ImportStatistics(documents, validated.seconds, validated.peak_megabytes),
        "one by one": both,
    }


def _one_by_one(name: str, place: Path, number: int, address: str) -> ImportStatistics:
    with _empty_tables(address) as environment:
        _say(f"{name}: {number:,} of them one by one …")
        run = run_sampled(["-m", "bench.imports.baseline", str(place), str(number)], environment)
        seconds: float = json.loads(run.output.splitlines()[-1])["seconds"]
        return ImportStatistics(number, seconds, run.peak_megabytes)


@contextmanager
def _empty_tables(database_url: str) -> Iterator[dict[str, str]]:
    """The environment of a new database, with a folder for the import's temporary files."""
    with tempfile.TemporaryDirectory(prefix="tutti-imports-data-") as folder:
        environment = {name: value for name, value in os.environ.items() if name in KEPT_VARIABLES}
        environment |= {"DATA_DIR": folder, "ENV_FILE": os.devnull, "DATABASE_URL": database_url}
        environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
        run_sampled(["manage.py", "migrate", "--verbosity", "0"], environment)
        yield environment


def _check(run: SampledRun, *, added: int, there: int, bad: int) -> None:
    reported = IMPORTED.search(run.output)
    numbers = [int(number.replace(",", "")) for number in reported.groups()] if reported else []
    if numbers != [added, 0, there, bad]:
        raise WrongResult(run.output)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def result_of(found: dict[str, dict[str, ImportStatistics]], *, bad: int, megabytes: float) -> Result:
    rows = [["", "documents", "seconds", "documents a second", "peak memory, MB"]]
    ratios: dict[str, float | None] = {}
    for database, ways in found.items():
        for way, one in ways.items():
            cells = f"{one.documents:,}", f"{one.seconds:.1f}", f"{one.per_second:,.0f}"
            rows.append([f"{database}: {way}", *cells, f"{one.peak_megabytes:.0f}"])
        ours, plain = ways["import"], ways["one by one"]
        name = database.lower()
        ratios[f"{name}_documents_a_second_over_one_by_one"] = ratio(ours.per_second, plain.per_second)
        ratios[f"{name}_memory_over_one_by_one"] = ratio(ours.peak_megabytes, plain.peak_megabytes)
    raw = {database: {way: asdict(one) for way, one in ways.items()} for database, ways in found.items()}
    raw |= {"bad": bad, "export_megabytes": round(megabytes, 1)}  # type: ignore[dict-item]
    return Result(name="imports", ratios=ratios, table=rows, raw=raw)
