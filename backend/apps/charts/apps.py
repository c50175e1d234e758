"""Charts computed from lists of music services."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ChartsConfig(AppConfig):
    name = "apps.charts"

    def ready(self) -> None:
        from apps.charts import signals
        from apps.charts.signals import chart_kind
        from apps.realtime.models import register_kind

        register_kind(chart_kind(table=signals.__name__))
        post_migrate.connect(make_chart_stream, sender=self)


def make_chart_stream(**_: object) -> None:
    from apps.charts.signals import ensure_chart_stream

    ensure_chart_stream()
