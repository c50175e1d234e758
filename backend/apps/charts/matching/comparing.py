"""How likely two readings are one recording, from 0 to 1."""

from apps.charts.matching.artists import unmatched
from apps.charts.matching.readings import Reading
from apps.charts.matching.words import title_likeness

# What each difference leaves of the score. Above `finding.THRESHOLD` stay only those that services
# make between two names of one recording; what is below is for a person to look at.
OTHER_VERSION = 0.6
OTHER_ASIDE = 0.78
GUEST_ON_ONE_SIDE = 0.8
ARTISTS_LEFT_OUT = 0.94
SOME_ARTISTS_SHARED = 0.7


def likeness(one: Reading, other: Reading, *, name_everyone: bool = False) -> float:
    """`name_everyone`: both come from services that leave no artist out."""
    if one.is_swapped and other.is_swapped:
        return 0.0  # the same as both as they stand
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
    if full_one.replace(" ", "") == full_other.replace(" ", ""):
        return 1.0
    bare = title_likeness(one.name, other.name)
    if len(one.asides) != len(other.asides):
        return bare * OTHER_ASIDE
    return title_likeness(full_one, full_other) or bare * OTHER_ASIDE


def artist_factor(one: Reading, other: Reading, *, name_everyone: bool) -> float:
    all_one, all_other = one.artists | one.guests, other.artists | other.guests
    only_one = unmatched(all_one, all_other | other.perhaps)
    only_other = unmatched(all_other, all_one | one.perhaps)
    shared = min(len(all_one) - len(only_one), len(all_other) - len(only_other))
    if not shared:
        return 0.0
    if not only_one and not only_other:
        return 1.0
    if only_one and only_other:
        share = shared / (shared + len(only_one) + len(only_other))
        # No more than for another artist on one side.
        return GUEST_ON_ONE_SIDE if share > 0.5 and shared > 1 else SOME_ARTISTS_SHARED
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
