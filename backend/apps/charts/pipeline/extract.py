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

from apps.charts.audio_features import take_features
from apps.charts.connectors.base import Given, NotModified, Offer, Scope, Supply
from apps.charts.models import ChartTrack, Edition, RawAnswer, RawEdition, RawEntry, Status, TrackFeatures
from apps.charts.parsers import READERS
from apps.charts.parsers.base import FIRST_DAY, Listing, Row, SourceError
from apps.charts.pipeline.list_checks import why_refused
from apps.charts.pipeline.outbox import Kind, announce
from apps.charts.pipeline.stage_run import Progress, Tally, unit
from apps.counts.services import delete_counts
from core.metrics import CHART_SOURCE_FAILURES
from core.providers.responses import NO_VERSION, ProviderError, Version

Key = tuple[str, str, date]
# Responses per thread that wait in memory to be stored: those of years of recorded days would not fit.
AHEAD = 2


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of the day's edition, if anything. `is_good`: its status is OK."""

    digest: str = ""
    is_good: bool = False


NOTHING = Known()


@dataclass(frozen=True, slots=True)
class Taken:
    """The result of fetching one edition."""

    offer: Offer
    digest: str = ""
    body: bytes = b""
    listing: Listing | None = None
    failure: str = ""
    is_unchanged: bool = False
    # The service reports that its last good list is unchanged, and this day has no good list yet.
    is_repeated: bool = False
    version: Version = NO_VERSION


def extract(
    *, supply: Supply, scope: Scope, now: datetime, progress: Progress, is_dry: bool = False
) -> Tally:
    """Rows in: available editions; rows out: new or changed ones. Raises SupplyError."""
    offers = supply.offers(scope, now=now)
    tally = Tally(rows_in=len(offers))
    offers = _dated(offers, now.date(), tally)
    known = _known(offers)
    for taken in progress.over(_all_taken(offers, known), len(offers), "extract"):
        if taken.is_repeated:
            taken = _repeated(taken.offer)
        if taken.failure:
            tally.fail(f"{taken.offer}: {taken.failure}")
        if taken.is_unchanged:
            continue
        if taken.listing:
            lines = len(taken.listing.rows) + taken.listing.unreadable
            tally.leave_out(taken.listing.unreadable, of=lines, name=str(taken.offer))
        if is_dry:
            tally.rows_out += not taken.failure
            continue
        with unit(tally, str(taken.offer)):
            _store(taken, now=now, is_sample=supply.is_sample, tally=tally)
    if not is_dry:
        take_features(supply=supply, now=now, tally=tally)
    return tally


def _dated(offers: Sequence[Offer], today: date, tally: Tally) -> list[Offer]:
    for offer in offers:
        if offer.issued_on > today:
            tally.fail(f"{offer}: its day lies in the future")
        elif offer.issued_on < FIRST_DAY:
            tally.fail(f"{offer}: its day lies before {FIRST_DAY}")
    return [offer for offer in offers if FIRST_DAY <= offer.issued_on <= today]


def _known(offers: Sequence[Offer]) -> Mapping[Key, Known]:
    days = {offer.issued_on for offer in offers}
    if not days:
        return {}
    rows = RawEdition.objects.filter(issued_on__gte=min(days), issued_on__lte=max(days))
    rows = rows.exclude(status=Status.FAILED)  # a repeated failure is reported again
    return {
        (genre, service, day): Known(digest, status == Status.OK)
        for genre, service, day, digest, status in rows.values_list(
            "genre", "service", "issued_on", "digest", "status"
        )
    }


def _all_taken(offers: Sequence[Offer], known: Mapping[Key, Known]) -> Iterator[Taken]:
    """The results in the order of the offers. Threads don't use the database, and fetch only a few ahead."""
    begun: deque[Future[Taken]] = deque()
    pool = ThreadPoolExecutor(settings.ETL_THREAD_COUNT, "charts")
    try:
        for offer in offers:
            begun.append(pool.submit(take, offer, known.get(_key(offer), NOTHING)))
            if len(begun) > settings.ETL_THREAD_COUNT * AHEAD:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        # An interrupted run does not wait for services that don't respond.
        pool.shutdown(wait=False, cancel_futures=True)


def _key(offer: Offer) -> Key:
    return offer.genre, offer.service, offer.issued_on


def take(offer: Offer, known: Known) -> Taken:
    """Fetches one edition; an error of the offer becomes the result's `failure`."""
    try:
        given = offer.take()
    except NotModified:
        return Taken(offer, is_unchanged=known.is_good, is_repeated=not known.is_good)
    except (ProviderError, SourceError, OSError) as error:
        return Taken(offer, failure=_words(error))
    return _read(offer, given, known.digest)


