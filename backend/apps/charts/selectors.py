"""Reading the state of the pipeline: the last runs, and how old what each source gave is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from apps.charts.genres import RANKED, Genre
from apps.charts.models import RawEdition, StageRun, Status, ViewCount
from apps.charts.run_models import Stage

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
