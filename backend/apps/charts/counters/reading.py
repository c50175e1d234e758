"""Taking tables: each once, as long as it stays the same and is about the same tracks."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from apps.charts.models import ReadTable
from apps.charts.sources.base import SourceError
from apps.charts.supplies import NotModified, Supply, TableOffer
from apps.charts.tallies import Tally
from core.providers.answers import NO_VERSION, Version
from core.providers.failures import ProviderError


class Table(Protocol):
    """Its length is the number of its rows; `unreadable` ones were left out."""

    @property
    def unreadable(self) -> int: ...

    def __len__(self) -> int: ...


T = TypeVar("T", bound=Table)
# What makes a table of a body; None for a table of something else. Raises SourceError.
Read = Callable[[bytes], T | None]


@dataclass(frozen=True, slots=True)
class Taken(Generic[T]):
    """A table, and how to say that all of it was made use of."""

    table: T
    mark: Callable[[], None]


def new_tables(
    supply: Supply, read: Read[T], *, about: str, now: datetime, tally: Tally
) -> Iterator[Taken[T]]:
    """Those that can be read so, and are new or `about` others now. What fails is counted, and stops none."""
    for offer in supply.tables(now=now):
        known = ReadTable.objects.filter(name=_name(offer)).first()
        try:
            taken = _take(offer, read, known, about, now)
        except (ProviderError, SourceError, OSError) as error:
            tally.fail(f"{offer.name}: {error}"[:200])
            _note(offer, known.digest if known else "", now, failure=str(error)[:200])
            continue
        if taken is not None:
            unreadable = taken.table.unreadable
            tally.leave_out(unreadable, of=len(taken.table) + unreadable, name=offer.name)
            yield taken


def _take(
    offer: TableOffer, read: Read[T], known: ReadTable | None, about: str, now: datetime
) -> Taken[T] | None:
    is_for_the_same = known is not None and known.digest.endswith(about) and not known.failure
    version = Version(known.etag, known.last_modified) if known and is_for_the_same else NO_VERSION
    try:
        given = offer.take(version)
    except NotModified:
        return None
    digest = f"{hashlib.sha256(given.body).hexdigest()[:32]}{about}"
    if known and known.digest == digest and not known.failure:
        return None
    table = read(given.body)
    if table is None:
        return None
    return Taken(table, lambda: _note(offer, digest, now, version=given.version))


def about(text: str) -> str:
    """What a table is read for, in short."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _name(offer: TableOffer) -> str:
    return offer.name[-300:]


def _note(
    offer: TableOffer, digest: str, now: datetime, *, failure: str = "", version: Version = NO_VERSION
) -> None:
    ReadTable.objects.update_or_create(
        name=_name(offer),
        defaults={
            **{"digest": digest, "failure": failure, "read_at": now},
            **{"etag": version.etag, "last_modified": version.last_modified},
        },
    )
