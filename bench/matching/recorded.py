"""What a catalogue once resolved (title, artist) to: ISRCs and videos, with its own mistakes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from apps.charts.matching import Recording
from apps.charts.matching.finding import likeness_of, match
from bench.matching.labels import Tally
from bench.matching.names import FULL_CREDITS, Named, rows_of

FILE = "match_cache.csv.gz"


@dataclass(frozen=True)
class Resolved:
    """One question that was asked, and its answers."""

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


def against_isrcs(questions: Iterable[Resolved], names: Mapping[str, Named]) -> Tally:
    """Of each question with an ISRC that some recording in the data has: is that one found?"""
    known = [
        Recording(named.isrc, named.title, named.artist, named.key.split(":")[0] in FULL_CREDITS)
        for named in names.values()
        if named.isrc
    ]
    isrcs = {recording.key for recording in known}
    asked = [question for question in questions if question.isrc in isrcs]
    answers = [(question.isrc, match(question.title, question.artist, known)) for question in asked]
    right = sum(
        found is not None and found.is_sure and found.recording.key == isrc for isrc, found in answers
    )
    wrong = sum(
        found is not None and found.is_sure and found.recording.key != isrc for isrc, found in answers
    )
    return Tally(right=right, wrong=wrong, missed=len(asked) - right - wrong, refused=0)


def against_videos(questions: list[Resolved], threshold: float) -> Tally:
    """Two questions that were led to one video are the same; it may be a mistake of the catalogue's."""
    counts = {(said, is_same): 0 for said in (True, False) for is_same in (True, False)}
    for one, other in combinations([question for question in questions if question.video], 2):
        said = likeness_of(one.recording(), other.recording()) >= threshold
        counts[said, one.video == other.video] += 1
    return Tally(
        right=counts[True, True],
        wrong=counts[True, False],
        missed=counts[False, True],
        refused=counts[False, False],
    )
