"""Charts gathered from music services: what is popular, on how many of them, and since when."""

from django.apps import AppConfig


class ChartsConfig(AppConfig):
    name = "apps.charts"
