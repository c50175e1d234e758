"""`python -m bench NAME [--quick]`: runs one, prints its table and, as the last line, its ratios.

A benchmark may have options of its own (`add_options`); a run that such an option makes smaller is not saved.
A benchmark shown in the documents has `write_document`, which writes the saved results there. Two of
them also write a sentence in the README.
"""

import argparse
import importlib
import pkgutil
import sys

import bench


def main(words: list[str]) -> int:
    known = [found.name for found in pkgutil.iter_modules(bench.__path__) if found.ispkg]
    name, *options = words or [""]
    if name not in known:
        sys.stderr.write(f"Usage: bench/run NAME [--quick]\nBenchmarks: {' '.join(known)}\n")
        return 2
    benchmark = importlib.import_module(f"bench.{name}")
    parser = argparse.ArgumentParser(prog=f"bench/run {name}", description=benchmark.__doc__)
    parser.add_argument("--quick", action="store_true", help="at most one minute; the result is not saved")
    if hasattr(benchmark, "write_document"):
        text = "write the saved results to docs/benchmarks.md and the README without measuring"
        parser.add_argument("--document", action="store_true", help=text)
    if hasattr(benchmark, "add_options"):
        benchmark.add_options(parser)
    chosen = vars(parser.parse_args(options))
    is_quick = chosen.pop("quick")
    if chosen.pop("document", False):
        benchmark.write_document()
        return 0
    result = benchmark.measure(is_quick=is_quick, **chosen)
    sys.stdout.write(f"{result.text()}\n")
    if result.is_whole and not is_quick:
        sys.stdout.write(f"Raw results: {result.save()}\n")
    sys.stdout.write(f"{result.last_line()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
