"""Figures from what was measured: medians over the repetitions, ratios within each of them."""

from dataclasses import dataclass
from statistics import median

from bench.fanout.cells import Measured

# The one that comes first: behind it a server may have been started anew.
FIRST_PACE = "window"


@dataclass(frozen=True)
class Spread:
    """The ratio of two servers: within each repetition first, then the middle one, the least and the most."""

    middle: float
    least: float
    most: float


class Figures:
    def __init__(self, measured: list[Measured]) -> None:
        self._measured = measured

    def sizes(self) -> list[int]:
        return sorted({one["sockets"] for one in self._measured})

    def values(self, server: str, size: int, pace: str, figure: str) -> dict[int, float]:
        """By repetition."""
        return {
            one["repeat"]: float(one[figure])
            for one in self._measured
            if (one["contestant"], one["sockets"], one["pace"]) == (server, size, pace)
        }

    def middle(self, server: str, size: int, pace: str, figure: str) -> float | None:
        """None where it was not measured."""
        values = self.values(server, size, pace, figure).values()
        return median(values) if values else None

    def part(self, server: str, size: int, pace: str, figure: str) -> float | None:
        """Of all deliveries those that are `lost`, or `outstanding` when the time was up."""
        count = self.middle(server, size, pace, figure)
        sent = self.middle(server, size, pace, "sent")
        return None if count is None or not sent else count / (sent * size)

    def most(self, figure: str) -> float:
        """Of all that was measured."""
        return max(float(one[figure]) for one in self._measured)

    def middle_kilobytes(self, server: str) -> float | None:
        values = self.kilobytes(server).values()
        return median(values) if values else None

    def is_marked(self, server: str, size: int, pace: str) -> bool:
        """Whether the ruler was too busy, or the time was up before all had come."""
        marks = ("is_ruler_busy", "cut")
        return any(any(self.values(server, size, pace, mark).values()) for mark in marks)

    def kilobytes(self, server: str) -> dict[int, float]:
        """What a connection takes of the server's memory, by repetition: the slope between two sizes.

        Repetitions in which it is not positive are left out: there the server gave back more memory meanwhile
        than the connections took.
        """
        least, most = self.sizes()[0], self.sizes()[-1]
        few = self.values(server, least, FIRST_PACE, "resident_kilobytes")
        many = self.values(server, most, FIRST_PACE, "resident_kilobytes")
        if least == most:
            return {}
        slopes = {
            repeat: (many[repeat] - few[repeat]) / (most - least) for repeat in few.keys() & many.keys()
        }
        return {repeat: slope for repeat, slope in slopes.items() if slope > 0}

    def ratio(self, server: str, other: str, size: int, pace: str, figure: str) -> Spread | None:
        """How often the other's figure goes into this one's."""
        return spread(self.values(server, size, pace, figure), self.values(other, size, pace, figure))


def spread(ours: dict[int, float], theirs: dict[int, float]) -> Spread | None:
    """Of two figures by repetition."""
    ratios = [ours[repeat] / theirs[repeat] for repeat in ours.keys() & theirs.keys() if theirs[repeat]]
    return Spread(median(ratios), min(ratios), max(ratios)) if ratios else None
