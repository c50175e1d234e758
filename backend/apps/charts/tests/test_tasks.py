"""What is done by the clock: a night's lists, and what they tell of plays."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone

from apps.charts import counting
from apps.charts.counters.stage import count
from apps.charts.exclusion import only_run
from apps.charts.models import HistoricalViewCount, RawEdition
from apps.charts.run_models import Stage
from apps.charts.tasks import count_chart_plays, gather_charts, thin_chart_history
from apps.charts.tests import bodies
from apps.charts.tests.bodies import chosen, isrc
from apps.charts.tests.view_counts.conftest import noon, said
from apps.charts.view_counts.services import record_figures
from core.errors import Unavailable
from core.tests.providers.stand_in import StandIn, says

pytestmark = pytest.mark.django_db


@pytest.fixture
def service() -> Iterator[StandIn]:
    """SoundCloud and Apple Music, each with a list of pop."""
    usual = {
        "/sc/v1/playlist/tracks": says(bodies.soundcloud(chosen(1, 2), plays=500)),
        "/apple/playlist1/": says(bodies.apple(chosen(1, 2))),
    }
    with StandIn(usual) as started:
        told: dict[str, Any] = {
            **{"RAPIDAPI_KEY": "key", "SOUNDCLOUD_API_URL": f"{started.url}/sc"},
            "APPLE_MUSIC_API_URL": f"{started.url}/apple",
            "SOUNDCLOUD_CHARTS": {"pop": "https://soundcloud.example/pop"},
            "APPLE_MUSIC_CHARTS": {"pop": "https://apple.example/pop"},
        }
        with override_settings(**told):
            yield started


@pytest.fixture(autouse=True)
def counter(own_registries: None) -> None:
    counting.register_counter(count)


@pytest.mark.usefixtures("service")
def test_gathering_counts_what_the_new_lists_tell():
    """Else plays would be those of the night before, and more than a day old."""
    assert gather_charts() == dict.fromkeys(map(str, Stage), "succeeded")

    today = timezone.now().date()
    rows = HistoricalViewCount.objects.filter(service="soundcloud", recorded_date=today)
    assert dict(rows.values_list("isrc", "view_count")) == {isrc(1): 500, isrc(2): 501}


@pytest.mark.usefixtures("service")
def test_counting_asks_for_no_list():
    assert count_chart_plays() == {"counts": "succeeded", "publish": "succeeded"}
    assert not RawEdition.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_while_another_run_goes_on_it_is_tried_again():
    with only_run():
        for gather in (gather_charts, count_chart_plays):
            with pytest.raises(Unavailable):
                gather()


def test_of_a_month_long_ago_one_day_is_kept():
    record_figures([said(day, 1000 + 60 * day) for day in range(5)])
    with time_machine.travel(noon(0) + timedelta(days=500)):
        assert thin_chart_history() == {"days": 4}
    assert HistoricalViewCount.objects.get().view_count == 1240
