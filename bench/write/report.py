"""Results of writes and reads, as tables and as ratios to the bare view."""

from typing import Any

from bench import document
from bench.results import FOLDER, Result, load_result, machine_text, median, ratio
from bench.write.clients import Run
from bench.write.workload import ADD, BARE, MOVE, PLAY, VOTE, WRITES

# The maximum processor time of a write, as a multiple of the bare view's.
WANTED = {VOTE: 2.0, ADD: 2.5, MOVE: 2.5}
WANTED_READ, WANTED_P99, WANTED_RATE = 1.0, 3.0, 0.5
# Results besides those of the first run: of a second one, and of a commit before writes became cheaper.
SECOND, BEFORE = "write-again", "write-before"
TITLES = {"write": "first run", SECOND: "second run, fresh clone", BEFORE: "before"}
Row = dict[str, Any]
Table = list[list[str]]


class Measured(dict[str, list[Row]]):
    """Raw values by kind of measurement."""

    def note(self, name: str, run: Run, *, saves_response_times: bool = False, **where: Any) -> None:
        figures = {
            "processor_ms": round(run.processor_ms, 4),
            "per_second": round(run.per_second, 2),
            "p50_ms": round(run.percentile(50), 3),
            "p99_ms": round(run.percentile(99), 3),
            "responses": len(run.responses),
        }
        if saves_response_times:
            figures["responses_ms"] = [round(took, 3) for took in run.responses]
        self.setdefault(name, []).append({**where, **figures})

    def note_parts(self, **figures: Any) -> None:
        self.setdefault("parts", []).append(figures)


def result_of(found: dict[str, list[Row]], *, name: str = "write") -> Result:
    tables = tables_of(found)
    width = max(len(table[0]) for table in tables.values())
    rows = [row + [""] * (width - len(row)) for table in tables.values() for row in (*table, [""])]
    return Result(name=name, ratios=ratios(found), table=rows[:-1], raw=found)


def write_document() -> None:
    """The tables in docs/benchmarks.md, and one sentence in the README. Raises MarkersMissingError."""
    found = load_result("write")
    document.replace_in_readme("write", sentence_of(found["raw"]))
    texts = []
    tables = tables_of(found["raw"])
    if others := [name for name in (SECOND, BEFORE) if (FOLDER / f"{name}.json").exists()]:
        tables["runs"] = compared_runs({name: load_result(name)["ratios"] for name in ("write", *others)})
    for head, *rows in tables.values():
        lines = [head, ["---"] * len(head), *rows]
        texts.append("\n".join(f"| {' | '.join(cells)} |" for cells in lines))
    document.replace("write", "\n\n".join([*texts, f"{machine_text(found['machine'])}."]))


def sentence_of(found: dict[str, list[Row]]) -> str:
    """The cost of a vote, one number for each database."""
    costs = [f"{beside_bare(found, size, VOTE, 'processor_ms'):.1f} times on {size}" for size in sizes(found)]
    first = sizes(found)[0]
    votes, inserts = (
        median([row["per_second"] for row in _by_round(found, "turns", first, name).values()])
        for name in (VOTE, BARE)
    )
    return (
        "One vote, including rate limits, idempotency, event and log line, costs"
        f" {' and '.join(costs)} the processor time of a bare Django REST framework view that inserts a row;"
        f" one core takes {votes:.0f} votes a second on {first} where that view inserts {inserts:.0f} rows."
    )


def compared_runs(ratios_by_run: dict[str, dict[str, float | None]]) -> Table:
    """The ratios of each run, as in the last line that it prints."""
    names = dict.fromkeys(name for of_run in ratios_by_run.values() for name in of_run)
    runs = ratios_by_run.values()
    rows = [
        [name.replace("_", " "), *("" if run.get(name) is None else f"{run[name]}" for run in runs)]
        for name in names
    ]
    return [["ratio to the bare view", *(TITLES[run] for run in ratios_by_run)], *rows]


def tables_of(found: dict[str, list[Row]]) -> dict[str, Table]:
    made = {
        "writes": _writes(found),
        "reads": _reads(found),
        "matrix": _matrix(found),
        "parts": _parts(found),
    }
    return {name: table for name, table in made.items() if len(table) > 1}


def ratios(found: dict[str, list[Row]]) -> dict[str, float | None]:
    given: dict[str, float | None] = {}
    for size in sizes(found):
        key = size.lower()
        for kind in WRITES:
            given[f"{key}_{kind.replace(' ', '_')}"] = beside_bare(found, size, kind, "processor_ms")
        given[f"{key}_vote_per_second"] = beside_bare(found, size, VOTE, "per_second")
        given[f"{key}_vote_p99"] = p99_beside_bare(found, size)
        for kind in _kinds(found, "reads"):
            given[f"{key}_read_{kind.replace(' ', '_')}"] = read_beside_list(found, size, kind)
    return given


def sizes(found: dict[str, list[Row]]) -> list[str]:
    return list(dict.fromkeys(row["size"] for row in found.get("turns", [])))


def beside_bare(found: dict[str, list[Row]], size: str, kind: str, figure: str) -> float | None:
    """The median of the ratios of each round."""
    bare = _by_round(found, "turns", size, BARE)
    ours = _by_round(found, "turns", size, kind)
    each = [ours[turn][figure] / bare[turn][figure] for turn in ours]
    return ratio(median(each), 1) if each else None


