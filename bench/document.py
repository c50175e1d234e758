"""Writes parts of docs/benchmarks.md, each between two markers with the benchmark's name."""

from pathlib import Path

from bench.results import load_result, machine_text
from tests.processes import PROJECT

BENCHMARKS = PROJECT / "docs" / "benchmarks.md"


class MarkersMissingError(Exception):
    """The document lacks the markers; the message contains them."""


def write_table(name: str) -> None:
    """The table of the saved results, as in the terminal. Raises MarkersMissingError."""
    found = load_result(name)
    head, *rows = found["table"]
    lines = [head, ["---"] * len(head), *rows]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    replace(name, f"{table}\n\n{machine_text(found['machine'])}.")


def replace(name: str, text: str, *, file: Path = BENCHMARKS) -> None:
    """Raises MarkersMissingError."""
    begin, end = f"<!-- bench {name}: begin -->", f"<!-- bench {name}: end -->"
    before, found_begin, rest = file.read_text().partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise MarkersMissingError(f"{file.name} lacks the markers of this benchmark: {begin} and {end}")
    file.write_text(f"{before}{begin}\n{text}\n{end}{after}")
