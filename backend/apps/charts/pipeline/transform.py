"""The stage transform: assigns each line of a list to a track, or lists it for review; and looks up ISRCs.

It processes new and changed editions, one day per transaction. Afterwards each edition is accepted or in
quarantine, and the charts that depend on it are marked to be computed.

ISRCs are looked up outside of transactions, after all lists of a run. A recording that was found is stored as
the service's track, and its lists are transformed again; other names are looked up again after a month.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from apps.charts.connectors.base import SHAPES, Catalogue, FoundRecording, Scope
from apps.charts.genres import PREFERENCE
from apps.charts.matching import Match, Recording, match
from apps.charts.matching.candidate_index import NAMES_EVERYONE, index_words
from apps.charts.models import ChartTrack, Edition, RawEdition, RawEntry, ReviewItem, ServiceTrack, Status
from apps.charts.parsers.base import SourceError
from apps.charts.pipeline.extract import event_payload
from apps.charts.pipeline.list_checks import (
    COPY,
    is_copy_of_earlier,
    lines_of,
    plays_of,
    repeated_by,
    repetition_message,
    verdict_on,
)
from apps.charts.pipeline.outbox import Kind, emit_event
from apps.charts.pipeline.plausibility import DOUBTFUL, UNCONFIRMED, Verdict, settled
from apps.charts.pipeline.stage_run import Progress, StageStats, unit
from apps.charts.pipeline.track_resolution import (
    ManualDecisions,
    ResolvedTracks,
    manual_decisions,
    resolve_tracks,
    source_id_of,
)
from core.providers.responses import ProviderError

# --- Lookup of missing ISRCs -------------------------------------------------------------------------


SEARCH_INTERVAL = timedelta(days=30)
# In one run; the others wait for the next. A question takes a while, and three are asked for each.
MAX_PER_RUN = 200


def search_for_unknown(
    *, catalogue: Catalogue, scope: Scope, now: datetime, progress: Progress, tally: StageStats
) -> int:
    """How many were found. A catalogue that fails ends it; it is no failure of the lists."""
    waiting = ReviewItem.objects.filter(
        Q(searched_at__isnull=True) | Q(searched_at__lt=now - SEARCH_INTERVAL),
        settled_at__isnull=True,
        service__in=scope.services,
        genre__in=scope.genres,
    ).order_by("-last_seen_on", "pk")[:MAX_PER_RUN]
    items, found = list(waiting), 0
    for item in progress.over(items, len(items), "search"):
        try:
            best = _search(catalogue, item)
        except (ProviderError, SourceError) as error:
            tally.failures.append(f"search for codes: {error}"[:200])
            break
        with unit(tally, f"search for {item.pk}"):
            found += _settle(item, best, now)
    return found


def _search(catalogue: Catalogue, item: ReviewItem) -> Match | None:
    """The first that is it for sure, asked from the strictest to the widest; else what comes closest."""
    best: Match | None = None
    for shape in range(SHAPES):
        results = catalogue.search(item.name, item.artist, shape)
        one = match(
            item.name, item.artist, _recordings(results), lists_all_artists=item.service in NAMES_EVERYONE
        )
        if one and (best is None or one.score > best.score):
            best = one
        if best and best.is_sure:
            break
    return best


def _recordings(results: Sequence[FoundRecording]) -> list[Recording]:
    return [Recording(one.isrc, one.title, one.artist, lists_all_artists=True) for one in results]


def _settle(item: ReviewItem, best: Match | None, now: datetime) -> bool:
    item.searched_at = now
    if best is None or not best.is_sure:
        item.save(update_fields=["searched_at"])
        return False
    isrc = best.recording.key
    track, is_new = ChartTrack.objects.get_or_create(
        isrc=isrc,
        defaults={
            **{"name": best.recording.title, "artist": best.recording.artist},
            "origins": {"name": "spotify", "artist": "spotify"},
        },
    )
    if is_new:
        index_words([track])
    ServiceTrack.objects.update_or_create(
        service=item.service,
        service_track_id=item.service_track_id,
        defaults={
            **{"track": track, "url": item.url},
            **{"how": ServiceTrack.How.SEARCH, "score": best.score},
        },
    )
    item.candidate, item.score = track, best.score
    item.save(update_fields=["searched_at", "candidate", "score"])
    lists = RawEdition.objects.filter(service=item.service, entries__service_track_id=item.service_track_id)
    RawEdition.objects.filter(pk__in=lists.values("pk")).update(transformed_at=None)
    return True


# --- The stage ---------------------------------------------------------------------------------------


VALUES = ("name", "artist", "album", "cover_url")
LAST = len(PREFERENCE)
WRITTEN = [*VALUES, "origins"]


def add_missing(entries: Sequence[RawEntry], manual: ManualDecisions) -> int:
    """A track for each ISRC that has none yet; returns how many there were."""
    reported: dict[str, RawEntry] = {}
    for entry in entries:
        # In their order: of two tracks of one name, lines without an ISRC are of the one that is made first.
        if isrc := manual.get(entry.pk, entry.isrc):
            reported.setdefault(isrc, entry)
    known = set(ChartTrack.objects.filter(isrc__in=reported).values_list("isrc", flat=True))
    new = [_new(isrc, entry) for isrc, entry in reported.items() if isrc not in known]
    ChartTrack.objects.bulk_create(new, batch_size=settings.ETL_BATCH_SIZE, ignore_conflicts=True)
    index_words(ChartTrack.objects.filter(isrc__in=[track.isrc for track in new]))
    return len(new)


def _new(isrc: str, entry: RawEntry) -> ChartTrack:
    track = ChartTrack(isrc=isrc, is_sample=entry.edition.is_sample)
    improve(track, entry)
    return track


def improve(track: ChartTrack, entry: RawEntry) -> bool:
    """Fills unknown values, and those of a service of lower priority; returns whether any changed."""
    service, is_changed = entry.edition.service, False
    is_swapped = (entry.name, entry.artist) == (track.artist, track.name)
    for name in VALUES[2:] if is_swapped else VALUES:
        reported, origin = getattr(entry, name), track.origins.get(name)
        counts_less = PREFERENCE.get(origin, LAST) >= PREFERENCE.get(service, LAST)
        if reported and (reported, service) != (getattr(track, name), origin) and counts_less:
            setattr(track, name, reported)
            track.origins[name] = service
            is_changed = True
    return is_changed


def write_improved(tracks: Collection[ChartTrack]) -> None:
    """Within a transaction."""
    ChartTrack.objects.bulk_update(tracks, WRITTEN, batch_size=settings.ETL_BATCH_SIZE)
    index_words(tracks)


SEEN = ["first_seen_on", "last_seen_on", "candidate", "score", "settled_at"]


def list_for_review(found: ResolvedTracks) -> None:
    """Each once, with the days on which it was seen, and what comes closest."""
    isrcs = {one.recording.key for one in found.closest.values()}
    tracks = {track.isrc: track for track in ChartTrack.objects.filter(isrc__in=isrcs)}
    for entry in found.unknown:
        day, closest = entry.edition.issued_on, found.closest.get(entry.pk)
        item, _ = ReviewItem.objects.get_or_create(
            service=entry.edition.service,
            service_track_id=source_id_of(entry),
            defaults={
                **{"genre": entry.edition.genre, "name": entry.name, "artist": entry.artist},
                **{"url": entry.url, "first_seen_on": day, "last_seen_on": day},
            },
        )
        item.first_seen_on, item.last_seen_on = min(item.first_seen_on, day), max(item.last_seen_on, day)
        if closest:
            item.candidate, item.score = tracks[closest.recording.key], closest.score
        item.settled_at = None
        item.save(update_fields=SEEN)


def settle(entries: Sequence[RawEntry]) -> None:
    """Lines that are now matched need no review."""
    for service in {entry.edition.service for entry in entries}:
        names = {source_id_of(entry) for entry in entries if entry.edition.service == service}
        ReviewItem.objects.filter(
            service=service, service_track_id__in=names, settled_at__isnull=True
        ).update(settled_at=timezone.now())


# A good edition replaces those of days on which its service failed for so long.
GOOD_FOR = timedelta(days=7)


def transform(
    *, scope: Scope, now: datetime, progress: Progress, catalogue: Catalogue | None = None
) -> StageStats:
    """Rows in: lines; out: those that are of a track now; the others are listed for review.

    Of those a `catalogue` is asked for the codes; lists with some that it knew are then looked at again.
    """
    tally = StageStats()
    _transform_waiting(scope, now, progress, tally)
    if catalogue is None:
        return tally
    found = search_for_unknown(catalogue=catalogue, scope=scope, now=now, progress=progress, tally=tally)
    if found:
        _transform_waiting(scope, now, progress, again := StageStats())
        tally.failures += again.failures
        tally.rows_out, tally.rows_for_review = tally.rows_out + found, tally.rows_for_review - found
    return tally


def _transform_waiting(scope: Scope, now: datetime, progress: Progress, tally: StageStats) -> None:
    waiting = RawEdition.objects.filter(
        transformed_at__isnull=True, genre__in=scope.genres, service__in=scope.services
    )
    days = sorted(set(waiting.order_by().values_list("issued_on", flat=True)))
    for day in progress.over(days, len(days), "transform"):
        of_day = StageStats()
        with unit(of_day, f"transform {day}"):
            _transform_day(list(waiting.select_for_update().filter(issued_on=day)), now, of_day)
        if of_day.rows_failed:
            of_day.nothing_was_done()
        tally.add(of_day)


def _transform_day(editions: list[RawEdition], now: datetime, tally: StageStats) -> None:
    editions.sort(key=lambda edition: PREFERENCE[edition.service])
    check_lists([edition for edition in editions if edition.status != Status.FAILED], tally)
    entries = _entries([edition for edition in editions if edition.status == Status.OK])
    tally.rows_in += len(entries)
    if entries:
        manual = manual_decisions(entries)
        add_missing(entries, manual)
        found = _identify(entries, manual)
        tally.rows_out += len(entries) - len(found.unknown)
        tally.rows_for_review += len(found.unknown)
        list_for_review(found)
        _retry_unknown(editions)
    for edition in editions:
        edition.transformed_at = now
        edition.save(update_fields=["transformed_at"])
        mark_charts_due(edition)
        emit_event(Kind.TRANSFORMED, event_payload(edition))


def _entries(editions: Sequence[RawEdition]) -> list[RawEntry]:
    """The services that count most first, so that the others find their tracks."""
    entries = RawEntry.objects.filter(edition__in=editions).select_related("edition")
    return sorted(
        entries, key=lambda entry: (PREFERENCE[entry.edition.service], entry.edition_id, entry.rank)
    )


def _identify(entries: Sequence[RawEntry], manual: ManualDecisions) -> ResolvedTracks:
    """Writes down which tracks the lines are of."""
    found = resolve_tracks(entries, manual)
    changed: dict[int, ChartTrack] = {}
    kept: dict[int, ChartTrack] = {}
    for entry in entries:
        track = found.tracks.get(entry.pk)
        entry.track = kept.setdefault(track.pk, track) if track else None
        if entry.track and improve(entry.track, entry):
            changed[entry.track.pk] = entry.track
    write_improved(changed.values())
    RawEntry.objects.bulk_update(entries, ["track"], batch_size=settings.ETL_BATCH_SIZE)
    _store_matches(found)
    settle([entry for entry in entries if entry.track])
    settle(found.rejected)
    return found


def _store_matches(found: ResolvedTracks) -> None:
    latest = {(one.service, one.service_track_id): one for one in found.to_store}
    ServiceTrack.objects.bulk_create(
        latest.values(),
        batch_size=settings.ETL_BATCH_SIZE,
        update_conflicts=True,
        unique_fields=["service", "service_track_id"],
        update_fields=["track", "url", "how", "score"],
    )


def _retry_unknown(editions: Sequence[RawEdition]) -> None:
    """Lines of days nearby may be of tracks that are known only now."""
    nearby = Q(pk__in=())
    for edition in editions:
        first, last = edition.issued_on - GOOD_FOR, edition.issued_on + GOOD_FOR
        nearby |= Q(edition__genre=edition.genre, edition__issued_on__range=(first, last))
    good = RawEntry.objects.filter(
        nearby, track__isnull=True, isrc__isnull=True, edition__status=Status.OK
    ).exclude(edition__transformed_at__isnull=True)
    unknown = list(good.select_related("edition"))
    if not unknown:
        return
    found = _identify(unknown, manual_decisions(unknown))
    for edition in {entry.edition for entry in unknown if entry.pk in found.tracks}:
        mark_charts_due(edition)


# --- Plausibility of lists ---------------------------------------------------------------------------


def check_lists(mine: Sequence[RawEdition], tally: StageStats) -> None:
    """All editions of the day are compared; only `mine` get a new verdict. Rejected lists are reported."""
    if not mine:
        return
    of_day = RawEdition.objects.filter(issued_on=mine[0].issued_on).exclude(status=Status.FAILED)
    editions = list(of_day)
    lines = {(one.genre, one.service): lines_of(one) for one in editions}
    verdicts = settled({(one.genre, one.service): verdict_on(one, lines) for one in editions})
    for edition in mine:
        given = verdicts[edition.genre, edition.service]
        _settle_edition(edition, given)
        tally.figures += 1
        tally.anomalies += given.is_rejected
        if edition.status == Status.OK and (why := _stale_reason(edition)):
            edition.status, edition.failure = Status.STALE, why
            edition.save(update_fields=["status", "failure"])
            tally.stale += 1
        if edition.status != Status.OK or given in DOUBTFUL:
            tally.failures.append(f"{edition}: {edition.failure}")


def _stale_reason(edition: RawEdition) -> str:
    if is_copy_of_earlier(edition, plays_of(edition)):
        return COPY
    same = repeated_by(edition)
    return repetition_message(same) if same else ""


def _settle_edition(edition: RawEdition, given: Verdict) -> None:
    edition.status = Status.QUARANTINED if given.is_rejected else Status.OK
    edition.failure = given.value if given.is_rejected or given in UNCONFIRMED else ""
    edition.save(update_fields=["status", "failure"])
    if given.is_rejected:
        emit_event(Kind.QUARANTINED, event_payload(edition))


def mark_charts_due(edition: RawEdition) -> None:
    """The chart of that day, those of the days after that may lean on this edition, and its plays."""
    RawEdition.objects.filter(pk=edition.pk).update(counted_at=None)
    Edition.objects.get_or_create(
        genre=edition.genre, issued_on=edition.issued_on, defaults={"is_sample": edition.is_sample}
    )
    Edition.objects.filter(
        genre=edition.genre,
        issued_on__gte=edition.issued_on,
        issued_on__lte=edition.issued_on + GOOD_FOR,
    ).update(is_due=True)
