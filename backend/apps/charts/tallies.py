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
