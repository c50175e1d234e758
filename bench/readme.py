"""The parts of the README that benchmarks write: each stands between two marks with its name."""

from pathlib import Path

from tests.processes import PROJECT

README = PROJECT / "README.md"


class NoMarksError(Exception):
    """The README has no place for it; the message says what belongs there."""


def replace(name: str, text: str, *, file: Path = README) -> None:
    """Raises NoMarksError."""
    begin, end = f"<!-- bench {name}: begin -->", f"<!-- bench {name}: end -->"
    before, found_begin, rest = file.read_text().partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise NoMarksError(f"{file.name} has no place for this benchmark: {begin} and {end}")
    file.write_text(f"{before}{begin}\n{text}\n{end}{after}")
