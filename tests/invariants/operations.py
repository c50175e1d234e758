"""What a client asked for and how it was answered: the other side of the log."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Operation:
    """One write. `kind` is add, move, vote, play, stop, remove, restore, correct or `forget`."""

    op_id: str
    kind: str
    status: int
    answer: Any
    item_id: int | None = None
    voter: str = ""
    # Of a vote: what the voter's opinion becomes, from what it was.
    value: int | None = None
    step: int = 0

    @property
    def is_accepted(self) -> bool:
        return 200 <= self.status < 300

    def opinion_after(self, held: int) -> int:
        return max(-1, min(1, held + self.step)) if self.value is None else self.value
