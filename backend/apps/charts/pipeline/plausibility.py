"""Whether a list is plausible: how much it has in common with others, and how long it is. Pure.

A service may return a list of something else, or a part of one. Real lists keep these shares:
of 1,097 changes of public playlists none kept less than 55 % of the lines, or had less than 66 % or more than
120 % of the length, and none of 1,105 lists had a track on more than two lines. A list that is renewed
every week may keep 2 %; of its new lines then at least two, and 7 %, are on other services' lists.
Of 2,032 changes of daily lists none had more than 88 % new lines in its first third, and three more than a
third of all; a list that is renewed every week puts them first. Lists of two genres had at most 20 % in
common, and of no day more than 10 % of the tracks grew by the same number, or share.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from itertools import combinations
from statistics import median
from typing import NamedTuple

from apps.charts.matching import Recording, similarity_of

# A larger share of a list's lines is on the service's previous list, or this share of the new ones on
# others'.
OWN_SHARE, OTHERS_SHARE = 0.5, 0.05
# One common title of many proves nothing. Shares of a short list say little: there a fifth is enough.
LEAST_LINES, SHORT, SHORT_SHARE = 2, 10, 0.2
# More of the first third of a list than this are on neither: another list was put before it.
TOP, TOP_NEW_SHARE = 3, 0.9
# With more new lines than this that no other service has, it is used, and doubted.
NEW_SHARE = 1 / 3
# So it is with fewer lines than this of the list before: 4 of 2,671 recorded changes had fewer.
FEWER_SHARE = 0.8
# If this share of a list is on the service's list of another genre of that day, one of the two is wrong.
OTHER_GENRE_SHARE = 0.5
# Of the length of the lists before, and of the lines that are of different tracks.
LEAST_LENGTH, MOST_LENGTH, LEAST_DIFFERENT = 0.65, 1.5, 0.9
# This many lines with the plays of the previous day, of this many common lines, make a copy.
COPIED_SHARE, LEAST_COPIED = 0.9, 5
# Smaller growths are the same share by chance.
MIN_GROWTH = 20
# Of this many tracks more than this share grew by less than half of their usual growth, or more than twice.
UNUSUAL_SHARE, LEAST_GROWING, HALF, TWICE = 0.25, 10, 0.5, 2
# At most this many ranks differ from an older list, and at least this many from the last one.
REPEATED_SHARE, CHANGED_SHARE = 0.1, 0.2
# A list that was rejected on this many days, with this share unchanged, is what the service has now.
REJECTED_DAYS, SAME_SHARE = 2, 0.5


class Line(NamedTuple):
    """What one line's track is called, and all that it may be known by elsewhere."""

    name: str
    keys: frozenset[str]
    # As the service says it, with the names that it belongs to: an ISRC under other names is another line.
    recording: Recording | None = None
    # The kinds of version that its title names, such as "live".
    versions: frozenset[str] = frozenset()


Lines = Sequence[Line]


class Verdict(StrEnum):
    """The value is the reason for which a list was rejected, or is not confirmed."""

    PLAUSIBLE = "plausible"
    # The first, as other services have it on the same day.
    FIRST = "no earlier list of the service confirms it"
    # There is nothing to compare it with, or no two services agree.
    UNKNOWN = "neither an earlier list nor another service confirms it"
    DOUBTFUL = "many of its lines are new, and on no other service's list"
    SHORTENED = "it is shorter than the list before"
    UNRELATED = "it has too little in common with the list before, and with other services"
    OTHER_VERSIONS = "most of its lines are other versions of tracks on the list before"
    TOPPED = "its first third is neither on the list before nor on other services' lists"
    OTHER_GENRE = "it has the lines of another genre"
    CUT_SHORT = "it is much shorter than the lists before"
    LENGTHENED = "it is much longer than the lists before"
    REPETITIVE = "most of its lines are of the same tracks"

    @property
    def is_rejected(self) -> bool:
        return self not in {Verdict.PLAUSIBLE, *UNCONFIRMED}


