"""Scheduled jobs: a night's lists, and the plays in them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone

from apps.charts.models import RawEdition
from apps.charts.pipeline.runner import run_lock
from apps.charts.pipeline_models import Stage
from apps.charts.tasks import count_chart_plays, gather_charts, thin_chart_history
from apps.charts.tests import bodies
from apps.charts.tests.bodies import chosen, isrc, settings_of_services
from apps.counts.models import HistoricalViewCount
from apps.counts.services import record_counts
from apps.counts.tests.conftest import noon, said
from core.errors import Unavailable
from core.tests.providers.fake_service import FakeService, says

pytestmark = pytest.mark.django_db


@pytest.fixture
def service() -> Iterator[FakeService]:
    """SoundCloud and Apple Music, each with a list of pop."""
    usual = {
        "/sc/v1/playlist/tracks": says(bodies.soundcloud(chosen(1, 2), plays=500)),
        "/apple/playlist1/": says(bodies.apple(chosen(1, 2))),
    }
    with (
        FakeService(usual) as started,
        override_settings(**settings_of_services(started.url) | {"SPOTIFY_CLIENT_ID": ""}),
    ):
        yield started


@pytest.mark.usefixtures("service")
def test_the_count_job_fetches_no_list_and_the_fetch_job_counts_plays_of_new_lists():
    """Else plays would be those of the night before, and more than a day old."""
    assert count_chart_plays() == {"counts": "succeeded", "publish": "succeeded"}
    assert not RawEdition.objects.exists()
    assert gather_charts() == dict.fromkeys(map(str, Stage), "succeeded")

    today = timezone.now().date()
    rows = HistoricalViewCount.objects.filter(service="soundcloud", recorded_date=today)
    assert dict(rows.values_list("isrc", "view_count")) == {isrc(1): 500, isrc(2): 501}


@pytest.mark.django_db(transaction=True)
def test_a_job_is_retried_while_another_run_is_active():
    with run_lock():
        for gather in (gather_charts, count_chart_plays):
            with pytest.raises(Unavailable):
                gather()


def test_of_an_old_month_one_day_is_retained():
    record_counts([said(day, 1000 + 60 * day) for day in range(5)])
    with time_machine.travel(noon(0) + timedelta(days=500)):
        assert thin_chart_history() == {"days": 4}
    assert HistoricalViewCount.objects.get().view_count == 1240
