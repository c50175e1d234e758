"""The stage extract: fetches the editions of a connector concurrently, and stores them.

An edition with an unchanged response is skipped. A failure is recorded, but a failed or implausible list does
not replace a good list of the same day. Each edition has its own transaction: if one cannot be stored, the
others are.
"""

import gzip
import hashlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from apps.charts.connectors.base import AvailableEdition, Connector, NotModified, RawResponse, Scope
from apps.charts.counters.csv_tables import FEATURE_NAMES, FeatureTable, about, new_tables, read_features
from apps.charts.genres import MusicService
from apps.charts.models import (
    ChartTrack,
    Edition,
    RawEdition,
    RawEntry,
    Status,
    StoredResponse,
    TrackFeatures,
)
from apps.charts.parsers import apple_music, soundcloud, spotify
from apps.charts.parsers.base import FIRST_DAY, Listing, Read, Row, SourceError
from apps.charts.pipeline.list_checks import rejection_reason
from apps.charts.pipeline.outbox import Kind, emit_event
from apps.charts.pipeline.stage_run import Progress, StageStats, unit
from apps.counts.services import delete_counts
from core.metrics import CHART_SOURCE_FAILURES
from core.providers.responses import NO_VERSION, ProviderError, Version

READERS: Mapping[MusicService, Read] = {
    MusicService.SPOTIFY: spotify.read,
    MusicService.APPLE_MUSIC: apple_music.read,
    MusicService.SOUNDCLOUD: soundcloud.read,
}
Key = tuple[str, str, date]
# The number of responses per thread that wait in memory to be stored.
AHEAD = 2


@dataclass(frozen=True, slots=True)
class Known:
    """The stored edition of the day, if any. `is_good`: its status is OK."""

    digest: str = ""
    is_good: bool = False


NOTHING = Known()


@dataclass(frozen=True, slots=True)
class FetchedEdition:
    """The result of fetching one edition."""

    wanted: AvailableEdition
    digest: str = ""
    body: bytes = b""
    listing: Listing | None = None
    failure: str = ""
    is_unchanged: bool = False
    # The service reports that its last good list is unchanged, and this day has no good list yet.
    is_repeated: bool = False
    version: Version = NO_VERSION


def extract(
    *, connector: Connector, scope: Scope, now: datetime, progress: Progress, is_dry: bool = False
) -> StageStats:
    """Rows in: available editions; rows out: new or changed ones. Raises ConnectorError."""
    available = connector.editions(scope, now=now)
    tally = StageStats(rows_in=len(available))
    available = _dated(available, now.date(), tally)
    known = _known(available, is_sample=connector.is_sample)
    for fetched in progress.over(_all_fetched(available, known), len(available), "extract"):
        if fetched.is_repeated:
            fetched = _repeated(fetched.wanted)
        if fetched.failure:
            tally.fail(f"{fetched.wanted}: {fetched.failure}")
        if fetched.is_unchanged:
            continue
        if fetched.listing:
            lines = len(fetched.listing.rows) + fetched.listing.unreadable
            tally.leave_out(fetched.listing.unreadable, of=lines, name=str(fetched.wanted))
        if is_dry:
            tally.rows_out += not fetched.failure
            continue
        with unit(tally, str(fetched.wanted)):
            _store(fetched, now=now, is_sample=connector.is_sample, tally=tally)
    if not is_dry:
        import_features(connector=connector, now=now, tally=tally)
    return tally


def _dated(available: Sequence[AvailableEdition], today: date, tally: StageStats) -> list[AvailableEdition]:
    for wanted in available:
        if wanted.issued_on > today:
            tally.fail(f"{wanted}: its day lies in the future")
        elif wanted.issued_on < FIRST_DAY:
            tally.fail(f"{wanted}: its day is before {FIRST_DAY}")
    return [wanted for wanted in available if FIRST_DAY <= wanted.issued_on <= today]


