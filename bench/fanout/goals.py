"""What the fan-out is to reach, at 500 and at 1,000 sockets: always as Tutti's figure against another's."""

from dataclasses import dataclass

from bench.fanout.figures import Figures, Spread, spread

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
    # The most that the ratio may be.
    most: float

    def reached(self, figures: Figures, size: int) -> Spread | None:
        return figures.ratio(TUTTI, self.other, size, self.pace, self.figure)


GOALS = [
    Goal("sustained_to_naive_core", "8 under way, by naive Channels", WINDOW, COST, "naive_core", 1 / 150),
    Goal("sustained_to_node", "8 under way, by Node `ws`", WINDOW, COST, "node", 1 / 4),
    Goal("sustained_to_node_joined", "8 under way, by Node joining alike", WINDOW, COST, "node_joined", 1.15),
    Goal("fixed_to_node", "10 a second, by Node `ws`", FIXED, COST, "node", 1 / 1.3),
    Goal("fixed_to_plain_c", "10 a second, by plain C", FIXED, COST, "plain_c", 1.5),
    Goal("fixed_p99_to_nchan", "10 a second, p99, by nchan", FIXED, "p99_ms", "nchan", 1.5),
]


def ratios(figures: Figures) -> dict[str, float | None]:
    """Every goal's ratio at every size, the part of the burst that was lost, and memory a connection."""
    found: dict[str, float | None] = {}
    for size in figures.sizes():
        for goal in GOALS:
            if reached := goal.reached(figures, size):
                found[f"{goal.name}_{size}"] = float(f"{reached.middle:.3g}")
        lost = figures.part(TUTTI, size, "burst", "lost")
        if lost is not None:
            found[f"burst_lost_{size}"] = round(lost, 4)
        late = figures.part(TUTTI, size, "burst", "outstanding")
        if late:
            found[f"burst_late_{size}"] = round(late, 4)
    if memory := spread(figures.kilobytes(TUTTI), figures.kilobytes("node")):
        found["kilobytes_to_node"] = float(f"{memory.middle:.3g}")
    return found
