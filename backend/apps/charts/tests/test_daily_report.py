"""The daily notice: what it says, and that it arrives by mail and at a real webhook."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as mailbox
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.charts.models import RawEdition
from apps.charts.monitoring import DailyReport, Verdict, report_of_today
from apps.charts.pipeline_models import StageRun
from apps.charts.tasks import call_chart_webhook, mail_chart_notice
from apps.charts.tests.bodies import Folder, chosen
from apps.charts.tests.conftest import Run
from apps.charts.tests.counters.conftest import put_table, table
from apps.counts.services import CountReport, record_counts
from core.errors import Unavailable
from core.tests.providers.fake_service import FakeService, answers

pytestmark = pytest.mark.django_db
DAY = "2025-03-01"
ISRC = "QZTUT2500001"
DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "charts.md"
HOOK = "/hooks/sesame"


@pytest.fixture
def hook(settings: Any) -> Iterator[FakeService]:
    with FakeService({HOOK: answers({})}) as started:
        settings.CHART_REPORT_WEBHOOK_URL = started.url + HOOK
        yield started


@pytest.fixture
def has_run(run: Run, folder: Folder) -> None:
    """A list of Spotify was fetched."""
    folder.list("spotify", DAY, 1, 2)
    run()


def count_daily(*counts: int) -> None:
    now = timezone.now()
    record_counts(
        CountReport(
            ISRC, "spotify", (now - timedelta(days=back)).date(), now - timedelta(days=back), view_count=count
        )
        for back, count in enumerate(reversed(counts))
    )


def today() -> DailyReport:
    return report_of_today(now=timezone.now())


@pytest.mark.usefixtures("has_run")
def test_the_report_of_a_good_day_and_of_a_partial_failure(run: Run, folder: Folder):
    count_daily(1000, 1100)
    notice = today()
    assert (notice.verdict, list(notice.problems), notice.anomaly_count) == (Verdict.SUCCESS, [], 0)
    assert "extract: succeeded, 1 in, 1 out, 0 failed (100.0%)" in notice.text

    folder.put("spotify", "pop", "2025-03-02", b'{"error": {"message": "expired"}}')
    run()
    assert today().verdict == Verdict.PARTLY
    assert "extract: spotify pop of 2025-03-02: error_body: expired" in today().problems


def test_failed_or_missing_stages_and_empty_sources_are_failures(run: Run, folder: Folder):
    assert today().verdict == Verdict.FAILURE, "nothing ever ran"
    folder.list("spotify", DAY, 1, 2)
    run()
    assert today().verdict == Verdict.SUCCESS
    RawEdition.objects.update(fetched_at=timezone.now() - timedelta(hours=25))
    old = "spotify has returned no valid list of pop for over 24 hours: ok."
    assert (today().verdict, list(today().problems)) == (Verdict.FAILURE, [old])
    RawEdition.objects.update(fetched_at=timezone.now())
    StageRun.objects.filter(stage="transform").update(status="failed")
    failed = "The last run of the stage transform: failed."
    assert (today().verdict, list(today().problems)) == (Verdict.FAILURE, [failed])
    late = report_of_today(now=timezone.now() + timedelta(hours=25))
    assert "The stage extract has not run for 24 hours." in late.problems


@pytest.mark.usefixtures("has_run")
def test_implausible_counts_are_reported_with_their_reason():
    count_daily(5000, 5100, 4000)

    [anomalies] = today().anomalies

    assert (anomalies.isrc, anomalies.service, anomalies.count, anomalies.delta, anomalies.flag) == (
        ISRC,
        "spotify",
        4000,
        -1100,
        "fell",
    )
    assert "Anomalies: 1\nQZTUT2500001 spotify" in today().text


@pytest.mark.usefixtures("has_run")
def test_rows_that_cannot_be_read_are_reported(run: Run, folder: Folder):
    bad = ["x,Ada - Halo,1", "2025-03-01,Ada - Halo,-5", "2025-03-01,Ada - Halo,abc"]
    good = table(*((DAY, one, 1000) for one in chosen(*range(1, 11))))
    put_table(folder, "\n".join([good, *bad]))

    run()

    assert "counts: counts.csv: 3 of 13 lines could not be read" in today().problems
    assert (today().verdict, today().unreadable_count) == (Verdict.PARTLY, 3)
    assert "0 stale counts, 3 unreadable lines and rows." in today().text


@pytest.mark.usefixtures("has_run")
def test_the_report_is_mailed_only_with_recipients(settings: Any):
    assert (mail_chart_notice(), call_chart_webhook()) == ({"sent": 0}, {"sent": 0})
    assert mailbox.outbox == []
    settings.CHART_REPORT_EMAILS = ["ada@example.org", "bo@example.org"]

    assert mail_chart_notice() == {"sent": 2}

    [mail] = mailbox.outbox
    assert mail.subject == f"Chart report for {timezone.now().date()}: success"
    assert mail.to == ["ada@example.org", "bo@example.org"]
    assert "publish: succeeded" in mail.body


@pytest.mark.usefixtures("has_run")
def test_a_webhook_gets_every_documented_field(hook: FakeService):
    count_daily(5000, 5100, 4000)

    assert call_chart_webhook() == {"sent": 1}

    [report] = [json.loads(asked.body) for asked in hook.asked]
    part = DOCUMENT.read_text().split("## Monitoring")[1].split("\n## ")[0]
    rows = [row.split("|")[1].replace("`", "") for row in part.splitlines() if row.startswith("| `")]
    assert {word.strip() for row in rows for word in row.split(",")} == set(report)
    assert report["anomalies"][0]
    assert all(f"`{field}`" in part for field in report["anomalies"][0])
    assert (report["status"], report["anomaly_count"]) == ("success", 1)
    assert report["text"].startswith("Chart report for ")


@pytest.mark.usefixtures("has_run")
def test_a_rejected_webhook_is_retried_later(hook: FakeService):
    for status in (301, 404, 500):
        hook.then(HOOK, answers({}, status=status))
        with pytest.raises(Unavailable, match=str(status)):
            call_chart_webhook()
    assert call_chart_webhook() == {"sent": 1}
    assert len(hook.asked) == 4


def test_a_failed_report_is_retried_and_the_webhook_url_is_not_logged(settings: Any):
    settings.CHART_REPORT_WEBHOOK_URL = "http://127.0.0.1:9/hooks/sesame"
    with pytest.raises(Unavailable) as error:
        call_chart_webhook()
    assert "sesame" not in str(error.value)

    settings.CHART_REPORT_EMAILS = ["ada@example.org"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with pytest.raises(Unavailable):
        mail_chart_notice()


@pytest.mark.usefixtures("has_run")
def test_the_command_prints_and_sends_the_report(
    hook: FakeService, settings: Any, capsys: pytest.CaptureFixture[str]
):
    settings.CHART_REPORT_EMAILS = ["ada@example.org"]

    call_command("etl", "notice")

    assert capsys.readouterr().out.startswith("Chart report for ")
    assert (len(hook.asked), len(mailbox.outbox)) == (1, 1)
    hook.then(HOOK, answers({}, status=500))
    with pytest.raises(CommandError, match="500"):
        call_command("etl", "notice")