def _known(available: Sequence[AvailableEdition], *, is_sample: bool) -> Mapping[Key, Known]:
    days = {wanted.issued_on for wanted in available}
    if not days:
        return {}
    rows = RawEdition.objects.filter(issued_on__gte=min(days), issued_on__lte=max(days), is_sample=is_sample)
    rows = rows.exclude(status=Status.FAILED)  # a repeated failure is reported again
    return {
        (genre, service, day): Known(digest, status == Status.OK)
        for genre, service, day, digest, status in rows.values_list(
            "genre", "service", "issued_on", "digest", "status"
        )
    }


def _all_fetched(
    available: Sequence[AvailableEdition], known: Mapping[Key, Known]
) -> Iterator[FetchedEdition]:
    """The results in the order of `available`. Threads do not use the database, and fetch few ahead."""
    begun: deque[Future[FetchedEdition]] = deque()
    pool = ThreadPoolExecutor(settings.ETL_THREAD_COUNT, "charts")
    try:
        for wanted in available:
            begun.append(pool.submit(fetch, wanted, known.get(_key(wanted), NOTHING)))
            if len(begun) > settings.ETL_THREAD_COUNT * AHEAD:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        # An interrupted run does not wait for services that do not respond.
        pool.shutdown(wait=False, cancel_futures=True)


def _key(wanted: AvailableEdition) -> Key:
    return wanted.genre, wanted.service, wanted.issued_on


def fetch(wanted: AvailableEdition, known: Known) -> FetchedEdition:
    """Fetches one edition; an error becomes the result's `failure`."""
    try:
        response = wanted.fetch()
    except NotModified:
        return FetchedEdition(wanted, is_unchanged=known.is_good, is_repeated=not known.is_good)
    except (ProviderError, SourceError, OSError) as error:
        return FetchedEdition(wanted, failure=_message_of(error))
    return _read(wanted, response, known.digest)


def _read(wanted: AvailableEdition, response: RawResponse, known_digest: str) -> FetchedEdition:
    digest = hashlib.sha256(response.body).hexdigest()
    if digest == known_digest:
        return FetchedEdition(wanted, digest, is_unchanged=True)
    try:
        listing = READERS[wanted.service](response.body)
    except SourceError as error:
        return FetchedEdition(wanted, digest, response.body, failure=_message_of(error))
    return FetchedEdition(wanted, digest, response.body, listing, version=response.version)


def _repeated(wanted: AvailableEdition) -> FetchedEdition:
    """The last good list of an earlier day, as the result of this day."""
    last = (
        StoredResponse.objects.filter(
            edition__genre=wanted.genre,
            edition__service=wanted.service,
            edition__status=Status.OK,
            edition__is_sample=False,
            edition__issued_on__lt=wanted.issued_on,
        )
        .select_related("edition")
        .order_by("-edition__issued_on")
        .first()
    )
    if last is None:
        return FetchedEdition(wanted, failure="the service reports no change, but no earlier list is stored")
    version = Version(last.edition.etag, last.edition.last_modified)
    return _read(wanted, RawResponse(gzip.decompress(last.body), version), "")


def _message_of(error: Exception) -> str:
    return str(error).encode(errors="replace").decode()[:200]


def _store(fetched: FetchedEdition, *, now: datetime, is_sample: bool, tally: StageStats) -> None:
    """Stores one result, within a transaction. An implausible list does not replace the day's good one."""
    if not is_sample and fetched.listing:
        delete_samples()
    edition, is_new = RawEdition.objects.select_for_update().get_or_create(
        genre=fetched.wanted.genre,
        service=fetched.wanted.service,
        issued_on=fetched.wanted.issued_on,
        defaults={"status": Status.FAILED, "tried_at": now, "is_sample": is_sample},
    )
    edition.tried_at = now
    is_good = edition.status == Status.OK and edition.transformed_at is not None
    if is_good and fetched.listing and (why := rejection_reason(edition, fetched.listing.rows)):
        tally.fail(f"{fetched.wanted}: {why}")
        fetched = FetchedEdition(fetched.wanted, fetched.digest, fetched.body, failure=why)
    tally.rows_out += not fetched.failure
    if fetched.listing:
        _store_listing(edition, fetched, fetched.listing, now)
    else:
        CHART_SOURCE_FAILURES.labels(fetched.wanted.service).inc()
        _store_failure(edition, fetched, is_new=is_new)


