"""A catalogue's resolutions of (title, artist) to ISRCs and videos, which contain mistakes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from apps.charts.matching import Recording
from apps.charts.matching.matcher import match, similarity_of
from bench.matching.labels import MatchCounts
from bench.matching.names import FULL_CREDITS, Named, rows_of

FILE = "match_cache.csv.gz"


@dataclass(frozen=True)
class Resolved:
    """One query and its results."""

    title: str
    artist: str
    isrc: str
    video: str

    def recording(self) -> Recording:
        return Recording(f"{self.title} {self.artist}", self.title, self.artist)


def resolved_below(folder: Path) -> list[Resolved]:
    return [
        Resolved(row["title"], row["artist"], row["isrc"], row["youtube_url"])
        for place in sorted(folder.rglob(FILE))
        for row in rows_of(place)
    ]


def against_isrcs(queries: Iterable[Resolved], names: Mapping[str, Named]) -> MatchCounts:
    """For each query with an ISRC of a recording in the data: is that recording found?"""
    known = [
        Recording(named.isrc, named.title, named.artist, named.key.split(":")[0] in FULL_CREDITS)
        for named in names.values()
        if named.isrc
    ]
    isrcs = {recording.key for recording in known}
    asked = [question for question in queries if question.isrc in isrcs]
    responses = [(question.isrc, match(question.title, question.artist, known)) for question in asked]
    right = sum(
        found is not None and found.is_sure and found.recording.key == isrc for isrc, found in responses
    )
    wrong = sum(
        found is not None and found.is_sure and found.recording.key != isrc for isrc, found in responses
    )
    return MatchCounts(right=right, wrong=wrong, missed=len(asked) - right - wrong, rejected=0)


def against_videos(queries: list[Resolved], threshold: float) -> MatchCounts:
    """Two queries resolved to one video are the same, unless the catalogue is mistaken."""
    counts = {(said, is_same): 0 for said in (True, False) for is_same in (True, False)}
    for one, other in combinations([question for question in queries if question.video], 2):
        said = similarity_of(one.recording(), other.recording()) >= threshold
        counts[said, one.video == other.video] += 1
    return MatchCounts(
        right=counts[True, True],
        wrong=counts[True, False],
        missed=counts[False, True],
        rejected=counts[False, False],
    )
