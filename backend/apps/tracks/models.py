"""The track library."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction

from apps.tracks.dependants import lock_dependants, release_dependants
from apps.tracks.facts import (
    ISRC_LENGTH,
    MAX_COVER_URL,
    MAX_GENRE,
    MAX_NAME,
    FactError,
    TrackFacts,
    checked_cover_url,
    checked_duration,
    checked_isrc,
    checked_text,
)
from apps.tracks.normalisation import IDENTITY_BYTES, SearchColumns, search_columns
from core.changes import AnnouncedModel
from core.errors import NotFound

ISRC_CONSTRAINT = "tracks_track_isrc_unique"
FACT_FIELDS = tuple(field.name for field in fields(TrackFacts))
# What the search columns are made from.
SEARCHED_FIELDS = ("title", "artist", "album", "genre")
# Without case a text may be longer: "ﬃ" becomes three letters, and none more.
GENRE_KEY_GROWTH = 3


class Track(AnnouncedModel):
    """A recording. Its search columns always say what its own words say."""

    title = models.CharField(max_length=MAX_NAME)
    artist = models.CharField(max_length=MAX_NAME)
    album = models.CharField(max_length=MAX_NAME, blank=True, default="")
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    genre = models.CharField(max_length=MAX_GENRE, blank=True, default="")
    cover_url = models.CharField(max_length=MAX_COVER_URL, null=True, blank=True)
    isrc = models.CharField("ISRC", max_length=ISRC_LENGTH, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    # Texts without a limit and without an index: PostgreSQL can't index what is longer than 2,700 bytes, and
    # taking apart makes some characters 18 times as long.
    title_key = models.TextField(editable=False)
    artist_key = models.TextField(editable=False)
    album_key = models.TextField(editable=False)
    genre_key = models.CharField(max_length=MAX_GENRE * GENRE_KEY_GROWTH, editable=False, db_index=True)
    search_text = models.TextField(editable=False)
    latin_text = models.TextField(editable=False, default="")
    # Equal for the same normalised title, artist and album.
    identity = models.CharField(max_length=2 * IDENTITY_BYTES, editable=False, db_index=True)

    # Whether this very instance was given out by `locked`, and its transaction is still open.
    _holds_locks = False
    # The fields that the save under way writes; None: all.
    _partly_written: frozenset[str] | None = None

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["isrc"], name=ISRC_CONSTRAINT),
            models.CheckConstraint(
                condition=models.Q(duration_seconds__gt=0), name="tracks_track_duration_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} — {self.artist}"

    @classmethod
    def described_by(cls, facts: TrackFacts) -> Self:
        """A new track, ready to be stored, also in bulk."""
        track = cls(**asdict(facts))
        track.fill_search_columns()
        return track

    def facts(self) -> TrackFacts:
        return TrackFacts(**{name: getattr(self, name) for name in FACT_FIELDS})

    def fill_search_columns(self) -> None:
        self._set_search_columns({name: getattr(self, name) for name in SEARCHED_FIELDS})

    def clean(self) -> None:
        """The same rules as the API's, for forms."""
        checks: dict[str, Callable[[Any], object]] = {
            **dict.fromkeys(("title", "artist", "album"), lambda text: checked_text(text, most=MAX_NAME)),
            "genre": lambda text: checked_text(text, most=MAX_GENRE),
            "duration_seconds": checked_duration,
            "cover_url": checked_cover_url,
            "isrc": checked_isrc,
        }
        errors = {}
        for name, check in checks.items():
            value = getattr(self, name)
            if value in (None, ""):
                continue
            try:
                setattr(self, name, check(value))
            except FactError as error:
                errors[name] = f"This {error}."
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """With `update_fields`, the search columns of those fields are written too."""
        self._partly_written = None if update_fields is None else frozenset(update_fields)
        if self._partly_written and self._partly_written.intersection(SEARCHED_FIELDS):
            update_fields = self._partly_written.union(SearchColumns._fields)
        super().save(*args, update_fields=update_fields, **kwargs)

    @staticmethod
    @contextmanager
    def locked(track_id: int) -> Iterator["Track"]:
        """A transaction in which nobody else changes the track. Raises NotFound.

        Whoever depends on the track is locked first, then the row: the search columns are made from what the
        row says.
        """
        with transaction.atomic():
            lock_dependants(track_id)
            track = Track.objects.select_for_update(no_key=True).filter(pk=track_id).first()
            if track is None:
                raise NotFound("There is no such track.")
            track._holds_locks = True
            try:
                yield track
            finally:
                track._holds_locks = False

    def lock_for_change(self) -> None:
        track_id: int | None = self.pk
        if track_id is None or self._holds_locks:
            return
        lock_dependants(track_id)
        Track.objects.select_for_update(no_key=True).filter(pk=track_id).values_list("pk").first()

    def prepare_change(self, before: Self | None) -> None:
        """What this save leaves as it is, the search columns take from the database."""
        written = self._partly_written
        self._set_search_columns(
            {
                name: getattr(self if before is None or written is None or name in written else before, name)
                for name in SEARCHED_FIELDS
            }
        )

    def prepare_deletion(self) -> None:
        release_dependants(self.pk)

    def _set_search_columns(self, words: dict[str, str]) -> None:
        for name, value in search_columns(**words)._asdict().items():
            setattr(self, name, value)


class SearchWord(models.Model):
    """A word that stands, or stood, in the `search_text` of a track: what misspelled words are compared with.

    The database itself adds them (`search_index`). One that no track has any more stays, and finds nothing.
    """

    word = models.TextField(unique=True)
    # In Latin letters, with a space in front and behind.
    padded = models.TextField()

    def __str__(self) -> str:
        return self.word
