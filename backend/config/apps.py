"""The project's Django app: commands that run the server, error reporting, notification of workers."""

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

from core.process_tuning import resume_gc


class DaphneConfig(AppConfig):
    """Daphne's commands, without its AppConfig, which would import Twisted into every process."""

    name = "daphne"
    default = False


class ConfigConfig(AppConfig):
    name = "config"
    label = "config"

    def ready(self) -> None:
        from apps.jobs.scheduler import register_schedules
        from apps.jobs.services import WorkerNotifier, set_worker_notifier
        from config.schedules import SCHEDULES

        register_schedules(SCHEDULES)
        # Otherwise only the threads of the embedded worker are notified.
        if settings.REDIS_URLS and not settings.EMBEDDED_JOB_WORKER:
            set_worker_notifier(WorkerNotifier(notify_celery))
        if settings.SENTRY_DSN:
            from core.error_reports import report_errors  # the package is optional

            report_errors(settings.SENTRY_DSN)
        resume_gc()


@checks.register(checks.Tags.security, deploy=True)
def mails_are_not_printed(**_: object) -> list[checks.CheckMessage]:
    if settings.EMAIL_BACKEND != "django.core.mail.backends.console.EmailBackend":
        return []
    why = "EMAIL_URL prints mails with password reset tokens to the server's output, which logs may store."
    return [checks.Warning(why, hint="Set a mail server, or dummymail://.", id="tutti.W001")]


def notify_celery(after_seconds: float) -> None:
    from config import celery  # imported late: slow to load, and few processes request jobs

    celery.notify_celery(after_seconds)
