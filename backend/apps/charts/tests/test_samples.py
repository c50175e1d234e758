"""What the first start shows: invented charts, which say so, and go when real ones come."""

import pytest

from apps.charts.connectors.samples import DAYS, SampleConnector
from apps.charts.genres import Genre
from apps.charts.models import ChartTrack, Edition, RawEdition
from apps.charts.pipeline.runner import Plan, run_pipeline
from apps.charts.pipeline_models import Stage
from apps.charts.selectors.charts import chart_of, edition_on
from apps.charts.services import show_first_charts
from apps.charts.tests.bodies import Folder
from apps.charts.tests.conftest import Run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("few_counts")]


def test_a_killed_first_start_is_completed_later():
    run_pipeline(Plan(connector=SampleConnector(), stages=[Stage.EXTRACT]))

    show_first_charts(lambda _line: None)
    show_first_charts(lambda _line: None)

    assert Edition.objects.filter(published_at__isnull=False).count() == DAYS * len(Genre)
    assert RawEdition.objects.count() == DAYS * len(Genre) * 3


def test_samples_stay_until_the_first_real_list(run: Run, folder: Folder):
    show_first_charts(lambda _line: None)
    folder.put("spotify", "pop", "2025-03-01", b"oops")
    run()
    assert chart_of(edition_on("pop", None)).is_sample
    for service in ("spotify", "soundcloud"):
        folder.list(service, "2025-03-01", 1, 2)

    run()
    show_first_charts(lambda _line: None)
    run_pipeline(Plan(connector=SampleConnector()))

    assert not RawEdition.objects.filter(is_sample=True).exists()
    assert not ChartTrack.objects.filter(is_sample=True).exists()
    assert [str(edition.issued_on) for edition in Edition.objects.all()] == ["2025-03-01"]
