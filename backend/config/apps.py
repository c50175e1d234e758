"""The wiring's own Django app: it carries the commands that run the server, and starts what reports."""

from django.apps import AppConfig
from django.conf import settings


class ConfigConfig(AppConfig):
    name = "config"
    label = "config"

    def ready(self) -> None:
        if settings.SENTRY_DSN:
            from core.error_reports import report_errors  # its package is there only where it is wanted

            report_errors(settings.SENTRY_DSN)
