"""What Prometheus reads of charts: from the tables, so also what another process did."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
import yaml
from django.db import DatabaseError
from django.test import Client, override_settings
from django.utils import timezone
from prometheus_client import REGISTRY

from apps.charts import monitoring
from apps.charts.connectors.samples import SampleConnector
from apps.charts.counters.youtube import Quota
from apps.charts.models import RawEdition
from apps.charts.pipeline.runner import Plan, run_pipeline
from apps.charts.pipeline_models import StageRun
from apps.charts.tests.bodies import Folder
from apps.charts.tests.conftest import Run
from apps.counts.services import record_counts
from apps.counts.tests.conftest import noon, said
from core import metrics

pytestmark = pytest.mark.django_db
DAY = "2025-03-01"
RULES = Path(__file__).resolve().parents[4] / "deploy" / "prometheus" / "charts.yml"
Read = Callable[..., float | None]


@pytest.fixture
def read() -> Read:
    def figure(name: str, **labels: str) -> float | None:
        assert Client().get("/metrics").status_code == 200
        return REGISTRY.get_sample_value(f"tutti_chart_{name}", labels)

    return figure


def test_a_run_is_exported_with_its_rows_and_sources(run: Run, folder: Folder, read: Read):
    folder.list("spotify", DAY, 1, 2)
    folder.put("apple_music", "pop", DAY, b'{"message": "Invalid API key."}')
    run()

    rows = [read("last_run_rows", stage="extract", what=what) for what in ("in", "out", "failed")]
    assert rows == [2, 1, 1]
    assert read("success_ratio", stage="extract") == 0.5
    assert read("success_ratio", stage="aggregate") == 1
    assert read("sources", service="spotify", status="ok") == 1
    assert read("sources", service="apple_music", status="failed") == 1
    assert read("source_age_seconds", service="spotify", genre="pop") == pytest.approx(0, abs=60)
    assert read("source_age_seconds", service="apple_music", genre="pop") is None


def test_ages_grow_until_a_new_list(run: Run, folder: Folder, read: Read):
    folder.list("spotify", DAY, 1, 2)
    run()
    before = timezone.now() - timedelta(hours=30)
    RawEdition.objects.update(fetched_at=before)
    StageRun.objects.update(started_at=before, ended_at=before)

    hours = pytest.approx(30 * 3600, abs=60)
    assert read("source_age_seconds", service="spotify", genre="pop") == hours
    assert read("stage_age_seconds", stage="extract") == hours
    folder.list("spotify", "2025-03-02", 1, 2)
    run()
    assert read("source_age_seconds", service="spotify", genre="pop") == pytest.approx(0, abs=60)
    assert read("stage_age_seconds", stage="extract") == pytest.approx(0, abs=60)


def test_a_failed_stage_resets_no_age_and_without_a_database_no_old_value_is_exported(
    run: Run, folder: Folder, read: Read, monkeypatch: pytest.MonkeyPatch
):
    folder.list("spotify", DAY, 1, 2)
    run()
    before, now = timezone.now() - timedelta(hours=30), timezone.now()
    StageRun.objects.update(started_at=before, ended_at=before)
    StageRun.objects.create(stage="extract", status="failed", started_at=now, ended_at=now)
    assert read("success_ratio", stage="extract") == 0
    assert read("stage_age_seconds", stage="extract") == pytest.approx(30 * 3600, abs=60)

    def away() -> Any:
        raise DatabaseError

    monkeypatch.setattr(monitoring, "state_of_charts", away)
    assert read("success_ratio", stage="extract") is None


def test_counts_have_an_age_by_service(read: Read):
    record_counts([said(3, 1000), said(4, 1100)])

    age = read("counts_age_seconds", service="spotify")
    assert age == pytest.approx((timezone.now() - noon(4)).total_seconds(), abs=60)
    assert read("counts_age_seconds", service="youtube") is None


@pytest.mark.usefixtures("few_counts")
def test_samples_have_no_age(read: Read):
    run_pipeline(Plan(connector=SampleConnector()))

    assert RawEdition.objects.exists()
    assert read("source_age_seconds", service="spotify", genre="pop") is None
    assert read("success_ratio", stage="extract") == 1


@override_settings(YOUTUBE_API_KEY="key", YOUTUBE_DAILY_QUOTA=100)
def test_the_remaining_quota_is_exported(read: Read):
    now = timezone.now()
    assert read("quota_left", service="youtube") == 100
    assert Quota("youtube", 100, now=now).take(30)

    assert read("quota_left", service="youtube") == 70
    with time_machine.travel(now + timedelta(days=1)):
        assert read("quota_left", service="youtube") == 100
    with override_settings(YOUTUBE_API_KEY=""):
        assert read("quota_left", service="youtube") is None


def test_documented_alerts_use_existing_metrics():
    rules = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
    asked = {name for rule in rules for name in re.findall(r"tutti_\w+", rule["expr"])}
    there = {gauge._name for gauge in monitoring.GAUGES}

    assert asked
    assert asked <= there
    assert there <= {value._name for value in vars(metrics).values() if hasattr(value, "_name")}
    assert all(rule["annotations"]["summary"] for rule in rules)
    [old] = [rule for rule in rules if "Source" in rule["alert"] and "Old" in rule["alert"]]
    assert "tutti_chart_source_age_seconds) > 24 * 3600" in old["expr"]
    assert timedelta(hours=24) == monitoring.MAX_AGE
