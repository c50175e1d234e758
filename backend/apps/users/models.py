"""People: accounts with their taste profile, and guests without an account."""

import secrets
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.db import models

from apps.users.session_store import SessionStore
from core.identity import ACCOUNT
from core.names import MAX_PERSON_NAME, validate_name

MAX_GENRES = 20
MAX_ARTISTS = 50
MOODS: Final = ("energetic", "calm", "happy", "sad", "focused", "party")
# Of one genre, as in the library; of one artist.
MAX_GENRE_NAME = 50
MAX_ARTIST_NAME = 200


class Taste(msgspec.Struct, frozen=True):
    """A taste profile; empty where nothing was entered."""

    favorite_genres: Sequence[str] = ()
    favorite_artists: Sequence[str] = ()
    moods: Sequence[str] = ()

    def merged_with(self, given: Mapping[str, Sequence[str]]) -> "Taste":
        """Each part that was given instead of the one that was there."""
        return msgspec.structs.replace(self, **given)


def without_repeats(names: Sequence[str]) -> list[str]:
    """The same names in the same order, each once, without regard to case."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.casefold(), name)
    return list(first.values())


# Prefix of the key of a guest.
GUEST = "guest:"
GUEST_ID_BYTES = 12  # 96 random bits: no id is guessed by chance
# Without regard to case a letter may become three.
LONGEST_KEY = 3 * 254
# Fields that are unique among accounts, regardless of case.
UNIQUE_KEYS = {"username": "username_key", "email": "email_key"}


def folded(text: str) -> str:
    """The same for all ways to write a name or an e-mail address that count as one."""
    return unicodedata.normalize("NFKC", text).casefold()


class User(AbstractUser):
    """An account. Its name and its e-mail address are unique, regardless of case.

    An address may be empty. Accounts from before this rule may have equal ones: only the oldest has the key,
    so only it can log in by that name or address, and receives the mails.
    """

    username_key = models.CharField(max_length=LONGEST_KEY, null=True, editable=False)
    email_key = models.CharField(max_length=LONGEST_KEY, null=True, editable=False)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(fields=["username_key"], name="user_username_once"),
            models.UniqueConstraint(fields=["email_key"], name="user_email_once"),
        ]

    @property
    def key(self) -> str:
        """The key under which the person's votes, items and other data are stored."""
        return key_of_user(self.pk)

    def clean(self) -> None:
        """The same rule for forms."""
        super().clean()
        for field, key in UNIQUE_KEYS.items():
            wanted = self._key_of(field)
            others = User.objects.filter(**{key: wanted}).exclude(pk=self.pk)
            if wanted is not None and others.exists():
                raise ValidationError({field: f"Another account has this {field}."})

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        written = None if update_fields is None else set(update_fields)
        for field, key in UNIQUE_KEYS.items():
            if written is None or field in written:
                setattr(self, key, self._key_of(field))
                written = None if written is None else {*written, key}
        super().save(*args, update_fields=written, **kwargs)

    def _key_of(self, field: str) -> str | None:
        wanted = folded(getattr(self, field) or "") or None
        if wanted is None or self._state.adding or getattr(self, UNIQUE_KEYS[field]) is not None:
            return wanted
        stored = User.objects.filter(pk=self.pk).values_list(field, UNIQUE_KEYS[field]).first()
        is_older_than_the_rule = stored is not None and (folded(stored[0]), stored[1]) == (wanted, None)
        return None if is_older_than_the_rule else wanted


def key_of_user(user_id: int) -> str:
    return f"{ACCOUNT}:{user_id}"


class Profile(models.Model):
    """The taste profile of an account. An account that has entered nothing has none."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="profile")
    favorite_genres = models.JSONField(default=list)
    favorite_artists = models.JSONField(default=list)
    moods = models.JSONField(default=list)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"What account {self.pk} likes"


class LoginSession(AbstractBaseSession):
    """A session, under a hash of the key that its cookie has."""

    session_key = models.CharField(primary_key=True, max_length=64)
    # The account. A number, because a session may be saved after its account was deleted.
    user_id = models.BigIntegerField(null=True, db_index=True)

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        return SessionStore


def new_guest_id() -> str:
    return secrets.token_urlsafe(GUEST_ID_BYTES)


class Guest(models.Model):
    """A person without an account, known by a signed token."""

    id = models.CharField(primary_key=True, max_length=32, default=new_guest_id, editable=False)
    name = models.CharField(max_length=MAX_PERSON_NAME, blank=True, default="", validators=[validate_name])
    created_at = models.DateTimeField(auto_now_add=True)
    # The ID of the account into which the guest is being merged. No foreign key: the account may be erased
    # in the meantime, and erasing it would wait for its guests, which wait for the account.
    becoming = models.BigIntegerField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name or self.id

    @property
    def key(self) -> str:
        """The key under which the person's votes, items and other data are stored."""
        return f"{GUEST}{self.pk}"