def _store_listing(edition: RawEdition, fetched: FetchedEdition, listing: Listing, now: datetime) -> None:
    edition.status, edition.failure, edition.digest = Status.OK, "", fetched.digest
    edition.fetched_at, edition.transformed_at = now, None
    edition.etag, edition.last_modified = fetched.version.etag, fetched.version.last_modified
    edition.name, edition.description = listing.name, listing.description
    edition.unreadable = listing.unreadable
    edition.url, edition.cover_url = listing.url, listing.cover_url
    edition.save()
    StoredResponse.objects.update_or_create(
        edition=edition, defaults={"body": gzip.compress(fetched.body, mtime=0)}
    )
    edition.entries.all().delete()
    RawEntry.objects.bulk_create(
        [_entry(edition, row) for row in listing.rows], batch_size=settings.ETL_BATCH_SIZE
    )
    emit_event(Kind.EXTRACTED, event_payload(edition))


def _store_failure(edition: RawEdition, fetched: FetchedEdition, *, is_new: bool) -> None:
    """Records a failure. A good edition stays good, but the event of the later failure is emitted."""
    if edition.status == Status.FAILED:
        edition.digest, edition.failure = fetched.digest, fetched.failure
    edition.save()
    if is_new or edition.status != Status.FAILED:
        emit_event(Kind.SOURCE_FAILED, event_payload(edition))


def event_payload(edition: RawEdition) -> dict[str, str]:
    return {"service": edition.service, "genre": edition.genre, "date": edition.issued_on.isoformat()}


def _entry(edition: RawEdition, row: Row) -> RawEntry:
    return RawEntry(
        edition=edition,
        rank=row.rank,
        service_track_id=row.service_track_id,
        name=row.name,
        artist=row.artist,
        album=row.album,
        url=row.url,
        cover_url=row.cover_url,
        isrc=row.isrc,
        duration_seconds=row.duration_seconds,
        play_count=row.play_count,
    )


def delete_samples() -> None:
    """Deletes all data made from samples, within a transaction. One query if there is none."""
    if RawEdition.objects.filter(is_sample=True).exists():
        samples = Edition.objects.filter(is_sample=True)
        shown = samples.filter(published_at__isnull=False).order_by("genre")
        for genre in list(shown.values_list("genre", flat=True).distinct()):
            emit_event(Kind.WITHDRAWN, {"genre": genre})
        samples.delete()
        RawEdition.objects.filter(is_sample=True).delete()
        isrcs = list(ChartTrack.objects.filter(is_sample=True).values_list("isrc", flat=True))
        delete_counts(isrcs)
        TrackFeatures.objects.filter(is_sample=True).delete()
        ChartTrack.objects.filter(is_sample=True).delete()


# --- Audio features ----------------------------------------------------------------------------------


def import_features(*, connector: Connector, now: datetime, tally: StageStats) -> None:
    """Stores the features of all new tables; later tables replace earlier ones."""
    for new in new_tables(connector, read_features, about=about("features"), now=now, tally=tally):
        with transaction.atomic():
            _store_features(new.table, is_sample=connector.is_sample)
            new.mark()


def _store_features(table: FeatureTable, *, is_sample: bool) -> None:
    rows = [
        TrackFeatures(isrc=isrc, is_sample=is_sample, **{name: getattr(one, name) for name in FEATURE_NAMES})
        for isrc, one in table.features.items()
    ]
    TrackFeatures.objects.bulk_create(
        rows,
        batch_size=settings.ETL_BATCH_SIZE,
        update_conflicts=True,
        unique_fields=["isrc"],
        update_fields=[*FEATURE_NAMES, "is_sample"],
    )
