"""Sessions by whose they are."""

from collections.abc import Iterator

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session


def sessions_of(user_id: int) -> Iterator[Session]:
    """Looks into every session: only what is in it tells."""
    for session in Session.objects.iterator(chunk_size=500):
        if session.get_decoded().get(SESSION_KEY) == str(user_id):
            yield session
