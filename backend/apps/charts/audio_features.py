"""How tracks sound: taken from tables of audio features, and compared."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from apps.charts.connectors.base import Supply
from apps.charts.counters.csv_tables import FEATURE_NAMES, FeatureTable, about, new_tables, read_features
from apps.charts.models import AudioFeatures, ChartTrack, TrackFeatures
from apps.charts.pipeline.stage_run import Tally
from core.response_cache import current_generation

if TYPE_CHECKING:
    from apps.charts.audio_similarity import Sounds

MOST_SIMILAR = 10


def take_features(*, supply: Supply, now: datetime, tally: Tally) -> None:
    """Of all tables that are new. A later one outranks an earlier one."""
    for taken in new_tables(supply, read_features, about=about("features"), now=now, tally=tally):
        with transaction.atomic():
            _store(taken.table, is_sample=supply.is_sample)
            taken.mark()


def _store(table: FeatureTable, *, is_sample: bool) -> None:
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


def similar_tracks(isrc: str) -> list[tuple[ChartTrack, float]] | None:
    """Other tracks of all charts, the most similar first. None: the track has no audio features."""
    if not TrackFeatures.objects.filter(isrc=isrc).exists():
        return None
    return similar_to([isrc], limit=MOST_SIMILAR)[isrc]


def similar_to(isrcs: Collection[str], *, limit: int) -> dict[str, list[tuple[ChartTrack, float]]]:
    """The same for many tracks, in two queries; empty for those without audio features."""
    sounds = _sounds()
    found = {isrc: sounds.most_similar(isrc, limit=limit) for isrc in isrcs}
    wanted = {other for similar in found.values() for other, _ in similar}
    tracks = {track.isrc: track for track in ChartTrack.objects.filter(isrc__in=wanted)}
    return {
        isrc: [(tracks[other], score) for other, score in similar if other in tracks]
        for isrc, similar in found.items()
    }


# Read again whenever a table of charts was written: a table of 1,000 tracks takes 15 ms.
_latest_sounds: "tuple[int, Sounds] | None" = None


def _sounds() -> "Sounds":
    """Of all tracks of charts whose audio features are known."""
    global _latest_sounds
    if connection.in_atomic_block:
        return _read_sounds()  # it may see what is never committed
    known, now = _latest_sounds, current_generation("charts")
    if known is None or known[0] != now:
        known = _latest_sounds = (now, _read_sounds())
    return known[1]


def _read_sounds() -> "Sounds":
    from apps.charts.audio_similarity import Sounds  # brings numpy, which gathering charts does without

    on_charts = ChartTrack.objects.values("isrc")
    rows = TrackFeatures.objects.filter(isrc__in=on_charts).values_list("isrc", *FEATURE_NAMES)
    return Sounds({isrc: AudioFeatures(*values) for isrc, *values in rows})
