"""What charts say of plays and views, asked of whoever counts them.

`apps.charts.view_counts` registers itself in `AppConfig.ready()`. Without it, and where nothing was counted,
a figure is not known: None, and never 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

CHANGE_DAYS = (1, 7, 30)


@dataclass(frozen=True, slots=True)
class Plays:
    """Of one track, as of a day: by service, in all, and how much more that is than so many days before."""

    by_service: Mapping[str, int] = field(default_factory=dict)
    total: int | None = None
    change: Mapping[int, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DayCount:
    """One day's figure. `status` is `ok`, `failed` or `missing`; without `ok` there is no count."""

    day: date
    count: int | None
    delta: int | None
    status: str


@dataclass(frozen=True, slots=True)
class CountHistory:
    """Of one track at one service."""

    current: int | None
    last_updated: datetime | None
    days: Sequence[DayCount] = ()


class PlayBook(Protocol):
    """Whoever counts. Each question costs a fixed number of queries, however many tracks it is about."""

    def plays_on(self, isrcs: Sequence[str], day: date) -> Mapping[str, Plays]:
        """By ISRC, with what was counted until then."""

    def histories(self, isrcs: Sequence[str], *, days: int) -> Mapping[str, Mapping[str, CountHistory]]:
        """By ISRC and service, of the last so many days, the oldest first."""

    def trending(self, *, most: int) -> Sequence[tuple[str, int]]:
        """ISRCs of charts' tracks by how much more they are played than a week ago, the most first."""


class EmptyBook:
    """Nobody counts."""

    def plays_on(self, isrcs: Sequence[str], day: date) -> Mapping[str, Plays]:
        del isrcs, day
        return {}

    def histories(self, isrcs: Sequence[str], *, days: int) -> Mapping[str, Mapping[str, CountHistory]]:
        del isrcs, days
        return {}

    def trending(self, *, most: int) -> Sequence[tuple[str, int]]:
        del most
        return ()


_books: list[PlayBook] = [EmptyBook()]


def register_play_book(book: PlayBook) -> None:
    """Registering again replaces."""
    _books[:] = [book]


def play_book() -> PlayBook:
    return _books[0]
