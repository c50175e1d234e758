"""The stream `charts`: one for everybody, whose state is the newest edition of each genre."""

from collections.abc import Sequence
from hashlib import sha256

from apps.charts.events import EditionPayload
from apps.charts.genres import Genre
from apps.charts.models import Edition
from apps.realtime.kinds import StreamKind
from apps.realtime.selectors import stream_id_of
from apps.realtime.services import open_stream

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
