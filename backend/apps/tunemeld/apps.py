"""TuneMeld's own URLs of charts: its GraphQL schema and the legacy pages. It only reads."""

from django.apps import AppConfig


class TunemeldConfig(AppConfig):
    name = "apps.tunemeld"
