"""What a stage did, counted: so many rows in, out, left for people to look at, and failed, and why."""

from dataclasses import dataclass, field

MAX_FAILURES = 100


@dataclass(slots=True)
class Tally:
    rows_in: int = 0
    rows_out: int = 0
    rows_for_review: int = 0
    rows_failed: int = 0
    failures: list[str] = field(default_factory=list)

    def fail(self, why: str) -> None:
        self.rows_failed += 1
        if len(self.failures) < MAX_FAILURES:
            self.failures.append(why)

    def nothing_was_done(self) -> None:
        """What went wrong at one row has undone all of them."""
        self.rows_in = self.rows_failed = max(self.rows_in, self.rows_failed)
        self.rows_out = self.rows_for_review = 0

    def add(self, other: "Tally") -> None:
        self.rows_in += other.rows_in
        self.rows_out += other.rows_out
        self.rows_for_review += other.rows_for_review
        self.rows_failed += other.rows_failed
        self.failures += other.failures[: max(0, MAX_FAILURES - len(self.failures))]
