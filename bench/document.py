"""Writes parts of documents, each between two markers with the benchmark's name."""

import textwrap
from pathlib import Path

from bench.results import load_result, machine_text
from tests.processes import PROJECT

README = PROJECT / "README.md"
BENCHMARKS, CHARTS = PROJECT / "docs" / "benchmarks.md", PROJECT / "docs" / "charts.md"
WIDTH = 130


class MarkersMissingError(Exception):
    """The document lacks the markers; the message contains them."""


def write_table(name: str, file: Path | None = None) -> None:
    """The table of the saved results, as in the terminal. Raises MarkersMissingError."""
    found = load_result(name)
    head, *rows = found["table"]
    lines = [head, ["---"] * len(head), *rows]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    _replace(name, f"{table}\n\n{machine_text(found['machine'])}.", file or BENCHMARKS)


def replace(name: str, text: str) -> None:
    """Raises MarkersMissingError."""
    _replace(name, text, BENCHMARKS)


def replace_in_readme(name: str, text: str) -> None:
    """Wraps the text. Raises MarkersMissingError."""
    _replace(name, textwrap.fill(text, WIDTH, break_on_hyphens=False), README)


def _replace(name: str, text: str, file: Path) -> None:
    begin, end = f"<!-- bench {name}: begin -->", f"<!-- bench {name}: end -->"
    before, found_begin, rest = file.read_text().partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise MarkersMissingError(f"{file.name} lacks the markers of this benchmark: {begin} and {end}")
    file.write_text(f"{before}{begin}\n{text}\n{end}{after}")