def _read(offer: Offer, given: Given, known_digest: str) -> Taken:
    digest = hashlib.sha256(given.body).hexdigest()
    if digest == known_digest:
        return Taken(offer, digest, is_unchanged=True)
    try:
        listing = READERS[offer.service](given.body)
    except SourceError as error:
        return Taken(offer, digest, given.body, failure=_words(error))
    return Taken(offer, digest, given.body, listing, version=given.version)


def _repeated(offer: Offer) -> Taken:
    """The last good list of an earlier day, as the result of this day."""
    last = (
        RawAnswer.objects.filter(
            edition__genre=offer.genre,
            edition__service=offer.service,
            edition__status=Status.OK,
            edition__issued_on__lt=offer.issued_on,
        )
        .select_related("edition")
        .order_by("-edition__issued_on")
        .first()
    )
    if last is None:
        return Taken(offer, failure="the service reports no change, but no earlier list is stored")
    version = Version(last.edition.etag, last.edition.last_modified)
    return _read(offer, Given(gzip.decompress(last.body), version), "")


def _words(error: Exception) -> str:
    return str(error).encode(errors="replace").decode()[:200]


def _store(taken: Taken, *, now: datetime, is_sample: bool, tally: Tally) -> None:
    """Stores one result, within a transaction. An implausible list does not replace the day's good one."""
    if not is_sample and taken.listing:
        forget_samples()
    edition, is_new = RawEdition.objects.select_for_update().get_or_create(
        genre=taken.offer.genre,
        service=taken.offer.service,
        issued_on=taken.offer.issued_on,
        defaults={"status": Status.FAILED, "tried_at": now, "is_sample": is_sample},
    )
    edition.tried_at = now
    is_good = edition.status == Status.OK and edition.transformed_at is not None
    if is_good and taken.listing and (why := why_refused(edition, taken.listing.rows)):
        tally.fail(f"{taken.offer}: {why}")
        taken = Taken(taken.offer, taken.digest, taken.body, failure=why)
    tally.rows_out += not taken.failure
    if taken.listing:
        _store_listing(edition, taken, taken.listing, now)
    else:
        CHART_SOURCE_FAILURES.labels(taken.offer.service).inc()
        _store_failure(edition, taken, is_new=is_new)


def _store_listing(edition: RawEdition, taken: Taken, listing: Listing, now: datetime) -> None:
    edition.status, edition.failure, edition.digest = Status.OK, "", taken.digest
    edition.fetched_at, edition.transformed_at = now, None
    edition.etag, edition.last_modified = taken.version.etag, taken.version.last_modified
    edition.name, edition.description = listing.name, listing.description
    edition.url, edition.cover_url = listing.url, listing.cover_url
    edition.save()
    RawAnswer.objects.update_or_create(edition=edition, defaults={"body": gzip.compress(taken.body, mtime=0)})
    edition.entries.all().delete()
    RawEntry.objects.bulk_create(
        [_entry(edition, row) for row in listing.rows], batch_size=settings.ETL_BATCH_SIZE
    )
    announce(Kind.EXTRACTED, told_of(edition))


def _store_failure(edition: RawEdition, taken: Taken, *, is_new: bool) -> None:
    """Records a failure. A good edition stays good, but the later failure is announced."""
    if edition.status == Status.FAILED:
        edition.digest, edition.failure = taken.digest, taken.failure
    edition.save()
    if is_new or edition.status != Status.FAILED:
        announce(Kind.SOURCE_FAILED, told_of(edition))


def told_of(edition: RawEdition) -> dict[str, str]:
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


def forget_samples() -> None:
    """Deletes all data made from samples, within a transaction. One query if there is none."""
    if RawEdition.objects.filter(is_sample=True).exists():
        samples = Edition.objects.filter(is_sample=True)
        shown = samples.filter(published_at__isnull=False).order_by("genre")
        for genre in list(shown.values_list("genre", flat=True).distinct()):
            announce(Kind.WITHDRAWN, {"genre": genre})
        samples.delete()
        RawEdition.objects.filter(is_sample=True).delete()
        isrcs = list(ChartTrack.objects.filter(is_sample=True).values_list("isrc", flat=True))
        delete_counts(isrcs)
        TrackFeatures.objects.filter(is_sample=True).delete()
        ChartTrack.objects.filter(is_sample=True).delete()
