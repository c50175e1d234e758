"""Logging in by Django's own forms, which the admin uses."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from apps.users.models import User, folded
from core.limits import LOGIN_FAILURES
from core.rate_limits import TooManyCalls, count_failures


class CountingBackend(ModelBackend):
    """Counts failures by the name that was given, as the other logins do; no other backend is asked then."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **others: Any,
    ) -> User:
        try:
            with count_failures(LOGIN_FAILURES, folded(username or "")):
                user = super().authenticate(request, username, password, **others)
                if not isinstance(user, User):
                    raise PermissionDenied
        except TooManyCalls:
            raise PermissionDenied from None
        return user
