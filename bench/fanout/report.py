"""The result of a run: a table for the terminal, the ratios, and all measurements."""

from bench.fanout.measurement import Measured
from bench.fanout.statistics import RunStatistics
from bench.fanout.system import System
from bench.fanout.targets import ratios
from bench.results import Result

HEAD = [
    *("sockets", "server", "8 in flight: µs", "Redis", "delivered/s"),
    *("10 a second: µs", "Redis", "p50 ms", "p99 ms", "400: lost", "doubled", "kB"),
]
# Marks a value that a busy load generator, or the time limit, may have distorted.
MARK = "!"


def result_of(measured: list[Measured], kinds: list[type[System]]) -> Result:
    figures = RunStatistics(measured)
    rows = [HEAD]
    for size in figures.sizes():
        rows += [row_of(figures, size, kind) for kind in kinds]
    titles = {kind.name: kind.title for kind in kinds}
    raw = {"titles": titles, "measured": [rounded(one) for one in measured]}
    return Result(name="fanout", ratios=ratios(figures), table=rows, raw=raw)


def row_of(figures: RunStatistics, size: int, kind: type[System]) -> list[str]:
    def cell(pace: str, figure: str, digits: int) -> str:
        return shown(figures.median_of(kind.name, size, pace, figure), digits)

    def marked(pace: str, text: str) -> str:
        return f"{text}{MARK}" if figures.is_marked(kind.name, size, pace) else text

    return [
        *(f"{size:,}", kind.name),
        *(marked("window", cell("window", "server_us", 2)), cell("window", "redis_us", 2)),
        cell("window", "delivered_per_second", 0),
        *(marked("fixed", cell("fixed", "server_us", 1)), cell("fixed", "redis_us", 1)),
        *(cell("fixed", "p50_ms", 2), cell("fixed", "p99_ms", 2)),
        marked("burst", burst_text(figures, size, kind.name)),
        shown(sum_of(figures, size, kind.name, "doubled"), 0),
        shown(figures.median_kilobytes(kind.name), 1),
    ]


def sum_of(figures: RunStatistics, size: int, server: str, figure: str) -> float:
    return sum(
        sum(figures.values(server, size, pace, figure).values()) for pace in ("fixed", "window", "burst")
    )


def shown(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def burst_text(figures: RunStatistics, size: int, server: str) -> str:
    """The lost part of the burst, and the part still outstanding when the time was up."""
    late = figures.part(server, size, "burst", "outstanding")
    lost = percent(figures.part(server, size, "burst", "lost"))
    return f"{lost}, {percent(late)} late" if late else lost


def percent(part: float | None) -> str:
    return "-" if part is None else f"{part:.1%}" if part else "0"


def rounded(one: Measured) -> Measured:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in one.items()}
