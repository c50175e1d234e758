"""`python -m bench NAME [--quick]`: runs one, prints its table and, as the last line, its ratios."""

import importlib
import pkgutil
import sys

import bench

QUICK = "--quick"


def main(words: list[str]) -> int:
    names = [word for word in words if word != QUICK]
    known = [found.name for found in pkgutil.iter_modules(bench.__path__) if found.ispkg]
    if len(names) != 1 or names[0] not in known:
        sys.stderr.write(f"Usage: bench/run NAME [{QUICK}]\nBenchmarks: {' '.join(known)}\n")
        return 2
    is_quick = QUICK in words
    result = importlib.import_module(f"bench.{names[0]}").measure(is_quick=is_quick)
    sys.stdout.write(f"{result.text()}\n")
    if not is_quick:
        sys.stdout.write(f"Raw results: {result.keep()}\n")
    sys.stdout.write(f"{result.last_line()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
