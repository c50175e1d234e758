"""Jobs of charts."""

from collections.abc import Sequence

from django.utils import timezone

from apps.charts.models import Stage
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
    from apps.charts.daily_report import NoticeError, mail, notice_of_today

    try:
        return {"told": mail(notice_of_today(now=timezone.now()))}
    except NoticeError as error:
        raise Unavailable(str(error), retry_after_seconds=RETRY_SECONDS) from error


@job("charts.call_webhook")
def call_chart_webhook() -> dict[str, int]:
    """The same to CHART_REPORT_WEBHOOK_URL."""
    from apps.charts.daily_report import NoticeError, call_webhook, notice_of_today

    try:
        return {"told": call_webhook(notice_of_today(now=timezone.now()))}
    except NoticeError as error:
        raise Unavailable(str(error), retry_after_seconds=RETRY_SECONDS) from error


@job("charts.thin_history", is_long=True)
def thin_chart_history() -> dict[str, int]:
    """Counts are stored by day for a year, then by month."""
    from apps.counts.services import downsample_history

    return {"days": downsample_history(now=timezone.now()).days}


def _run(stages: Sequence[Stage]) -> dict[str, str]:
    """What became of each stage. Raises Unavailable while another run goes on: then it is tried again."""
    # Here, because the server knows its jobs, and seldom runs these.
    from apps.charts.pipeline.run_lock import AlreadyRunning
    from apps.charts.pipeline.runner import Plan, run_pipeline, supply_from

    try:
        with supply_from(None) as supply:
            records = run_pipeline(Plan(supply=supply, stages=stages))
    except AlreadyRunning:
        raise Unavailable("Another run goes on.", retry_after_seconds=RETRY_SECONDS) from None
    return {record.stage: record.status for record in records}
