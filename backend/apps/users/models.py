"""People: accounts, and guests who join in without one."""

import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models

from core.names import MAX_PERSON_NAME, validate_name

GUEST_ID_BYTES = 12  # 96 random bits: nobody meets another's id by chance


class User(AbstractUser):
    """An account. Our own model from the first migration, so that it can grow."""


def new_guest_id() -> str:
    return secrets.token_urlsafe(GUEST_ID_BYTES)


class Guest(models.Model):
    """Somebody without an account, known by a signed token."""

    id = models.CharField(primary_key=True, max_length=32, default=new_guest_id, editable=False)
    name = models.CharField(max_length=MAX_PERSON_NAME, blank=True, default="", validators=[validate_name])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name or self.id
