"""Background jobs: deduplicated on request, run by any worker, retried, never lost with a process."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "apps.jobs"

    def ready(self) -> None:
        autodiscover_modules("tasks")
