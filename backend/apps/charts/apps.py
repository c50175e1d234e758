"""Charts gathered from music services: what is popular, on how many of them, and since when."""

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.db.models.signals import post_migrate

if TYPE_CHECKING:
    from apps.charts.announcing import Told


class ChartsConfig(AppConfig):
    name = "apps.charts"

    def ready(self) -> None:
        from apps.charts import signals
        from apps.charts.announcing import Kind, register_consumer
        from apps.charts.live_stream import chart_kind
        from apps.realtime.kinds import register_kind

        register_consumer("warming", [Kind.COUNTED], warm_counted)
        register_kind(chart_kind(table=signals.__name__))
        post_migrate.connect(make_chart_stream, sender=self)


def warm_counted(told: "Told") -> None:
    from apps.charts import warming

    warming.warm_counted(told)


def make_chart_stream(**_: object) -> None:
    from apps.charts.live_stream import ensure_chart_stream

    ensure_chart_stream()
