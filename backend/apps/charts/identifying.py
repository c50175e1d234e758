"""Which recording a line of a list is: by its ISRC, by what is remembered, else by artist and title."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from apps.charts.models import ChartTrack, RawEntry, ServiceTrack
from apps.tracks.normalisation import folded, normalised

KEY_GAP = "\x1f"


@dataclass(frozen=True, slots=True)
class Match:
    """A track that a line may be of, and how sure that is, from 0 to 1."""

    isrc: str
    score: float


@dataclass(frozen=True, slots=True)
class Known:
    """A track as it is compared with."""

    isrc: str
    name: str
    artist: str


def match_key(name: str, artist: str) -> str:
    """Equal for the same normalised artist and title."""
    return KEY_GAP.join(normalised(part) or folded(part) for part in (artist, name))


def match(name: str, artist: str, among: Iterable[Known]) -> Match | None:
    """The track of these names, if one of `among` is."""
    key = match_key(name, artist)
    return next((Match(one.isrc, 1.0) for one in among if match_key(one.name, one.artist) == key), None)


@dataclass(slots=True)
class Identified:
    """Lines and the tracks they are of; those of which nobody can tell; what is new to remember."""

    tracks: dict[int, ChartTrack] = field(default_factory=dict)
    unknown: list[RawEntry] = field(default_factory=list)
    remember: list[ServiceTrack] = field(default_factory=list)


def identify(entries: Sequence[RawEntry]) -> Identified:
    """For lines with their editions. Those with ISRC have their tracks already; reads only."""
    found = Identified()
    remembered, by_isrc = _remembered(entries), _by_isrc(entries)
    by_key = _by_key([one for one in entries if one.isrc is None])
    for entry in entries:
        known = remembered.get((entry.edition.service, entry.service_track_id))
        if known and known.how == ServiceTrack.How.MANUAL:
            found.tracks[entry.pk] = known.track
        elif entry.isrc:
            _note(found, entry, by_isrc[entry.isrc], ServiceTrack.How.ISRC, remembered)
        elif known:
            found.tracks[entry.pk] = known.track
        elif track := by_key.get(match_key(entry.name, entry.artist)):
            _note(found, entry, track, ServiceTrack.How.NAMES, remembered)
        else:
            found.unknown.append(entry)
    return found


Remembered = Mapping[tuple[str, str], ServiceTrack]


def _remembered(entries: Sequence[RawEntry]) -> dict[tuple[str, str], ServiceTrack]:
    ids = {entry.service_track_id for entry in entries if entry.service_track_id}
    rows = ServiceTrack.objects.filter(service_track_id__in=ids).select_related("track")
    return {(row.service, row.service_track_id): row for row in rows}


def _by_isrc(entries: Sequence[RawEntry]) -> dict[str, ChartTrack]:
    isrcs = {entry.isrc for entry in entries if entry.isrc}
    return {track.isrc: track for track in ChartTrack.objects.filter(isrc__in=isrcs)}


def _by_key(entries: Sequence[RawEntry]) -> dict[str, ChartTrack]:
    """Of several tracks of one name the one that has been on charts first."""
    keys = {match_key(entry.name, entry.artist) for entry in entries}
    rows = ChartTrack.objects.filter(match_key__in=keys).order_by("-id")
    return {track.match_key: track for track in rows}


def _note(
    found: Identified, entry: RawEntry, track: ChartTrack, how: ServiceTrack.How, remembered: Remembered
) -> None:
    found.tracks[entry.pk] = track
    known = remembered.get((entry.edition.service, entry.service_track_id))
    if not entry.service_track_id or (known and known.track_id == track.pk):
        return
    score = 1.0 if how == ServiceTrack.How.NAMES else None
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
