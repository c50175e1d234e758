"""Accounts and guests."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "apps.users"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from apps.users.authentication import (
            claimed_guest,
            resolve_access_token,
            resolve_account,
            resolve_guest,
            shorten_session,
        )
        from core.identity import register_caller_resolvers, register_claim_resolvers

        register_caller_resolvers(resolve_access_token, resolve_account, resolve_guest)
        register_claim_resolvers(resolve_access_token, resolve_account, claimed_guest)
        user_logged_in.connect(shorten_session, dispatch_uid="staff sessions")
