"""The stream `charts`, whose state is the newest chart of each genre, and the events on it.

An event is appended in the transaction that writes its outbox event, which is that of the change itself.
`etl replay` delivers outbox events again and writes none, so no event is sent twice.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256

import msgspec

from apps.charts.genres import Genre
from apps.charts.models import Edition
from apps.charts.parsers.base import converted
from apps.charts.pipeline.outbox import Kind, event_emitted
from apps.realtime.decorators import broadcast_event
from apps.realtime.models import StreamKind
from apps.realtime.selectors import stream_id_of
from apps.realtime.services import open_stream

# --- The stream --------------------------------------------------------------------------------------


class EditionPayload(msgspec.Struct, frozen=True):
    """A chart of a day that can be read now. `is_sample`: it is invented."""

    genre: str
    date: date
    is_sample: bool


class WithdrawnChartPayload(msgspec.Struct, frozen=True):
    """There is no chart of this genre any more, until one is published."""

    genre: str


class FailedSourcePayload(msgspec.Struct, frozen=True):
    """A service returned no list of this genre: the shown one is older."""

    service: str
    genre: str


CHART_STREAM_KIND = CHART_STREAM = "charts"
DIGEST_DIGITS = 16


def ensure_chart_stream() -> int:
    """Its id; opens it where it is not there yet. Safe to repeat."""
    known = stream_id_of(kind=CHART_STREAM_KIND, name=CHART_STREAM)
    if known is not None:
        return known
    opened: int = open_stream(kind=CHART_STREAM_KIND, name=CHART_STREAM).pk
    return opened


def newest_editions(stream_id: int) -> list[EditionPayload]:
    """Of each genre that has any, in the order of genres."""
    del stream_id  # there is only one
    newest = [_newest_edition(genre) for genre in Genre.values]
    return [edition for edition in newest if edition is not None]


def _newest_edition(genre: str) -> EditionPayload | None:
    published = Edition.objects.filter(genre=genre, published_at__isnull=False).order_by("-issued_on")
    row = published.values_list("genre", "issued_on", "is_sample").first()
    return EditionPayload(*row) if row else None


def digest_of(editions: Sequence[EditionPayload]) -> str:
    """The first 16 hex digits of the SHA-256 over `genre:date:sample` of each, joined by `;`."""
    text = ";".join(f"{one.genre}:{one.date}:{int(one.is_sample)}" for one in editions)
    return sha256(text.encode()).hexdigest()[:DIGEST_DIGITS]


def chart_kind(*, table: str) -> StreamKind:
    return StreamKind(
        name=CHART_STREAM_KIND,
        label="stream",
        greeting="Connected to chart updates",
        snapshot_type="charts.snapshot",
        read_items=newest_editions,
        digest_of=digest_of,
        table=table,
        prefix="Charts",
    )


# --- Events ------------------------------------------------------------------------------------------


Announcement = Mapping[str, object]


def of_charts(announcement: Announcement) -> int:
    del announcement
    return ensure_chart_stream()


@broadcast_event("chart.published", on=event_emitted, sender=Kind.PUBLISHED, stream=of_charts)
def chart_published(announcement: Announcement) -> EditionPayload:
    """`{"genre", "date", "is_sample"}`: the chart of that day is new or has changed.

    An earlier day than the newest changes nothing in a snapshot.
    """
    return converted(announcement, EditionPayload)


@broadcast_event("chart.withdrawn", on=event_emitted, sender=Kind.WITHDRAWN, stream=of_charts)
def chart_withdrawn(announcement: Announcement) -> WithdrawnChartPayload:
    """`{"genre"}`: this genre has no chart until one is published.

    This happens to samples before the first real charts.
    """
    return converted(announcement, WithdrawnChartPayload)


@broadcast_event("source.failed", on=event_emitted, sender=Kind.SOURCE_FAILED, stream=of_charts)
def source_failed(announcement: Announcement) -> FailedSourcePayload:
    """`{"service", "genre"}`: the list of a service could not be fetched; its last good one is used."""
    return converted(announcement, FailedSourcePayload)
