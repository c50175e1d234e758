"""Charts gathered from music services: what is popular, on how many of them, and since when."""

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.db.models.signals import post_migrate

if TYPE_CHECKING:
    from apps.charts.announcing import Told
    from apps.charts.counting import Counting
    from apps.charts.tallies import Tally


class ChartsConfig(AppConfig):
    name = "apps.charts"

    def ready(self) -> None:
        from apps.charts import signals
        from apps.charts.announcing import Kind, register_consumer
        from apps.charts.counters.book import CountedPlays
        from apps.charts.counting import register_counter
        from apps.charts.live_stream import chart_kind
        from apps.charts.plays import register_play_book
        from apps.realtime.kinds import register_kind

        register_counter(count_by_stage)
        register_play_book(CountedPlays())
        register_consumer("warming", [Kind.COUNTED], warm_counted)
        register_kind(chart_kind(table=signals.__name__))
        post_migrate.connect(make_chart_stream, sender=self)


def count_by_stage(counting: "Counting") -> "Tally":
    # Here, because the server reads charts, and seldom counts.
    from apps.charts.counters.stage import count

    return count(counting)


def warm_counted(told: "Told") -> None:
    from apps.charts import warming

    warming.warm_counted(told)


def make_chart_stream(**_: object) -> None:
    from apps.charts.live_stream import ensure_chart_stream

    ensure_chart_stream()
