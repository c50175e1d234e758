"""Whether a list is plausible: how much it has in common with others, and how long it is. Pure.

A service may answer well and with something else altogether, or with a part. Real lists keep these shares:
of 1,097 changes of public playlists none kept less than 55 % of the lines, or of the length less than 66 %;
a list that is made anew every week shares 16 % of its lines with another service's.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

# Of a list's lines, so many have to be on the service's own list before, or else on other services'.
OWN_SHARE, OTHERS_SHARE = 0.2, 0.08
# One common title of many proves nothing.
LEAST_LINES = 2
# Of the length of the list before, and of the lines that are of different tracks.
LEAST_LENGTH, LEAST_DIFFERENT = 0.6, 0.5
# So many lines with the plays of the day before, of so many that both lists have, make a copy.
COPIED_SHARE, LEAST_COPIED = 0.9, 5
# A list that was refused on so many days, and of which so much stays the same, is what the service has now.
REFUSED_DAYS, SAME_SHARE = 2, 0.5


class Line(NamedTuple):
    """What one line's track is called, and all that it may be known by elsewhere."""

    name: str
    keys: frozenset[str]


Lines = Sequence[Line]


class Verdict(StrEnum):
    """The value of one that is refused says why."""

    BELIEVED = "believed"
    # There is nothing to compare it with, or nobody agrees with anybody.
    UNKNOWN = "unknown"
    UNRELATED = "it has too little in common with the list before, and with other services"
    CUT_SHORT = "it is much shorter than the lists before"
    REPETITIVE = "most of its lines are of the same tracks"

    @property
    def is_refused(self) -> bool:
        return self not in {Verdict.BELIEVED, Verdict.UNKNOWN}


def verdict(
    lines: Lines,
    *,
    before: Lines = (),
    longest: int = 0,
    others: Sequence[Lines] = (),
    refused: Sequence[Lines] = (),
) -> Verdict:
    """`before` is this service's last good list, `refused` are those since; `others` are other services'.

    `longest` is the length of its longest good list lately: one that shrinks bit by bit is cut short, too.
    """
    if _different(lines) < LEAST_DIFFERENT * len(lines):
        return Verdict.REPETITIVE
    is_short = len(lines) < LEAST_LENGTH * longest
    given = Verdict.CUT_SHORT if is_short else _compared(lines, before, [one for one in others if one])
    return Verdict.BELIEVED if given.is_refused and _keeps_coming(lines, refused) else given


def is_copy(counts: Mapping[str, int], before: Mapping[str, int]) -> bool:
    """Whether these plays, by track, are an older day's: of some track somebody plays something every day."""
    both = counts.keys() & before.keys()
    same = sum(counts[track] == before[track] for track in both)
    return len(both) >= max(LEAST_COPIED, len(counts) / 2) and same >= COPIED_SHARE * len(both)


def settled(verdicts: Mapping[tuple[str, str], Verdict]) -> dict[tuple[str, str], Verdict]:
    """By genre and service. Who gave unrelated lines for another genre that day is not believed unseen."""
    liars = {service for (_, service), given in verdicts.items() if given is Verdict.UNRELATED}
    return {
        (genre, service): Verdict.UNRELATED if given is Verdict.UNKNOWN and service in liars else given
        for (genre, service), given in verdicts.items()
    }


def _compared(lines: Lines, before: Lines, others: Sequence[Lines]) -> Verdict:
    if _different(lines) < LEAST_LENGTH * _different(before):
        return Verdict.CUT_SHORT
    if before and _common(lines, before) >= OWN_SHARE * len(lines):
        return Verdict.BELIEVED
    elsewhere = [line for other in others for line in other]
    common = _common(lines, elsewhere)
    # Without a list of its own before it, little is asked for: services differ much.
    if _agree(lines, elsewhere) and (not before or common >= OTHERS_SHARE * len(lines)):
        return Verdict.BELIEVED
    if before and others:
        return Verdict.UNRELATED
    # Without a list of its own to compare with, two others that agree speak against it.
    if any(_agree(one, other) for one, other in combinations(others, 2)):
        return Verdict.UNRELATED
    return Verdict.UNKNOWN


def _keeps_coming(lines: Lines, refused: Sequence[Lines]) -> bool:
    return len(refused) >= REFUSED_DAYS and all(
        _common(lines, one) >= SAME_SHARE * len(lines) and _different(lines) >= LEAST_LENGTH * _different(one)
        for one in refused
    )


def _agree(one: Lines, other: Lines) -> bool:
    return 0 < _common(one, other) >= min(LEAST_LINES, OWN_SHARE * len(one))


def _common(lines: Lines, others: Collection[Line]) -> int:
    known = {key for other in others for key in other.keys}
    return sum(not line.keys.isdisjoint(known) for line in lines)


def _different(lines: Lines) -> int:
    return len({line.name for line in lines})
