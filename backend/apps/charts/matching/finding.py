"""Which of the known recordings a title and an artist name, and how sure that is."""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.charts.matching.comparing import likeness, name_factor
from apps.charts.matching.readings import readings
from apps.charts.matching.words import words_of

# From here on two names are taken for one recording. Chosen on the half of the labelled pairs that
# `bench/run matching` calls "seen"; the other half was looked at only afterwards.
THRESHOLD = 0.85
# From here on a person is asked; below it the names have nothing to do with each other.
WORTH_A_LOOK = 0.45


@dataclass(frozen=True)
class Recording:
    """One that is known. `key` is the caller's own name for it."""

    key: str
    title: str
    artist: str
    # Whether its service names every artist, as Spotify and Apple Music do, and SoundCloud doesn't.
    names_everyone: bool = False


@dataclass(frozen=True)
class Match:
    """`is_sure` says whether it may be used; what isn't sure is for a person to look at."""

    recording: Recording
    score: float

    @property
    def is_sure(self) -> bool:
        return self.score >= THRESHOLD


def match(
    candidate_title: str,
    candidate_artist: str,
    among: Iterable[Recording],
    *,
    names_everyone: bool = False,
) -> Match | None:
    """The likeliest one, sure or not; None where none is worth a look.

    `names_everyone`: of the candidate's service, as in `Recording`.
    """
    found = ranked(candidate_title, candidate_artist, among, names_everyone=names_everyone)
    return found[0] if found else None


def ranked(
    candidate_title: str,
    candidate_artist: str,
    among: Iterable[Recording],
    *,
    names_everyone: bool = False,
) -> list[Match]:
    """All that are worth a look, the likeliest first; of equals the one that was given first."""
    candidate = Recording("", candidate_title, candidate_artist, names_everyone)
    found = [
        Match(recording, score)
        for recording in among
        if (score := likeness_of(candidate, recording)) >= WORTH_A_LOOK
    ]
    return sorted(found, key=lambda one: -one.score)


def likeness_of(one: Recording, other: Recording) -> float:
    """The score of their likeliest readings."""
    name_everyone = one.names_everyone and other.names_everyone
    return max(
        likeness(a, b, name_everyone=name_everyone)
        for a in readings(one.title, one.artist)
        for b in readings(other.title, other.artist)
    )


def are_unlike(one: Recording, other: Recording) -> bool:
    """Whether one code cannot mean both: neither the names nor the titles alone have anything in common.

    Titles in two alphabets may be one in two languages; an uploader may write more around a title.
    """
    titles = words_of(one.title), words_of(other.title)
    if titles[0].isascii() != titles[1].isascii():
        return False
    if any(f" {a} " in f" {b} " for a, b in (titles, titles[::-1])):
        return False
    is_like_title = (
        name_factor(readings(one.title, one.artist)[0], readings(other.title, other.artist)[0]) > 0
    )
    return not is_like_title and likeness_of(one, other) < WORTH_A_LOOK
