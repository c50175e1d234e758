"""Charts gathered from music services: what is popular, on how many of them, and since when."""

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from apps.charts.counting import Counting
    from apps.charts.tallies import Tally


class ChartsConfig(AppConfig):
    name = "apps.charts"

    def ready(self) -> None:
        from apps.charts.counters.book import CountedPlays
        from apps.charts.counting import register_counter
        from apps.charts.plays import register_play_book

        register_counter(count_by_stage)
        register_play_book(CountedPlays())


def count_by_stage(counting: "Counting") -> "Tally":
    # Here, because the server reads charts, and seldom counts.
    from apps.charts.counters.stage import count

    return count(counting)
