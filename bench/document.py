"""The parts of docs/benchmarks.md that benchmarks write, each between two marks with its name."""

from pathlib import Path

from bench.results import kept, machine_text
from tests.processes import PROJECT

BENCHMARKS = PROJECT / "docs" / "benchmarks.md"


class NoMarksError(Exception):
    """The document lacks the marks; the message contains them."""


def write_table(name: str) -> None:
    """The table of the kept results, as in the terminal. Raises NoMarksError."""
    found = kept(name)
    head, *rows = found["table"]
    lines = [head, ["---"] * len(head), *rows]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    replace(name, f"{table}\n\n{machine_text(found['machine'])}.")


def replace(name: str, text: str, *, file: Path = BENCHMARKS) -> None:
    """Raises NoMarksError."""
    begin, end = f"<!-- bench {name}: begin -->", f"<!-- bench {name}: end -->"
    before, found_begin, rest = file.read_text().partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise NoMarksError(f"{file.name} has no place for this benchmark: {begin} and {end}")
    file.write_text(f"{before}{begin}\n{text}\n{end}{after}")
