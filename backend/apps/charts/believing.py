"""Whether a list is to be believed, told from what it has in common with others. Pure.

A service may answer well and with something else altogether. What is on today's list was on yesterday's, or
is on another service's: a list without anything of either is no chart.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from itertools import combinations

Keys = Collection[str]


class Verdict(StrEnum):
    BELIEVED = "believed"
    NONSENSE = "nonsense"
    # There is nothing to compare it with, or nobody agrees with anybody.
    UNKNOWN = "unknown"


def verdict(keys: Keys, *, before: Keys, others: Sequence[Keys]) -> Verdict:
    """`keys` are what the list's tracks are known by; `before` are those of this service's last good list."""
    told = [other for other in others if other]
    if any(_have_in_common(keys, other) for other in [before, *told]):
        return Verdict.BELIEVED
    if before and told:
        return Verdict.NONSENSE
    # Without a list of its own to compare with, two others that agree speak against it.
    if any(_have_in_common(one, other) for one, other in combinations(told, 2)):
        return Verdict.NONSENSE
    return Verdict.UNKNOWN


def settled(verdicts: Mapping[tuple[str, str], Verdict]) -> dict[tuple[str, str], Verdict]:
    """By genre and service. Who told nonsense about another genre that day is not believed unseen."""
    liars = {service for (_, service), given in verdicts.items() if given is Verdict.NONSENSE}
    return {
        (genre, service): Verdict.NONSENSE if given is Verdict.UNKNOWN and service in liars else given
        for (genre, service), given in verdicts.items()
    }


def _have_in_common(one: Keys, other: Keys) -> bool:
    return not set(one).isdisjoint(other)
