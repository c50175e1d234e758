"""Determines the recording of each line of a list: by manual match, ISRC, stored match, or else by names.

If two lines have one ISRC and different names, the ISRC belongs to the line of the service with the higher
priority; the other line is matched by its names, or left for review. The same applies to a service's own ID
under different names.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import F

from apps.charts.genres import PREFERENCE
from apps.charts.matching import (
    THRESHOLD,
    Match,
    Recording,
    are_different,
    only_probable,
    ranked,
    similarity_of,
)
from apps.charts.matching.candidate_index import NAMES_EVERYONE, Name, candidates, recording_of
from apps.charts.matching.interpretations import readings
from apps.charts.models import ChartTrack, ManualMatch, RawEntry, ServiceTrack, Status
from apps.tracks.normalisation import folded, normalised


def manual_matches(*, source: str, source_track_ids: Collection[str]) -> dict[str, str | None]:
    """By the service's own id: the ISRC, or None for "none that is known". Undecided ones are left out."""
    decided = ManualMatch.objects.filter(source=source, source_track_id__in=source_track_ids)
    return dict(decided.values_list("source_track_id", "isrc"))


KEY_GAP = "\x1f"
How = ServiceTrack.How
# Manual decisions by the lines' ids: an ISRC, or None for "no known track".
ManualDecisions = Mapping[int, str | None]


def match_key(name: str, artist: str) -> str:
    """Equal for the same normalised artist and title."""
    return KEY_GAP.join(normalised(part) or folded(part) for part in (artist, name))


def title_keys(name: str, artist: str) -> list[str]:
    """The title with each of its artists: what services that leave artists or versions out still share."""
    reading = readings(name, artist)[0]
    return [KEY_GAP.join((one, reading.name)) for one in reading.artists | reading.guests]


def source_id_of(entry: RawEntry) -> str:
    """What the service calls it; where it doesn't, its names."""
    return entry.service_track_id or f"{entry.artist} {entry.name}"[:100]


@dataclass(slots=True)
class ResolvedTracks:
    """Lines and the tracks they are of; those that cannot be recognised; and what to store."""

    tracks: dict[int, ChartTrack] = field(default_factory=dict)
    unknown: list[RawEntry] = field(default_factory=list)
    # By line, what comes closest to an unknown one.
    closest: dict[int, Match] = field(default_factory=dict)
    # Administrators have decided that these lines are no known track.
    rejected: list[RawEntry] = field(default_factory=list)
    to_store: list[ServiceTrack] = field(default_factory=list)


def manual_decisions(entries: Sequence[RawEntry]) -> dict[int, str | None]:
    """For lines with their editions; lines without a verdict are left out."""
    manual: dict[int, str | None] = {}
    for service in {entry.edition.service for entry in entries}:
        mine = {entry.pk: source_id_of(entry) for entry in entries if entry.edition.service == service}
        matches = manual_matches(source=service, source_track_ids=set(mine.values()))
        manual |= {pk: matches[name] for pk, name in mine.items() if name in matches}
    return manual


def resolve_tracks(entries: Sequence[RawEntry], manual: ManualDecisions) -> ResolvedTracks:
    """For lines with their editions. Those with ISRC have their tracks already; reads only."""
    found = ResolvedTracks()
    stored_matches = _stored_matches(entries)
    by_isrc = _by_isrc({*(entry.isrc for entry in entries), *manual.values()} - {None})
    nameless = []
    lines: defaultdict[str, list[RawEntry]] = defaultdict(list)
    for entry in entries:
        known = stored_matches.get((entry.edition.service, entry.service_track_id))
        if entry.pk in manual:
            _note_manual(found, entry, by_isrc.get(manual[entry.pk] or ""), known)
        elif entry.isrc and (other := _unlike(entry, lines[entry.isrc], by_isrc[entry.isrc])):
            found.closest[entry.pk] = other
            nameless.append(entry)
        elif entry.isrc:
            _note(found, entry, by_isrc[entry.isrc], How.ISRC, known)
            lines[entry.isrc].append(entry)
        elif known and _is_lasting(known) and not are_different(_recording(entry), recording_of(known.track)):
            found.tracks[entry.pk] = known.track
        else:
            nameless.append(entry)
    probable = _resolve_by_names(found, nameless, lines, first={track.pk for track in by_isrc.values()})
    _note_probable(found, probable, entries)
    return found


def _unlike(entry: RawEntry, lines: Sequence[RawEntry], track: ChartTrack) -> Match | None:
    """The match with the line's track, if it and the earlier `lines` of this ISRC have different names."""
    service_of_name = PREFERENCE.get(track.origins.get("name"), len(PREFERENCE))
    others = [_recording(one) for one in lines]
    if service_of_name <= PREFERENCE[entry.edition.service]:
        others.append(recording_of(track))
    one = _recording(entry)
    if not others or not all(are_different(one, other) for other in others):
        return None
    return Match(recording_of(track), similarity_of(one, recording_of(track)))


