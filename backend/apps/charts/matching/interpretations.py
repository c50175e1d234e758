"""The ways to read a title and an artist: unchanged, "A - B", or the names swapped."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from apps.charts.matching.text_similarity import artists_in, words_of
from apps.charts.matching.title_parser import OPEN_GUEST, Title, parsed

QUOTED = re.compile(r"^(?P<artist>.+?)\s+[\"“‘'](?P<name>.+)[\"”’']$")
# The factor by which an interpretation scores less than the text itself.
AS_IT_STANDS, FROM_THE_TITLE, BEHIND_A_PREFIX, SWAPPED = 0.0, 0.0, 0.03, 0.04


@dataclass(frozen=True)
class Reading:
    """One way to understand the two fields."""

    name: str
    asides: tuple[str, ...]
    artists: frozenset[str]
    # The uploader, if the title names the artists: it may be one of them.
    perhaps: frozenset[str]
    guests: frozenset[str]
    versions: frozenset[str]
    version_words: frozenset[str]
    version_names: tuple[str, ...]
    doubt: float
    # Skipped text before the name: a film, or another artist's name.
    passed_over: str = ""
    is_swapped: bool = False


@lru_cache(maxsize=50_000)
def readings(title: str, artist: str) -> tuple[Reading, ...]:
    named = artists_in(artist)
    guest = OPEN_GUEST.search(artist)
    featured = artists_in(guest["names"]) if guest else frozenset[str]()
    found = _without_joined_artists(parsed(title), named)
    whole = _reading(
        found, name=" - ".join(found.pieces), artists=named, featured=featured, doubt=AS_IT_STANDS
    )
    ways = [whole]
    if len(found.pieces) > 1:
        ways += _from_the_title(found, named)
    else:
        ways.append(_swapped(found, artist))
    ways += _in_another_script(found, named)
    return tuple(ways)


def _in_another_script(found: Title, named: frozenset[str]) -> list[Reading]:
    """“名前 (Name)”: the same in two scripts."""
    return [
        _reading(
            replace(found, asides=tuple(one for one in found.asides if one != aside)),
            name=aside,
            artists=named,
            doubt=BEHIND_A_PREFIX,
        )
        for aside in found.asides
        if aside.isascii() != words_of(found.pieces[-1]).isascii()
    ]


def _without_joined_artists(found: Title, named: frozenset[str]) -> Title:
    """“Name + Artist”, “Name by Artist” and “Artist “Name””, where the artist is one of those named."""
    last = found.pieces[-1]
    ways = [(name, more) for name, _, more in (last.rpartition(" + "), last.rpartition(" by "))]
    if quoted := QUOTED.match(last):
        ways.append((quoted["name"], quoted["artist"]))
    for name, artist in ways:
        if name and artists_in(artist) <= named | found.guests:
            return replace(found, pieces=(*found.pieces[:-1], name))
    return found


def _from_the_title(found: Title, named: frozenset[str]) -> list[Reading]:
    """“Artist - Name”, “Name - Artist”, “Film - Name”, “Name - more of the name”."""
    first, rest = found.pieces[0], " - ".join(found.pieces[1:])
    *start, last = found.pieces
    before = " - ".join(start)
    ways = []
    if len(found.pieces) == 2:
        ways.append(
            _reading(found, name=rest, artists=artists_in(first), perhaps=named, doubt=FROM_THE_TITLE)
        )
        ways.append(
            _reading(found, name=first, artists=artists_in(rest), perhaps=named, doubt=FROM_THE_TITLE)
        )
    else:
        ways.append(
            _reading(found, name=rest, artists=artists_in(first), perhaps=named, doubt=FROM_THE_TITLE)
        )
    ways.append(_reading(found, name=last, artists=named, doubt=BEHIND_A_PREFIX, passed_over=before))
    ways.append(_reading(found, name=before, artists=named, doubt=AS_IT_STANDS, aside=last))
    return ways


def _swapped(found: Title, artist: str) -> Reading:
    other = parsed(artist)
    return Reading(
        name=words_of(" - ".join(other.pieces)),
        asides=_asides((*found.asides, *other.asides), frozenset()),
        artists=artists_in(found.pieces[0]),
        perhaps=frozenset(),
        guests=found.guests | other.guests,
        versions=found.versions | other.versions,
        version_words=found.version_words | other.version_words,
        version_names=found.version_names + other.version_names,
        doubt=SWAPPED,
        is_swapped=True,
    )


def _asides(asides: tuple[str, ...], artists: frozenset[str]) -> tuple[str, ...]:
    """Without parts that only repeat the artists."""
    return tuple(sorted(words_of(aside) for aside in asides if not artists_in(aside) <= artists))


def _named_beside(artists: frozenset[str], asides: tuple[str, ...]) -> frozenset[str]:
    """The others in “Name (Artist & another)”."""
    return frozenset().union(*(named - artists for named in map(artists_in, asides) if artists < named))


def _reading(
    found: Title,
    *,
    name: str,
    artists: frozenset[str],
    doubt: float,
    perhaps: frozenset[str] = frozenset(),
    featured: frozenset[str] = frozenset(),
    aside: str = "",
    passed_over: str = "",
) -> Reading:
    beside = _named_beside(artists, found.asides)
    return Reading(
        name=words_of(name),
        asides=_asides((*found.asides, aside), artists | perhaps | beside),
        artists=artists,
        perhaps=perhaps,
        guests=found.guests | beside | featured,
        versions=found.versions,
        version_words=found.version_words,
        version_names=found.version_names,
        doubt=doubt,
        passed_over=words_of(passed_over) if passed_over else "",
    )
