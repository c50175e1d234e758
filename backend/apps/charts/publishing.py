"""The stage publish: lets charts be seen that are new or different, and announces each."""

from datetime import datetime

from apps.charts.aggregating import told_of_chart
from apps.charts.announcing import Kind, announce
from apps.charts.models import Edition
from apps.charts.progress import Progress
from apps.charts.supplies import Scope
from apps.charts.tallies import Tally
from apps.charts.units import unit


def publish(*, scope: Scope, now: datetime, progress: Progress) -> Tally:
    """Rows in and out: charts, the oldest first."""
    waiting = Edition.objects.filter(is_to_publish=True, genre__in=scope.genres)
    ids = list(waiting.order_by("issued_on", "genre").values_list("pk", flat=True))
    tally = Tally(rows_in=len(ids))
    for edition_id in progress.over(ids, len(ids), "publish"):
        with unit(tally, f"chart {edition_id}"):
            edition = Edition.objects.select_for_update().get(pk=edition_id)
            edition.published_at, edition.is_to_publish = now, False
            edition.save(update_fields=["published_at", "is_to_publish"])
            announce(Kind.PUBLISHED, told_of_chart(edition))
            tally.rows_out += 1
    return tally
