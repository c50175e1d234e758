"""Which recording a line of a list is: as people said, by its ISRC, as is remembered, else by its names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from apps.charts.candidates import NAMES_EVERYONE, Name, candidates
from apps.charts.matching import Match, match
from apps.charts.matching_selectors import remembered_matches
from apps.charts.models import ChartTrack, RawEntry, ServiceTrack
from apps.tracks.normalisation import folded, normalised

KEY_GAP = "\x1f"
How = ServiceTrack.How
# What people said of lines, by the lines' ids: an ISRC, or None for "none that is known".
Said = Mapping[int, str | None]


def match_key(name: str, artist: str) -> str:
    """Equal for the same normalised artist and title."""
    return KEY_GAP.join(normalised(part) or folded(part) for part in (artist, name))


def known_as(entry: RawEntry) -> str:
    """What the service calls it; where it doesn't, its names."""
    return entry.service_track_id or f"{entry.artist} {entry.name}"[:100]


@dataclass(slots=True)
class Identified:
    """Lines and the tracks they are of; those of which nobody can tell; what is new to remember."""

    tracks: dict[int, ChartTrack] = field(default_factory=dict)
    unknown: list[RawEntry] = field(default_factory=list)
    # By line, what comes closest to an unknown one.
    closest: dict[int, Match] = field(default_factory=dict)
    # People have looked at them: they are none that is known.
    refused: list[RawEntry] = field(default_factory=list)
    remember: list[ServiceTrack] = field(default_factory=list)


def said_by_people(entries: Sequence[RawEntry]) -> dict[int, str | None]:
    """For lines with their editions; of what nobody said anything is left out."""
    said: dict[int, str | None] = {}
    for service in {entry.edition.service for entry in entries}:
        mine = {entry.pk: known_as(entry) for entry in entries if entry.edition.service == service}
        told = remembered_matches(source=service, source_track_ids=set(mine.values()))
        said |= {pk: told[name] for pk, name in mine.items() if name in told}
    return said


def identify(entries: Sequence[RawEntry], said: Said) -> Identified:
    """For lines with their editions. Those with ISRC have their tracks already; reads only."""
    found = Identified()
    remembered = _remembered(entries)
    by_isrc = _by_isrc({*(entry.isrc for entry in entries), *said.values()} - {None})
    nameless = []
    for entry in entries:
        known = remembered.get((entry.edition.service, entry.service_track_id))
        if entry.pk in said:
            _note_what_people_said(found, entry, by_isrc.get(said[entry.pk] or ""), known)
        elif entry.isrc:
            _note(found, entry, by_isrc[entry.isrc], How.ISRC, known)
        elif known and known.how != How.MANUAL:
            found.tracks[entry.pk] = known.track
        else:
            nameless.append(entry)
    _identify_by_names(found, nameless, first={track.pk for track in by_isrc.values()})
    return found


def _identify_by_names(found: Identified, entries: Sequence[RawEntry], *, first: set[int]) -> None:
    """`first` are tracks that other lists of the day have: of two of one name it is rather those."""
    names: dict[Name, list[RawEntry]] = {}
    for entry in entries:
        names.setdefault((entry.name, entry.artist), []).append(entry)
    among = candidates(names, first=first)
    asked = {(entry.edition.service in NAMES_EVERYONE, name) for name in names for entry in names[name]}
    best = {
        (names_everyone, name): match(*name, among[name], names_everyone=names_everyone)
        for names_everyone, name in asked
    }
    tracks = _by_isrc({one.recording.key for one in best.values() if one and one.is_sure})
    for entry in entries:
        closest = best[entry.edition.service in NAMES_EVERYONE, (entry.name, entry.artist)]
        if closest and closest.is_sure:
            _note(found, entry, tracks[closest.recording.key], How.NAMES, None, closest.score)
            continue
        found.unknown.append(entry)
        if closest:
            found.closest[entry.pk] = closest


def _note_what_people_said(
    found: Identified, entry: RawEntry, track: ChartTrack | None, known: ServiceTrack | None
) -> None:
    if track is None:
        found.refused.append(entry)
    else:
        _note(found, entry, track, How.MANUAL, known)


Remembered = Mapping[tuple[str, str], ServiceTrack]


def _remembered(entries: Sequence[RawEntry]) -> dict[tuple[str, str], ServiceTrack]:
    ids = {entry.service_track_id for entry in entries if entry.service_track_id}
    rows = ServiceTrack.objects.filter(service_track_id__in=ids).select_related("track")
    return {(row.service, row.service_track_id): row for row in rows}


def _by_isrc(isrcs: set[str] | set[str | None]) -> dict[str, ChartTrack]:
    return {track.isrc: track for track in ChartTrack.objects.filter(isrc__in=isrcs)}


def _note(
    found: Identified,
    entry: RawEntry,
    track: ChartTrack,
    how: How,
    known: ServiceTrack | None,
    score: float | None = None,
) -> None:
    found.tracks[entry.pk] = track
    if not entry.service_track_id or (known and (known.track_id, known.how) == (track.pk, how)):
        return
    found.remember.append(
        ServiceTrack(
            service=entry.edition.service,
            service_track_id=entry.service_track_id,
            track=track,
            url=entry.url,
            how=how,
            score=score,
        )
    )
