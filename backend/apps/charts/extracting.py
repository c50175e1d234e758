"""The stage extract: takes what a supply offers, many at once, and stores it in one place.

An edition whose answer is the same as before is left alone. One that fails is recorded as failed, unless that
day has a good one already, which stays, as it does where a later list of the day is not plausible. Each is
stored in a transaction of its own: one that can't be stored keeps no other from it.
"""

import gzip
import hashlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from apps.charts.announcing import Kind, announce
from apps.charts.models import RawAnswer, RawEdition, RawEntry, Status
from apps.charts.plausibility import why_refused
from apps.charts.progress import Progress
from apps.charts.samples_kept import forget_samples
from apps.charts.sounding import take_features
from apps.charts.sources import READERS
from apps.charts.sources.base import Listing, Row, SourceError
from apps.charts.supplies import Given, NotModified, Offer, Scope, Supply
from apps.charts.tallies import Tally
from apps.charts.units import unit
from core.metrics import CHART_SOURCE_FAILURES
from core.providers.answers import NO_VERSION, Version
from core.providers.failures import ProviderError

Key = tuple[str, str, date]
# So many answers for each thread are held in memory until they are stored: years of recorded days are more.
AHEAD = 2


@dataclass(frozen=True, slots=True)
class Known:
    """The day's edition, as far as there is one. `is_good`: it is believed, so it is what is asked with."""

    digest: str = ""
    is_good: bool = False


NOTHING = Known()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one offer."""

    offer: Offer
    digest: str = ""
    body: bytes = b""
    listing: Listing | None = None
    failure: str = ""
    is_unchanged: bool = False
    # The service says that its list is the last good one that it gave; there is none of this day yet.
    is_repeated: bool = False
    version: Version = NO_VERSION


def extract(
    *, supply: Supply, scope: Scope, now: datetime, progress: Progress, is_dry: bool = False
) -> Tally:
    """Rows in: editions on offer; out: those that are new or changed. Raises SupplyError."""
    offers = supply.offers(scope, now=now)
    tally = Tally(rows_in=len(offers))
    for offer in offers:
        if offer.issued_on > now.date():
            tally.fail(f"{offer}: its day lies in the future")
    offers = [offer for offer in offers if offer.issued_on <= now.date()]
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


def _known(offers: Sequence[Offer]) -> Mapping[Key, Known]:
    days = {offer.issued_on for offer in offers}
    if not days:
        return {}
    rows = RawEdition.objects.filter(issued_on__gte=min(days), issued_on__lte=max(days))
    rows = rows.exclude(status=Status.FAILED)  # what failed before is a failure again
    return {
        (genre, service, day): Known(digest, status == Status.OK)
        for genre, service, day, digest, status in rows.values_list(
            "genre", "service", "issued_on", "digest", "status"
        )
    }


def _all_taken(offers: Sequence[Offer], known: Mapping[Key, Known]) -> Iterator[Taken]:
    """In the order of the offers, however long each takes. Threads touch no database, nor run far ahead."""
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
        # Who breaks it off does not wait for services that say nothing.
        pool.shutdown(wait=False, cancel_futures=True)


def _key(offer: Offer) -> Key:
    return offer.genre, offer.service, offer.issued_on


def take(offer: Offer, known: Known) -> Taken:
    """Never raises what an offer may."""
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
    """The last good list of before, as this day's."""
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
        return Taken(offer, failure="it says that nothing has changed, and nothing is known")
    version = Version(last.edition.etag, last.edition.last_modified)
    return _read(offer, Given(gzip.decompress(last.body), version), "")


def _words(error: Exception) -> str:
    return str(error).encode(errors="replace").decode()[:200]


def _store(taken: Taken, *, now: datetime, is_sample: bool, tally: Tally) -> None:
    """Within a transaction. A list that is not plausible does not replace the day's good one."""
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
    """A good edition stays good; that the service failed since is told all the same."""
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
