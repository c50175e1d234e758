"""What is told live: which announcement of the pipeline is which event of the stream `charts`.

An event is appended in the transaction that announces, which is that of the change itself; telling consumers
again (`etl replay`) announces nothing, so no event ever comes twice.
"""

from collections.abc import Mapping

from apps.charts.announcing import Kind, announced
from apps.charts.events import EditionPayload, FailedSourcePayload, WithdrawnChartPayload
from apps.charts.live_stream import ensure_chart_stream
from apps.charts.sources.base import converted
from apps.realtime.decorators import broadcast_event

Announcement = Mapping[str, object]


def of_charts(told: Announcement) -> int:
    del told
    return ensure_chart_stream()


@broadcast_event("chart.published", on=announced, sender=Kind.PUBLISHED, stream=of_charts)
def chart_published(told: Announcement) -> EditionPayload:
    return converted(told, EditionPayload)


@broadcast_event("chart.withdrawn", on=announced, sender=Kind.WITHDRAWN, stream=of_charts)
def chart_withdrawn(told: Announcement) -> WithdrawnChartPayload:
    return converted(told, WithdrawnChartPayload)


@broadcast_event("source.failed", on=announced, sender=Kind.SOURCE_FAILED, stream=of_charts)
def source_failed(told: Announcement) -> FailedSourcePayload:
    return converted(told, FailedSourcePayload)