# They are used, and say so.
DOUBTFUL = (Verdict.DOUBTFUL, Verdict.SHORTENED)
UNCONFIRMED = (Verdict.FIRST, Verdict.UNKNOWN, *DOUBTFUL)


def verdict(
    lines: Lines,
    *,
    before: Lines = (),
    longest: int = 0,
    others: Sequence[Lines] = (),
    rejected: Sequence[Lines] = (),
    other_genres: Sequence[Lines] = (),
) -> Verdict:
    """`before` is this service's last good list, and `rejected` are the rejected ones since. `others` are
    other services' lists that are plausible without this one; `other_genres` are this service's of that day.

    `longest` is the length of its longest recent good list, which detects lists that shrink step by step.
    """
    if _different(lines) < LEAST_DIFFERENT * len(lines):
        return Verdict.REPETITIVE
    is_of_another = len(lines) >= SHORT and any(
        _common(lines, one) > OTHER_GENRE_SHARE * len(lines) for one in other_genres
    )
    if is_of_another and not (before and goes_on(lines, before)):
        return Verdict.OTHER_GENRE
    is_short, is_long = (
        len(lines) < LEAST_LENGTH * longest,
        len(lines) > MOST_LENGTH * longest >= MOST_LENGTH * SHORT,
    )
    given = (
        Verdict.CUT_SHORT
        if is_short
        else Verdict.LENGTHENED
        if is_long
        else _compared(lines, before, [one for one in others if one])
    )
    if given is Verdict.PLAUSIBLE and len(lines) < FEWER_SHARE * len(before) >= FEWER_SHARE * SHORT:
        return Verdict.SHORTENED
    return Verdict.PLAUSIBLE if given.is_rejected and _is_repeated_daily(lines, rejected) else given


def is_copy(counts: Mapping[str, int], before: Mapping[str, int]) -> bool:
    """Whether these plays, by track, are an older day's, as they were or all raised by one number or share.

    Each track is played every day, and no two equally much.
    """
    both = [(counts[track], before[track]) for track in counts.keys() & before.keys()]
    if len(both) < max(LEAST_COPIED, len(counts) / 2):
        return False
    alike = max(Counter(now - then for now, then in both).values())
    share = median(now / then for now, then in both if then) if any(then for _, then in both) else 0
    in_step = sum(abs(now - share * then) <= 1 and now - then >= MIN_GROWTH for now, then in both)
    return max(alike, in_step) >= COPIED_SHARE * len(both)


def are_growths_implausible(growths: Sequence[tuple[float | None, Collection[float]]]) -> bool:
    """Whether counts of which each is plausible for its track can't all be true.

    For each track: its plays a day since its last count, None for an anomaly, and the usual number.
    """
    unusual = sum(
        growth is not None and not any(HALF * one <= growth <= TWICE * one for one in usual)
        for growth, usual in growths
    )
    return len(growths) >= LEAST_GROWING and unusual > UNUSUAL_SHARE * len(growths)


def is_repetition(lines: Sequence[object], older: Sequence[object], last: Sequence[object]) -> bool:
    """Whether a list, line by line, is an older one again, but for a few lines, and not the last one."""
    if not _places_changed(lines, last):
        return False
    changed = _places_changed(lines, older)
    return not changed or (
        changed <= REPEATED_SHARE * len(lines) and _places_changed(lines, last) >= CHANGED_SHARE * len(lines)
    )


def _places_changed(one: Sequence[object], other: Sequence[object]) -> int:
    return sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))


def settled(verdicts: Mapping[tuple[str, str], Verdict]) -> dict[tuple[str, str], Verdict]:
    """By genre and service. Rejects unknown lists if the service's list of another genre is unrelated."""
    liars = {service for (_, service), given in verdicts.items() if given is Verdict.UNRELATED}
    return {
        (genre, service): Verdict.UNRELATED if given is Verdict.UNKNOWN and service in liars else given
        for (genre, service), given in verdicts.items()
    }


