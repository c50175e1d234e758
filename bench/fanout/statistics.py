"""Statistics of the measurements: medians over the repetitions, ratios within each of them."""

from dataclasses import dataclass
from statistics import median

from bench.fanout.measurement import Measured

# The first pace: after it a server may have been restarted.
FIRST_PACE = "window"


@dataclass(frozen=True)
class RatioRange:
    """The ratio of two servers: computed within each repetition, then median, minimum and maximum."""

    median: float
    least: float
    most: float


class RunStatistics:
    def __init__(self, measured: list[Measured]) -> None:
        self._measured = measured

    def sizes(self) -> list[int]:
        return sorted({one["sockets"] for one in self._measured})

    def values(self, server: str, size: int, pace: str, figure: str) -> dict[int, float]:
        """By repetition."""
        return {
            one["repeat"]: float(one[figure])
            for one in self._measured
            if (one["system"], one["sockets"], one["pace"]) == (server, size, pace)
        }

    def median_of(self, server: str, size: int, pace: str, figure: str) -> float | None:
        """None if it was not measured."""
        values = self.values(server, size, pace, figure).values()
        return median(values) if values else None

    def part(self, server: str, size: int, pace: str, figure: str) -> float | None:
        """The part of all deliveries that was `lost`, or `outstanding` when the time was up."""
        count = self.median_of(server, size, pace, figure)
        sent = self.median_of(server, size, pace, "sent")
        return None if count is None or not sent else count / (sent * size)

    def most(self, figure: str) -> float:
        """The maximum of all measurements."""
        return max(float(one[figure]) for one in self._measured)

    def median_kilobytes(self, server: str) -> float | None:
        values = self.kilobytes(server).values()
        return median(values) if values else None

    def is_marked(self, server: str, size: int, pace: str) -> bool:
        """Whether the load generator was too busy, or the time was up before all events arrived."""
        marks = ("is_load_generator_busy", "cut")
        return any(any(self.values(server, size, pace, mark).values()) for mark in marks)

    def kilobytes(self, server: str) -> dict[int, float]:
        """The server's memory per connection, by repetition: the slope between two sizes.

        Repetitions in which it is not positive are left out: there the server released more memory
        than the connections used.
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

    def ratio(self, server: str, other: str, size: int, pace: str, figure: str) -> RatioRange | None:
        """This server's value divided by the other's."""
        return ratio_range(self.values(server, size, pace, figure), self.values(other, size, pace, figure))


def ratio_range(ours: dict[int, float], theirs: dict[int, float]) -> RatioRange | None:
    """Of two values by repetition."""
    ratios = [ours[repeat] / theirs[repeat] for repeat in ours.keys() & theirs.keys() if theirs[repeat]]
    return RatioRange(median(ratios), min(ratios), max(ratios)) if ratios else None
