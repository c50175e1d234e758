"""Accounts and guests."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "apps.users"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from apps.users.recognition import (
            claimed_guest,
            recognise_account,
            recognise_guest,
            recognise_token,
        )
        from apps.users.staff_sessions import shorten_session
        from core.identity import claim_with, recognise_with

        recognise_with(recognise_token, recognise_account, recognise_guest)
        claim_with(recognise_token, recognise_account, claimed_guest)
        user_logged_in.connect(shorten_session, dispatch_uid="staff sessions")