def _compared(lines: Lines, before: Lines, others: Sequence[Lines]) -> Verdict:
    if _different(lines) < LEAST_LENGTH * _different(before):
        return Verdict.CUT_SHORT
    elsewhere = [line for other in others for line in other]
    if before:
        if _other_versions(lines, before) > OWN_SHARE * len(lines):
            return Verdict.OTHER_VERSIONS
        new = _new(lines, before)
        if _is_confirmed_by_others(new, elsewhere):
            return Verdict.PLAUSIBLE
        if not goes_on(lines, before):
            return Verdict.UNRELATED
        if is_topped(lines, before):
            return Verdict.TOPPED
        is_doubtful = len(lines) >= SHORT and len(new) > NEW_SHARE * len(lines)
        return Verdict.DOUBTFUL if is_doubtful else Verdict.PLAUSIBLE
    # Without a list of its own before it, little is asked for: services differ much.
    if _agree(lines, elsewhere):
        return Verdict.FIRST
    # Two others that agree speak against it.
    if any(_agree(one, other) for one, other in combinations(others, 2)):
        return Verdict.UNRELATED
    return Verdict.UNKNOWN


def goes_on(lines: Lines, before: Lines) -> bool:
    """Whether a list is confirmed by itself: most of it was on the service's previous list."""
    common = _common(lines, before)
    return common > OWN_SHARE * len(lines) if len(lines) >= SHORT else common >= SHORT_SHARE * len(lines)


def _is_confirmed_by_others(new: Lines, others: Sequence[Line]) -> bool:
    """The rest of an old list does not confirm the lines that were added to it."""
    least = max(LEAST_LINES, OTHERS_SHARE * len(new))
    return _common(new, others) >= (least if len(new) >= SHORT else min(LEAST_LINES, SHORT_SHARE * len(new)))


def is_topped(lines: Lines, before: Lines) -> bool:
    """Whether nearly all of its first third is new."""
    top = lines[: len(lines) // TOP]
    return len(lines) >= SHORT and len(_new(top, before)) > TOP_NEW_SHARE * len(top)


def _is_repeated_daily(lines: Lines, rejected: Sequence[Lines]) -> bool:
    return len(rejected) >= REJECTED_DAYS and all(
        _common(lines, one) >= SAME_SHARE * len(lines) and _different(lines) >= LEAST_LENGTH * _different(one)
        for one in rejected
    )


def _agree(one: Lines, other: Lines) -> bool:
    return 0 < _common(one, other) >= min(LEAST_LINES, SHORT_SHARE * len(one))


def _common(lines: Lines, others: Collection[Line]) -> int:
    return len(lines) - len(_new(lines, others))


def _new(lines: Lines, others: Collection[Line]) -> list[Line]:
    known = {key for other in others for key in other.keys}
    by_isrc: defaultdict[str, list[Recording]] = defaultdict(list)
    for other in others:
        if other.recording:
            by_isrc[other.recording.key].append(other.recording)
    return [
        line
        for line in lines
        if line.keys.isdisjoint(known)
        and not (
            line.recording
            and any(similarity_of(line.recording, one) > 0 for one in by_isrc[line.recording.key])
        )
    ]


def _other_versions(lines: Lines, before: Lines) -> int:
    """How many lines are of tracks on the list before, which had other versions of them."""
    known: defaultdict[str, set[frozenset[str]]] = defaultdict(set)
    for line in before:
        for key in line.keys:
            known[key].add(line.versions)
    versions = [set().union(*(known.get(key, ()) for key in line.keys)) for line in lines]
    return sum(bool(of) and line.versions not in of for line, of in zip(lines, versions, strict=True))


def _different(lines: Lines) -> int:
    return len({line.name for line in lines})
