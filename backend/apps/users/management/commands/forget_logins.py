"""`manage.py forget_logins`: deletes tokens and sessions that have expired."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.users.jwt_tokens import purge_expired_logins


class Command(BaseCommand):
    help = "Delete tokens and sessions that have expired. Each start does so, too."

    def handle(self, *_args: Any, **_options: Any) -> None:
        purge_expired_logins()
