"""Sessions stored under a hash of their key: a reader of the database or a backup cannot log in with it."""

from hashlib import sha256
from typing import Any

from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.core.exceptions import SuspiciousOperation
from django.utils import timezone


def hashed(session_key: str) -> str:
    """The stored form of a session key. A key has 165 random bits, so a plain hash reveals nothing of it."""
    return sha256(session_key.encode()).hexdigest()


class SessionStore(db.SessionStore):
    """Django's database store, with hashed keys, and with the user of each session."""

    @classmethod
    def get_model_class(cls) -> type[Any]:
        """Looked up by name: the model refers to this store, and is imported after this module."""
        return apps.get_model("users", "LoginSession")

    def _get_session_from_db(self) -> Any:
        try:
            stored = self.get_model_class().objects.get(
                session_key=hashed(self.session_key or ""), expire_date__gt=timezone.now()
            )
        except (self.model.DoesNotExist, SuspiciousOperation):
            self._session_key = None
            return None
        return stored

    def exists(self, session_key: str) -> bool:
        return super().exists(hashed(session_key))

    def create_model_instance(self, data: Any) -> Any:
        stored: Any = super().create_model_instance(data)
        stored.session_key = hashed(stored.session_key)
        user_id = str(data.get(SESSION_KEY, ""))
        stored.user_id = int(user_id) if user_id.isdecimal() else None
        return stored

    def delete(self, session_key: str | None = None) -> None:
        session_key = session_key or self.session_key
        if session_key is not None:
            self.model.objects.filter(session_key=hashed(session_key)).delete()

    # Django's own async methods would bypass the hash.

    async def _aget_session_from_db(self) -> Any:
        return await sync_to_async(self._get_session_from_db)()

    async def aexists(self, session_key: str) -> bool:
        return await sync_to_async(self.exists)(session_key)

    async def acreate_model_instance(self, data: Any) -> Any:
        return await sync_to_async(self.create_model_instance)(data)

    async def adelete(self, session_key: str | None = None) -> None:
        await sync_to_async(self.delete)(session_key)
