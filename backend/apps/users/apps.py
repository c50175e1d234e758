"""Accounts and guests."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "apps.users"

    def ready(self) -> None:
        from apps.users.recognition import recognise_account, recognise_guest
        from core.identity import recognise_with

        recognise_with(recognise_account, recognise_guest)
