"""Reading tracks by their codes, and the state of the pipeline: the last runs, and how old what came is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from apps.charts.genres import RANKED, Genre
from apps.charts.models import ChartTrack, RawEdition, StageRun, Status, ViewCount
from apps.charts.run_models import Stage
from apps.tracks.facts import ISRC_PATTERN

UNKNOWN = "missing"


@dataclass(frozen=True, slots=True)
class SourceState:
    """What became of the last edition of a source, and when the last good one came."""

    service: str
    genre: str
    status: str
    fetched_at: datetime | None


def newest_counts() -> dict[str, datetime]:
    """When each service's plays or views were counted last; who never was is left out."""
    rows = ViewCount.objects.order_by().values_list("service").annotate(Max("last_updated"))
    return dict(rows)


def latest_stage_runs() -> list[StageRun]:
    """The last one of each stage, in the stages' order."""
    latest = [StageRun.objects.filter(stage=stage).first() for stage in Stage]
    return [record for record in latest if record]


def source_states() -> Sequence[SourceState]:
    good = RawEdition.objects.filter(status=Status.OK).order_by().values_list("genre", "service")
    fetched = {(genre, service): at for genre, service, at in good.annotate(Max("fetched_at"))}
    last = RawEdition.objects.order_by("issued_on").values_list("genre", "service", "status")
    status = {(genre, service): word for genre, service, word in last}
    return [
        SourceState(service, genre, status.get((genre, service), UNKNOWN), fetched.get((genre, service)))
        for service in RANKED
        for genre in Genre
    ]


# --- Tracks ------------------------------------------------------------------------------------------


def track_of(isrc: str) -> ChartTrack | None:
    """None also for what is no ISRC, which may be text that no database takes."""
    return ChartTrack.objects.filter(isrc=isrc).first() if ISRC_PATTERN.fullmatch(isrc) else None


def known_isrcs(isrcs: Collection[str]) -> set[str]:
    """Those that a chart has, or had, a track of."""
    possible = [isrc for isrc in isrcs if ISRC_PATTERN.fullmatch(isrc)]
    return set(ChartTrack.objects.filter(isrc__in=possible).values_list("isrc", flat=True))
