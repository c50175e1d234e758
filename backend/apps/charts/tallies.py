"""What a stage did, counted: so many rows in, out, left for people to look at, and failed, and why."""

from dataclasses import dataclass, field

MAX_FAILURES = 100
# Some lines, rows and figures are always odd: more than so many, and than this share, are reported.
FEW, FEW_SHARE = 2, 0.05


@dataclass(slots=True)
class Tally:
    rows_in: int = 0
    rows_out: int = 0
    rows_for_review: int = 0
    rows_failed: int = 0
    # Lines of lists and rows of tables that could not be read.
    unreadable: int = 0
    # Of the figures that were counted: how many fell or jumped, and how many, or whole lists, are copies.
    figures: int = 0
    anomalies: int = 0
    stale: int = 0
    failures: list[str] = field(default_factory=list)

    def fail(self, why: str) -> None:
        self.rows_failed += 1
        if len(self.failures) < MAX_FAILURES:
            self.failures.append(why)

    def leave_out(self, unreadable: int, *, of: int, name: str) -> None:
        self.unreadable += unreadable
        self._report_many(unreadable, of, f"{name}: {unreadable} of {of} lines could not be read")

    def report_figures(self) -> None:
        """Once all are counted."""
        self._report_many(
            self.anomalies, self.figures, f"{self.anomalies} of {self.figures} counts fell or jumped"
        )
        self._report_many(
            self.stale, self.figures, f"{self.stale} of {self.figures} counts repeat older ones"
        )

    def _report_many(self, number: int, of: int, why: str) -> None:
        if number > max(FEW, FEW_SHARE * of) and len(self.failures) < MAX_FAILURES:
            self.failures.append(why)

    @property
    def is_mostly_doubtful(self) -> bool:
        doubtful = self.anomalies + self.stale
        return doubtful > max(FEW, self.figures / 2)

    def nothing_was_done(self) -> None:
        """What went wrong at one row has undone all of them."""
        self.rows_in = self.rows_failed = max(self.rows_in, self.rows_failed)
        self.rows_out = self.rows_for_review = self.stale = 0

    def add(self, other: "Tally") -> None:
        self.rows_in += other.rows_in
        self.rows_out += other.rows_out
        self.rows_for_review += other.rows_for_review
        self.rows_failed += other.rows_failed
        self.unreadable += other.unreadable
        self.figures += other.figures
        self.anomalies += other.anomalies
        self.stale += other.stale
        self.failures += other.failures[: max(0, MAX_FAILURES - len(self.failures))]
