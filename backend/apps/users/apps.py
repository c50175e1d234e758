"""Accounts and guests."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "apps.users"

    def ready(self) -> None:
        from apps.users.recognition import (
            claimed_guest,
            recognise_account,
            recognise_guest,
            recognise_token,
        )
        from core.identity import claim_with, recognise_with

        recognise_with(recognise_token, recognise_account, recognise_guest)
        claim_with(recognise_token, recognise_account, claimed_guest)
