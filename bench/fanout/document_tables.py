"""Writes the saved results to docs/benchmarks.md, as tables between two markers, and to a plot."""

from bench import document, plot
from bench.fanout.report import MARK, burst_text, shown, sum_of
from bench.fanout.statistics import RunStatistics
from bench.fanout.targets import GOAL_SIZES, GOALS, MOST_KILOBYTES, TUTTI, Goal
from bench.results import load_result, machine_text

TABLE_SIZE = 1000
PLOT = "fanout.svg"
PLOTTED = {"window": "at most 8 events in flight", "fixed": "10 events a second"}


def write_document() -> None:
    found = load_result("fanout")
    figures = RunStatistics(found["raw"]["measured"])
    titles: dict[str, str] = found["raw"]["titles"]
    panels = [
        plot.Panel(title, {titles[server]: line(figures, server, pace) for server in titles})
        for pace, title in PLOTTED.items()
    ]
    plot.write(
        PLOT, "Processor µs a delivered message, by the number of sockets", panels, highlighted=titles[TUTTI]
    )
    image = f"![Processor time a message, by the number of sockets](images/{PLOT})"
    share = f"the client used at most {figures.most('load_generator_share'):.0%} of its core"
    last = f"{machine_text(found['machine'])}; {share}, and over 80% of it where a figure has a `{MARK}`."
    document.replace("fanout", "\n\n".join([image, table(figures, titles), targets_table(figures), last]))
    document.replace_in_readme("fanout", sentence_of(figures))


def sentence_of(figures: RunStatistics) -> str:
    """The cost for each socket, and what part it is of that of naive Channels. Of a complete run."""
    cost = figures.median_of(TUTTI, TABLE_SIZE, "window", "server_us") or 0
    part = GOALS[0].reached(figures, TABLE_SIZE)
    return (
        f"Sending one event to {TABLE_SIZE:,} sockets takes about {cost:.0f} µs of processor time per socket:"
        f" {part.median if part else 0:.1%} of the time of the usual Channels consumer in the same run."
    )


def line(figures: RunStatistics, server: str, pace: str) -> dict[int, float]:
    values = {size: figures.median_of(server, size, pace, "server_us") for size in figures.sizes()}
    return {size: value for size, value in values.items() if value}


def table(figures: RunStatistics, titles: dict[str, str]) -> str:
    size = TABLE_SIZE if TABLE_SIZE in figures.sizes() else figures.sizes()[-1]
    heads = [
        "8 in flight, µs",
        "delivered/s",
        "10 a second, µs",
        "p50 / p99, ms",
        "burst of 400: lost",
        "doubled",
        "kB a connection",
    ]
    rows = [f"| {size:,} sockets | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    by_cost = sorted(titles, key=lambda server: figures.median_of(server, size, "window", "server_us") or 1e9)
    for server in by_cost:

        def cell(pace: str, figure: str, digits: int, server: str = server) -> str:
            text = shown(figures.median_of(server, size, pace, figure), digits)
            return f"{text}{MARK}" if figures.is_marked(server, size, pace) else text

        name = f"**{titles[server]}**" if server == TUTTI else titles[server]
        cells = [
            *(cell("window", "server_us", 2), cell("window", "delivered_per_second", 0)),
            *(cell("fixed", "server_us", 1), f"{cell('fixed', 'p50_ms', 1)} / {cell('fixed', 'p99_ms', 1)}"),
            *(burst_text(figures, size, server), shown(sum_of(figures, size, server, "doubled"), 0)),
            shown(figures.median_kilobytes(server), 1),
        ]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def targets_table(figures: RunStatistics) -> str:
    """Each ratio with its minimum and maximum over the repetitions."""
    sizes = [size for size in GOAL_SIZES if size in figures.sizes()]
    heads = " | ".join(f"{size:,} sockets" for size in sizes)
    first = f"| Tutti's figure, divided by another's | {heads} | wanted, at most |"
    rows = [first, f"|---|{'---|' * len(sizes)}---|"]
    for goal in GOALS:
        rows.append(row(goal.title, [reached(figures, goal, size) for size in sizes], f"{goal.most:.3g}"))
    lost = [burst_text(figures, size, TUTTI) for size in sizes]
    memory = shown(figures.median_kilobytes(TUTTI), 1)
    rows.append(row("lost of a burst of 400", lost, "0"))
    rows.append(row("kB a connection", [memory] * len(sizes), str(MOST_KILOBYTES)))
    return "\n".join(rows)


def row(title: str, values: list[str], wanted: str) -> str:
    return f"| {' | '.join([title, *values, wanted])} |"


def reached(figures: RunStatistics, goal: Goal, size: int) -> str:
    spread = goal.reached(figures, size)
    if spread is None:
        return "-"
    text = f"{spread.median:.3g} ({spread.least:.3g} to {spread.most:.3g})"
    is_marked = any(figures.is_marked(server, size, goal.pace) for server in (TUTTI, goal.other))
    marked = f"{text}{MARK}" if is_marked else text
    return marked if spread.median <= goal.most else f"{marked}, missed"
