"""The track library."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction

from apps.tracks.metadata import (
    ISRC_LENGTH,
    MAX_COVER_URL,
    MAX_GENRE,
    MAX_NAME,
    MetadataError,
    TrackMetadata,
    checked_cover_url,
    checked_duration,
    checked_isrc,
    checked_text,
)
from apps.tracks.normalisation import IDENTITY_BYTES, SearchColumns, search_columns
from core.changes import BroadcastModel
from core.errors import NotFound

ISRC_CONSTRAINT = "tracks_track_isrc_unique"
METADATA_FIELDS = tuple(field.name for field in fields(TrackMetadata))
# The fields from which the search columns are computed.
SEARCHED_FIELDS = ("title", "artist", "album", "genre")
# Case folding may make a text longer: "ﬃ" becomes three letters, which is the maximum.
GENRE_KEY_GROWTH = 3


@dataclass(frozen=True, slots=True)
class Dependents:
    """Callbacks of a higher app for changes of a track; the app registers them in `AppConfig.ready()`.

    `lock` is called first inside each transaction that changes or deletes the track of that id; `release`
    inside the one that deletes it, before the row is deleted.
    """

    lock: Callable[[int], None]
    release: Callable[[int], None]


_registered: list[Dependents] = []


def register_dependents(*, lock: Callable[[int], None], release: Callable[[int], None]) -> None:
    """Registering the same pair again changes nothing."""
    dependents = Dependents(lock=lock, release=release)
    if dependents not in _registered:
        _registered.append(dependents)


def lock_dependents(track_id: int) -> None:
    for dependents in _registered:
        dependents.lock(track_id)


def detach_dependents(track_id: int) -> None:
    for dependents in _registered:
        dependents.release(track_id)


class Track(BroadcastModel):
    """A recording. Its search columns are always derived from its own texts."""

    title = models.CharField(max_length=MAX_NAME)
    artist = models.CharField(max_length=MAX_NAME)
    album = models.CharField(max_length=MAX_NAME, blank=True, default="")
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    genre = models.CharField(max_length=MAX_GENRE, blank=True, default="")
    cover_url = models.CharField(max_length=MAX_COVER_URL, null=True, blank=True)
    isrc = models.CharField("ISRC", max_length=ISRC_LENGTH, null=True, blank=True)
    # Whether the lyrics are explicit; null: not known.
    explicit = models.BooleanField(null=True, blank=True)
    # Whether this server has its audio (apps.audio). The default is also in the database, for existing rows.
    has_audio = models.BooleanField(db_default=False, default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    # Texts without a limit and without an index: PostgreSQL can't index texts longer than 2,700 bytes, and
    # Unicode decomposition makes some characters 18 times as long.
    title_key = models.TextField(editable=False)
    artist_key = models.TextField(editable=False)
    album_key = models.TextField(editable=False)
    genre_key = models.CharField(max_length=MAX_GENRE * GENRE_KEY_GROWTH, editable=False, db_index=True)
    search_text = models.TextField(editable=False)
    latin_text = models.TextField(editable=False, default="")
    # Equal for the same normalised title, artist and album.
    identity = models.CharField(max_length=2 * IDENTITY_BYTES, editable=False, db_index=True)

    # Whether `locked` returned this instance, and its transaction is still open.
    _holds_locks = False
    # The fields that the current save writes; None: all.
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
    def described_by(cls, metadata: TrackMetadata) -> Self:
        """A new track, ready to be stored, also in bulk."""
        track = cls(**asdict(metadata))
        track.fill_search_columns()
        return track

    def metadata(self) -> TrackMetadata:
        return TrackMetadata(**{name: getattr(self, name) for name in METADATA_FIELDS})

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
            except MetadataError as error:
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
        """A transaction in which no other changes the track. Raises NotFound.

        Rows of apps that depend on the track are locked first, then the row: the search columns are made from
        what the row contains.
        """
        with transaction.atomic():
            lock_dependents(track_id)
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
        lock_dependents(track_id)
        Track.objects.select_for_update(no_key=True).filter(pk=track_id).values_list("pk").first()

    def before_change(self, before: Self | None) -> None:
        """Sets the search columns, with the database's values of fields that this save does not write."""
        written = self._partly_written
        self._set_search_columns(
            {
                name: getattr(self if before is None or written is None or name in written else before, name)
                for name in SEARCHED_FIELDS
            }
        )

    def before_deletion(self) -> None:
        # Waits for transactions that have inserted rows with this track, so that these rows are deleted with
        # it: the foreign keys are checked at the commit only.
        Track.objects.select_for_update().filter(pk=self.pk).values_list("pk").first()
        detach_dependents(self.pk)

    def _set_search_columns(self, words: dict[str, str]) -> None:
        for name, value in search_columns(**words)._asdict().items():
            setattr(self, name, value)


class SearchWord(models.Model):
    """A word that is, or was, in the `search_text` of a track: misspelled words are compared with it.

    The database itself adds words (`search_index`). A word without tracks stays, but finds nothing.
    """

    word = models.TextField(unique=True)
    # In Latin letters, with a space in front and behind.
    padded = models.TextField()

    def __str__(self) -> str:
        return self.word
