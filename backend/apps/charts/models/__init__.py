"""What charts keep: lists and charts, the recordings on them, and the pipeline's own records."""

from apps.charts.models.charts import (
    Edition,
    EditionEntry,
    EditionSource,
    RawAnswer,
    RawEdition,
    RawEntry,
    Status,
)
from apps.charts.models.pipeline import (
    Delivery,
    PipelineEvent,
    QuotaDay,
    ReadTable,
    Stage,
    StageRun,
)
from apps.charts.models.tracks import (
    AudioFeatures,
    ChartTrack,
    ManualMatch,
    ReviewItem,
    ServiceTrack,
    TrackFeatures,
    TrackWord,
)

__all__ = [
    "AudioFeatures",
    "ChartTrack",
    "Delivery",
    "Edition",
    "EditionEntry",
    "EditionSource",
    "ManualMatch",
    "PipelineEvent",
    "QuotaDay",
    "RawAnswer",
    "RawEdition",
    "RawEntry",
    "ReadTable",
    "ReviewItem",
    "ServiceTrack",
    "Stage",
    "StageRun",
    "Status",
    "TrackFeatures",
    "TrackWord",
]
