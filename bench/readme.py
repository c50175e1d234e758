"""The parts of the README that benchmarks write: each stands between two marks with its name."""

from pathlib import Path

from bench.results import kept, machine_text
from tests.processes import PROJECT

README = PROJECT / "README.md"


class NoMarksError(Exception):
    """The README has no place for it; the message says what belongs there."""


def write_table(name: str) -> None:
    """The table of the kept results, as in the terminal. Raises NoMarksError."""
    found = kept(name)
    head, *rows = found["table"]
    lines = [head, ["---"] * len(head), *rows]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    replace(name, f"{table}\n\n{machine_text(found['machine'])}.")


def replace(name: str, text: str, *, file: Path = README) -> None:
    """Raises NoMarksError."""
    begin, end = f"<!-- bench {name}: begin -->", f"<!-- bench {name}: end -->"
    before, found_begin, rest = file.read_text().partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise NoMarksError(f"{file.name} has no place for this benchmark: {begin} and {end}")
    file.write_text(f"{before}{begin}\n{text}\n{end}{after}")
