"""Jobs of charts."""

from collections.abc import Sequence

from django.utils import timezone

from apps.charts.pipeline_models import Stage
from apps.jobs.registry import job
from core.errors import Unavailable

# So long until another run has ended, for the most.
RETRY_SECONDS = 60.0


@job("charts.gather", is_long=True)
def gather_charts() -> dict[str, str]:
    """Lists of all services, the charts made of them, and the plays in the new lists."""
    return _run(list(Stage))


@job("charts.count", is_long=True)
def count_chart_plays() -> dict[str, str]:
    """How often the tracks of charts are played and watched."""
    return _run([Stage.COUNTS, Stage.PUBLISH])


@job("charts.mail_notice")
def mail_chart_notice() -> dict[str, int]:
    """Mails the daily report to CHART_REPORT_EMAILS, with retries until it is sent."""
    from apps.charts.monitoring import ReportError, mail, report_of_today

    try:
        return {"sent": mail(report_of_today(now=timezone.now()))}
    except ReportError as error:
        raise Unavailable(str(error), retry_after_seconds=RETRY_SECONDS) from error


@job("charts.call_report_webhook")
def call_chart_webhook() -> dict[str, int]:
    """The same to CHART_REPORT_WEBHOOK_URL."""
    from apps.charts.monitoring import ReportError, call_report_webhook, report_of_today

    try:
        return {"sent": call_report_webhook(report_of_today(now=timezone.now()))}
    except ReportError as error:
        raise Unavailable(str(error), retry_after_seconds=RETRY_SECONDS) from error


@job("charts.thin_history", is_long=True)
def thin_chart_history() -> dict[str, int]:
    """Counts are stored by day for a year, then by month."""
    from apps.counts.services import downsample_history

    return {"days": downsample_history(now=timezone.now()).days}


def _run(stages: Sequence[Stage]) -> dict[str, str]:
    """The status of each stage. Raises Unavailable while another run is active: the job is then retried."""
    # Here, because the server knows its jobs, and seldom runs these.
    from apps.charts.pipeline.runner import AlreadyRunning, Plan, connector_for, run_pipeline

    try:
        with connector_for(None) as connector:
            records = run_pipeline(Plan(connector=connector, stages=stages))
    except AlreadyRunning:
        raise Unavailable("Another run is active.", retry_after_seconds=RETRY_SECONDS) from None
    return {record.stage: record.status for record in records}
