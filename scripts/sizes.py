"""Reports the sizes of the product's modules: `make sizes`. There are no limits.

Without tests, migrations and generated code. An empty `__init__.py` counts as a module, as for Python.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median

PROJECT = Path(__file__).resolve().parent.parent
BACKEND, FRONTEND = PROJECT / "backend", PROJECT / "frontend" / "src"
NOT_THE_PRODUCT = {"tests", "migrations", "generated", "node_modules"}
COLUMNS = "{:<34}{:>8}{:>8}{:>8}{:>8}{:>8}{:>8}"


def main() -> None:
    print(COLUMNS.format("", "modules", "lines", "median", "empty", "< 30", "< 50"))  # noqa: T201
    for title, root, suffixes in (("backend", BACKEND, {".py"}), ("frontend/src", FRONTEND, {".ts", ".tsx"})):
        parts: dict[str, list[int]] = defaultdict(list)
        for path in modules(root, suffixes):
            parts[part_of(path.relative_to(root))].append(len(path.read_text().splitlines()))
        for part in sorted(parts):
            print_row(f"  {part}", parts[part])
        print_row(title, [lines for sizes in parts.values() for lines in sizes])


def modules(root: Path, suffixes: Iterable[str]) -> Iterator[Path]:
    for path in root.rglob("*"):
        if path.suffix not in suffixes or NOT_THE_PRODUCT & set(path.relative_to(root).parts):
            continue
        if not path.name.startswith(("test_", "conftest.")) and ".test." not in path.name:
            yield path


def part_of(path: Path) -> str:
    """The app or package; other modules belong to the root."""
    folders = path.parts[:-1]
    return "/".join(folders[: 2 if folders[:1] == ("apps",) else 1]) or "."


def print_row(title: str, sizes: list[int]) -> None:
    """`< 30` and `< 50` refer to modules that are not empty."""
    full = [lines for lines in sizes if lines]
    below = (sum(lines < limit for lines in full) for limit in (30, 50))
    print(  # noqa: T201
        COLUMNS.format(
            title,
            *(len(sizes), f"{sum(sizes):,}", f"{median(full or [0]):.0f}", len(sizes) - len(full), *below),
        )
    )


if __name__ == "__main__":
    main()
