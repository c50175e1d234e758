"""How tracks sound: taken from tables of audio features, and compared."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import transaction

from apps.charts.audio_features import AudioFeatures
from apps.charts.counters.reading import about, new_tables
from apps.charts.counters.tables import FEATURE_NAMES, FeatureTable, read_features
from apps.charts.models import ChartTrack, TrackFeatures
from apps.charts.supplies import Supply
from apps.charts.tallies import Tally

MOST_SIMILAR = 10


def take_features(*, supply: Supply, now: datetime, tally: Tally) -> None:
    """Of all tables that are new. A later one outranks an earlier one."""
    for taken in new_tables(supply, read_features, about=about("features"), now=now, tally=tally):
        with transaction.atomic():
            _store(taken.table, is_sample=supply.is_sample)
            taken.mark()


def _store(table: FeatureTable, *, is_sample: bool) -> None:
    rows = [
        TrackFeatures(isrc=isrc, is_sample=is_sample, **{name: getattr(told, name) for name in FEATURE_NAMES})
        for isrc, told in table.features.items()
    ]
    TrackFeatures.objects.bulk_create(
        rows,
        batch_size=settings.ETL_BATCH_SIZE,
        update_conflicts=True,
        unique_fields=["isrc"],
        update_fields=[*FEATURE_NAMES, "is_sample"],
    )


def similar_tracks(isrc: str) -> list[tuple[ChartTrack, float]] | None:
    """Of all that charts have had, the likest first. None: nobody knows how it sounds."""
    if not TrackFeatures.objects.filter(isrc=isrc).exists():
        return None
    return similar_to([isrc], limit=MOST_SIMILAR)[isrc]


def similar_to(isrcs: Collection[str], *, limit: int) -> dict[str, list[tuple[ChartTrack, float]]]:
    """The same of many, in two queries; of those of which nobody knows how they sound, none."""
    from apps.charts.similarity import Sounds  # brings numpy, which gathering charts does without

    on_charts = ChartTrack.objects.values("isrc")
    rows = TrackFeatures.objects.filter(isrc__in=on_charts).values_list("isrc", *FEATURE_NAMES)
    sounds = Sounds({isrc: AudioFeatures(*values) for isrc, *values in rows})
    found = {isrc: sounds.likest(isrc, limit=limit) for isrc in isrcs}
    wanted = {other for likest in found.values() for other, _ in likest}
    tracks = {track.isrc: track for track in ChartTrack.objects.filter(isrc__in=wanted)}
    return {
        isrc: [(tracks[other], score) for other, score in likest if other in tracks]
        for isrc, likest in found.items()
    }