def read_beside_list(found: dict[str, list[Row]], size: str, kind: str) -> float | None:
    rows = [row for row in found["reads"] if (row["size"], row["kind"]) == (size, kind)]
    bare = {row["turn"]: row["processor_ms"] for row in rows if row["is_bare"]}
    each = [row["processor_ms"] / bare[row["turn"]] for row in rows if not row["is_bare"]]
    return ratio(median(each), 1) if each else None


def p99_beside_bare(found: dict[str, list[Row]], size: str) -> float | None:
    """Ten writes per second with 500 listeners."""
    ours, bare = (_p99(found, size, kind) for kind in (VOTE, BARE))
    return ratio(ours, bare) if ours and bare else None


def _p99(found: dict[str, list[Row]], size: str, kind: str) -> float | None:
    rows = [row for row in found.get("pace", []) if (row["size"], row["kind"]) == (size, kind)]
    run = Run(responses=[took for row in rows for took in row["responses_ms"]])
    return run.percentile(99) if run.responses else None


def _by_round(found: dict[str, list[Row]], name: str, size: str, kind: str) -> dict[int, Row]:
    rows = found.get(name, [])
    return {row["turn"]: row for row in rows if (row["size"], row["kind"]) == (size, kind)}


def _kinds(found: dict[str, list[Row]], name: str) -> list[str]:
    return list(dict.fromkeys(row["kind"] for row in found.get(name, [])))


def _writes(found: dict[str, list[Row]]) -> Table:
    table = [
        [
            *("one client, one room", "processor, ms", "of the bare view's", "wanted"),
            *("a second", "p50 / p99, ms", "statements"),
        ]
    ]
    counted = {(row["size"], row["kind"]): row["statements"] for row in found.get("parts", [])}
    for size in sizes(found):
        for kind in (BARE, *WRITES):
            rows = list(_by_round(found, "turns", size, kind).values())
            of_all = {name: median([row[name] for row in rows]) for name in rows[0] if name.endswith("_ms")}
            statements = counted.get((size, kind))
            table.append(
                [
                    f"{kind}, {size}",
                    f"{of_all['processor_ms']:.2f}",
                    "1"
                    if kind == BARE
                    else _compared(beside_bare(found, size, kind, "processor_ms"), WANTED.get(kind)),
                    f"≤ {WANTED[kind]}" if kind in WANTED else "",
                    f"{median([row['per_second'] for row in rows]):.0f}",
                    f"{of_all['p50_ms']:.1f} / {of_all['p99_ms']:.1f}",
                    f"{statements:.1f}" if statements else "1" if kind == BARE else "",
                ]
            )
        if (p99 := p99_beside_bare(found, size)) is not None:
            times = [f"{_p99(found, size, kind) or 0:.1f}" for kind in (VOTE, BARE)]
            label = f"p99 of 10 votes a second, 500 listeners, {size}"
            cells = [
                label,
                "",
                _compared(p99, WANTED_P99),
                f"≤ {WANTED_P99}",
                "10",
                f"{times[0]}, bare {times[1]}",
                "",
            ]
            table.append(cells)
    return table


def _compared(reached: float | None, wanted: float | None) -> str:
    missed = reached is not None and wanted is not None and reached > wanted
    return f"{reached:.2f}{', missed' if missed else ''}"


def _reads(found: dict[str, list[Row]]) -> Table:
    table = [["reads", "rows", "processor, ms", "bare list, ms", "of the bare list's", "wanted"]]
    for size in sizes(found):
        for kind in _kinds(found, "reads"):
            rows = [row for row in found["reads"] if (row["size"], row["kind"]) == (size, kind)]
            ours, bare = (
                median([row["processor_ms"] for row in rows if row["is_bare"] is is_bare])
                for is_bare in (False, True)
            )
            times = _compared(read_beside_list(found, size, kind), WANTED_READ)
            cells = [str(rows[0]["rows"]), f"{ours:.2f}", f"{bare:.2f}", times, f"≤ {WANTED_READ}"]
            table.append([f"{kind}, {size}", *cells])
    return table


def _matrix(found: dict[str, list[Row]]) -> Table:
    """Processor milliseconds per write, and writes per second."""
    table = [["processor ms (a second)", BARE, VOTE, ADD, MOVE, PLAY]]
    cells: dict[str, dict[str, str]] = {}
    for row in found.get("matrix", []):
        processes = "" if row["processes"] == 1 else f", {row['processes']} processes"
        rooms, clients = (
            f"{row[name]} {name[: -1 if row[name] == 1 else None]}" for name in ("rooms", "clients")
        )
        name = f"{row['size']}{processes}, {rooms}, {clients}, {row['listeners']} listeners"
        cells.setdefault(name, {})[row["kind"]] = f"{row['processor_ms']:.2f} ({row['per_second']:.0f})"
    return table + [[name, *by_kind.values()] for name, by_kind in cells.items()]


def _parts(found: dict[str, list[Row]]) -> Table:
    rows = found.get("parts", [])
    names = list(dict.fromkeys(part for row in rows for part in row["milliseconds"]))
    table = [["processor, ms, of", *(f"{row['kind']}, {row['size']}" for row in rows)]]
    return table + [[name, *(f"{row['milliseconds'].get(name, 0):.2f}" for row in rows)] for name in names]
