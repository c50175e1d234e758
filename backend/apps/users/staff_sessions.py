"""How long staff stays logged in."""

from typing import Any

from django.http import HttpRequest

from apps.users.models import User

STAFF_SESSION_SECONDS = 12 * 3600


def shorten_session(*, request: HttpRequest | None, user: User, **_: Any) -> None:
    """A forgotten session of staff reaches the admin: it ends after a working day, whatever is done in it."""
    if request is not None and user.is_staff:
        request.session.set_expiry(STAFF_SESSION_SECONDS)