def _is_lasting(known: ServiceTrack) -> bool:
    """Probable matches apply to the lists of their day, and manual decisions are in ManualMatch."""
    return known.how != How.MANUAL and (known.score is None or known.score >= THRESHOLD)


def _recording(entry: RawEntry) -> Recording:
    lists_all_artists = entry.edition.service in NAMES_EVERYONE
    return Recording(entry.isrc or "", entry.name, entry.artist, lists_all_artists, entry.duration_seconds)


Lines = Mapping[str, Sequence[RawEntry]]
# Lines that differ from a track only by what one side leaves out.
Probable = tuple[RawEntry, Match, ChartTrack]


def _other_names(
    entries: Sequence[RawEntry], lines: Lines, isrcs: Collection[str]
) -> Mapping[str, list[Recording]]:
    """By ISRC, what services call the tracks on these days; `lines` are those that are not stored yet."""
    stored = RawEntry.objects.filter(
        track__isrc__in=isrcs,
        isrc=F("track__isrc"),
        edition__status=Status.OK,
        edition__issued_on__in={entry.edition.issued_on for entry in entries},
    ).select_related("edition")
    names: defaultdict[str, dict[Recording, None]] = defaultdict(dict)
    for line in [*(line for isrc in sorted(isrcs) for line in lines.get(isrc, ())), *stored.order_by("pk")]:
        names[line.isrc or ""][_recording(line)] = None
    return {isrc: list(found) for isrc, found in names.items()}


def _resolve_by_names(
    found: ResolvedTracks, entries: Sequence[RawEntry], lines: Lines, *, first: set[int]
) -> list[Probable]:
    """`first` are tracks that other lists of the day have: of two of one name it is rather those."""
    names: dict[Name, list[RawEntry]] = {}
    for entry in entries:
        names.setdefault((entry.name, entry.artist), []).append(entry)
    among = candidates(names, first=first)
    others = _other_names(entries, lines, {one.key for some in among.values() for one in some})
    for some in among.values():
        some += [other for one in some for other in others.get(one.key, ())]
    asked = {(entry.edition.service in NAMES_EVERYONE, name) for name in names for entry in names[name]}
    alike = {
        (lists_all_artists, name): ranked(*name, among[name], lists_all_artists=lists_all_artists)
        for lists_all_artists, name in asked
    }
    tracks = _by_isrc({one.recording.key for some in alike.values() for one in some[:1]})
    probable: list[Probable] = []
    for entry in entries:
        matches = alike[entry.edition.service in NAMES_EVERYONE, (entry.name, entry.artist)]
        if matches and matches[0].is_sure:
            closest = matches[0]
            _note(found, entry, tracks[closest.recording.key], How.NAMES, None, closest.score)
        elif one := only_probable(matches, entry.duration_seconds):
            probable.append((entry, one, tracks[one.recording.key]))
        else:
            _note_unknown(found, entry, matches)
    return probable


def _note_probable(found: ResolvedTracks, probable: Sequence[Probable], entries: Sequence[RawEntry]) -> None:
    """Accepts matches, unless the list has another line of the track: then the two are different."""
    of_lists = Counter(
        (line.edition_id, found.tracks[line.pk].pk) for line in entries if line.pk in found.tracks
    )
    of_lists.update((line.edition_id, track.pk) for line, _, track in probable)
    for entry, one, track in probable:
        if of_lists[entry.edition_id, track.pk] == 1:
            _note(found, entry, track, How.NAMES, None, one.score)
        else:
            _note_unknown(found, entry, [one])


def _note_unknown(found: ResolvedTracks, entry: RawEntry, matches: Sequence[Match]) -> None:
    found.unknown.append(entry)
    if matches:
        found.closest[entry.pk] = matches[0]


def _note_manual(
    found: ResolvedTracks, entry: RawEntry, track: ChartTrack | None, known: ServiceTrack | None
) -> None:
    if track is None:
        found.rejected.append(entry)
    else:
        _note(found, entry, track, How.MANUAL, known)


def _stored_matches(entries: Sequence[RawEntry]) -> dict[tuple[str, str], ServiceTrack]:
    ids = {entry.service_track_id for entry in entries if entry.service_track_id}
    rows = ServiceTrack.objects.filter(service_track_id__in=ids).select_related("track")
    return {(row.service, row.service_track_id): row for row in rows}


def _by_isrc(isrcs: set[str] | set[str | None]) -> dict[str, ChartTrack]:
    return {track.isrc: track for track in ChartTrack.objects.filter(isrc__in=isrcs)}


def _note(
    found: ResolvedTracks,
    entry: RawEntry,
    track: ChartTrack,
    how: How,
    known: ServiceTrack | None,
    score: float | None = None,
) -> None:
    found.tracks[entry.pk] = track
    if not entry.service_track_id or (known and (known.track_id, known.how) == (track.pk, how)):
        return
    found.to_store.append(
        ServiceTrack(
            service=entry.edition.service,
            service_track_id=entry.service_track_id,
            track=track,
            url=entry.url,
            how=how,
            score=score,
        )
    )
