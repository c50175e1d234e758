"""The wiring's own Django app: the commands that run the server, what reports, how jobs are told of."""

from django.apps import AppConfig
from django.conf import settings
from django.core import checks


class DaphneConfig(AppConfig):
    """Daphne's commands. Its own loads its server, and Twisted with it, into every process."""

    name = "daphne"
    default = False


class ConfigConfig(AppConfig):
    name = "config"
    label = "config"

    def ready(self) -> None:
        from apps.jobs.messages import Messenger, tell_workers_by
        from apps.jobs.schedules import follow_schedules
        from config.schedules import SCHEDULES

        follow_schedules(SCHEDULES)
        if settings.REDIS_URLS:  # else the server's own worker says how, where there is one
            tell_workers_by(Messenger(send_word))
        if settings.SENTRY_DSN:
            from core.error_reports import report_errors  # its package is there only where it is wanted

            report_errors(settings.SENTRY_DSN)


@checks.register(checks.Tags.security, deploy=True)
def mails_are_not_printed(**_: object) -> list[checks.CheckMessage]:
    if settings.EMAIL_BACKEND != "django.core.mail.backends.console.EmailBackend":
        return []
    why = (
        "EMAIL_URL writes mails, with tokens for new passwords, to the server's output, which logs may keep."
    )
    return [checks.Warning(why, hint="Name a mail server, or dummymail://.", id="tutti.W001")]


def send_word(after_seconds: float) -> None:
    from config import celery  # takes a while to load; few processes ask for jobs

    celery.send_word(after_seconds)
