"""Targets of the fan-out at 500 and at 1,000 sockets, as Tutti's value divided by a baseline's."""

from dataclasses import dataclass

from bench.fanout.statistics import RatioRange, RunStatistics, ratio_range

GOAL_SIZES = (500, 1000)
# 6.5 are Node's.
MOST_KILOBYTES = 12
TUTTI = "tutti"
WINDOW, FIXED, COST = "window", "fixed", "server_us"


@dataclass(frozen=True)
class Goal:
    name: str
    title: str
    pace: str
    figure: str
    other: str
    # The maximum of the ratio.
    most: float

    def reached(self, figures: RunStatistics, size: int) -> RatioRange | None:
        return figures.ratio(TUTTI, self.other, size, self.pace, self.figure)


GOALS = [
    Goal("sustained_to_naive_core", "8 in flight, by naive Channels", WINDOW, COST, "naive_core", 1 / 150),
    Goal("sustained_to_node", "8 in flight, by Node `ws`", WINDOW, COST, "node", 1 / 4),
    Goal(
        "sustained_to_node_joined",
        "8 in flight, by Node with joined writes",
        WINDOW,
        COST,
        "node_joined",
        1.15,
    ),
    Goal("fixed_to_node", "10 a second, by Node `ws`", FIXED, COST, "node", 1 / 1.3),
    Goal("fixed_to_plain_c", "10 a second, by plain C", FIXED, COST, "plain_c", 1.5),
    Goal("fixed_p99_to_nchan", "10 a second, p99, by nchan", FIXED, "p99_ms", "nchan", 1.5),
]


def ratios(figures: RunStatistics) -> dict[str, float | None]:
    """Each target's ratio at each size, the lost part of the burst, and memory per connection."""
    found: dict[str, float | None] = {}
    for size in figures.sizes():
        for goal in GOALS:
            if reached := goal.reached(figures, size):
                found[f"{goal.name}_{size}"] = float(f"{reached.median:.3g}")
        lost = figures.part(TUTTI, size, "burst", "lost")
        if lost is not None:
            found[f"burst_lost_{size}"] = round(lost, 4)
        late = figures.part(TUTTI, size, "burst", "outstanding")
        if late:
            found[f"burst_late_{size}"] = round(late, 4)
    if memory := ratio_range(figures.kilobytes(TUTTI), figures.kilobytes("node")):
        found["kilobytes_to_node"] = float(f"{memory.median:.3g}")
    return found
