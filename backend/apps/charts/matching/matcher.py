"""The best match of a recording among others: how similar two are, and which is the most similar."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apps.charts.matching.interpretations import Reading, readings
from apps.charts.matching.text_similarity import title_similarity, unmatched, words_of

# What each difference leaves of the score. Above `finding.THRESHOLD` stay only those that services
# make between two names of one recording; what is below is for a person to look at.
OTHER_VERSION = 0.6
OTHER_ASIDE = 0.78
GUEST_ON_ONE_SIDE = 0.8
ARTISTS_LEFT_OUT = 0.94
SOME_ARTISTS_SHARED = 0.7


def similarity(one: Reading, other: Reading, *, name_everyone: bool = False) -> float:
    """`name_everyone`: both come from services that leave no artist out."""
    if one.is_swapped and other.is_swapped:
        return 0.0  # the same as both unchanged
    if one.passed_over and other.passed_over and one.passed_over != other.passed_over:
        return 0.0
    name = name_factor(one, other)
    if not name:
        return 0.0
    artists = artist_factor(one, other, name_everyone=name_everyone)
    if not artists:
        return 0.0
    return max(0.0, name * artists * version_factor(one, other) - one.doubt - other.doubt)


def name_factor(one: Reading, other: Reading) -> float:
    full_one, full_other = _full(one), _full(other)
    if _without_and(full_one) == _without_and(full_other):
        return 1.0
    bare = title_similarity(one.name, other.name)
    if len(one.asides) != len(other.asides):
        return bare * OTHER_ASIDE
    return title_similarity(full_one, full_other) or bare * OTHER_ASIDE


def artist_factor(one: Reading, other: Reading, *, name_everyone: bool) -> float:
    all_one, all_other = one.artists | one.guests, other.artists | other.guests
    only_one = unmatched(all_one, all_other | other.perhaps)
    only_other = unmatched(all_other, all_one | one.perhaps)
    if only_one == all_one or only_other == all_other:
        return 0.0
    if not only_one and not only_other:
        return 1.0
    if only_one and only_other:
        return SOME_ARTISTS_SHARED
    left_out, fuller = (only_one, one) if only_one else (only_other, other)
    if all(_is_remixer(name, fuller) for name in left_out):
        return 1.0
    if fuller.artists and fuller.artists <= left_out:
        return SOME_ARTISTS_SHARED
    is_said = name_everyone or bool(left_out & fuller.guests)
    return GUEST_ON_ONE_SIDE if is_said else ARTISTS_LEFT_OUT


def _is_remixer(artist: str, reading: Reading) -> bool:
    """Whether the version is called after them; services count them among the artists, or don't."""
    return artist in "".join(reading.version_names)


def version_factor(one: Reading, other: Reading) -> float:
    if one.versions != other.versions:
        return OTHER_VERSION
    artists = one.artists | one.guests | one.perhaps | other.artists | other.guests | other.perhaps
    differing = one.version_words ^ other.version_words
    if all(any(word in artist for artist in artists) for word in differing):
        return 1.0
    return OTHER_VERSION


def _full(reading: Reading) -> str:
    return " ".join((reading.name, *reading.asides))


def _without_and(words: str) -> str:
    """Compact: of one title some leave the "&" out."""
    return "".join(word for word in words.split() if word != "and") or words


# Two names with at least this similarity are one recording. Chosen on the half of the labelled pairs that
# `bench/run matching` calls "seen"; the other half was evaluated only afterwards.
THRESHOLD = 0.85
# With at least this similarity, the names differ only by a guest or an addition to the title: the same
# recording, unless another one scores at least COMPETING.
PROBABLE, COMPETING = 0.75, 0.65
# Services' lengths of one recording differ by less; those of versions mostly by more.
SAME_LENGTH_SECONDS = 4
# With at least this similarity, a person decides; below it, the names are unrelated.
REVIEW_THRESHOLD = 0.45


@dataclass(frozen=True)
class Recording:
    """One that is known. `key` is the caller's own name for it."""

    key: str
    title: str
    artist: str
    # Whether its service names every artist, as Spotify and Apple Music do, and SoundCloud doesn't.
    lists_all_artists: bool = False
    seconds: int | None = None


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
    lists_all_artists: bool = False,
) -> Match | None:
    """The likeliest one, sure or not; None where none is worth a look.

    `lists_all_artists`: of the candidate's service, as in `Recording`.
    """
    found = ranked(candidate_title, candidate_artist, among, lists_all_artists=lists_all_artists)
    return found[0] if found else None


def ranked(
    candidate_title: str,
    candidate_artist: str,
    among: Iterable[Recording],
    *,
    lists_all_artists: bool = False,
) -> list[Match]:
    """All that are worth a look, the likeliest first; of equals the one that was given first."""
    candidate = Recording("", candidate_title, candidate_artist, lists_all_artists)
    found = [
        Match(recording, score)
        for recording in among
        if (score := similarity_of(candidate, recording)) >= REVIEW_THRESHOLD
    ]
    return sorted(found, key=lambda one: -one.score)


def only_probable(found: Sequence[Match], seconds: int | None = None) -> Match | None:
    """The first of those that `ranked` found, where nothing else is nearly as like and no length contradicts.

    `seconds`: of the candidate, None where its service does not say.
    """
    near = [one for one in found if one.score >= COMPETING]
    lengths = [one.recording.seconds for one in near if one.recording.seconds]
    differences = [abs(seconds - one) for one in lengths] if seconds else []
    is_as_long = not differences or min(differences) <= SAME_LENGTH_SECONDS
    # No less alike by any of its names: one with another artist says that it is another recording.
    is_only = len({one.recording.key for one in near}) == 1 and near[-1].score >= PROBABLE
    return found[0] if is_only and is_as_long else None


def similarity_of(one: Recording, other: Recording) -> float:
    """The score of their likeliest readings."""
    name_everyone = one.lists_all_artists and other.lists_all_artists
    return max(
        similarity(a, b, name_everyone=name_everyone)
        for a in readings(one.title, one.artist)
        for b in readings(other.title, other.artist)
    )


def are_different(one: Recording, other: Recording) -> bool:
    """Whether one code cannot mean both: neither the names nor the titles alone have anything in common.

    Titles in two alphabets may be one in two languages; an uploader may write more around a title.
    """
    titles = words_of(one.title), words_of(other.title)
    if titles[0].isascii() != titles[1].isascii():
        return False
    if any(f" {a} " in f" {b} " for a, b in (titles, titles[::-1])):
        return False
    one_words, other_words = (set(title.split()) for title in titles)
    if one_words <= other_words or other_words <= one_words:
        return False
    is_like_title = (
        name_factor(readings(one.title, one.artist)[0], readings(other.title, other.artist)[0]) > 0
    )
    return not is_like_title and similarity_of(one, other) < REVIEW_THRESHOLD
