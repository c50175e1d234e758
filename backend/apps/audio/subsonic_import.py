"""An import from a Subsonic server: its songs become tracks with audio; deleted songs lose it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b

import msgspec
from django.conf import settings
from django.db.models import Q

from apps.audio.covers import store_cover
from apps.audio.models import HASH_BYTES, AudioFile, location_of
from apps.audio.scanning import BATCH_FILES, Report, portions
from apps.audio.services import ReadFile, remove_files, store_files, update_has_audio
from apps.audio.subsonic import NOT_FOUND, Album, Song, SubsonicError, SubsonicServer
from apps.audio.tags import FORMATS_BY_SUFFIX, AudioTags, described
from apps.tracks.metadata import MetadataError, checked_duration
from core.providers.responses import ProviderError

EXPLICIT = {"explicit": ["1"], "clean": ["2"]}


@dataclass(slots=True)
class ImportResult:
    """The numbers of songs that are new, changed, unchanged, deleted and not imported."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    bad: int = 0

    def __str__(self) -> str:
        return (
            f"{self.added} added, {self.changed} changed, {self.unchanged} unchanged, "
            f"{self.removed} removed, {self.bad} not imported"
        )


def count_songs(server: SubsonicServer) -> int:
    """How many songs an import looks at. Raises ProviderError."""
    return sum(album.song_count for albums in server.albums() for album in albums)


def import_songs(
    server: SubsonicServer, *, report: Report, progress: Callable[[int], None] = lambda _songs: None
) -> ImportResult:
    """Safe to be killed and repeated: stored songs are not written again. Raises ProviderError.

    Memory holds a list of albums, an album, one batch, and the row's ID of each song.
    """
    importer = _Importer(server, report)
    for albums in server.albums():
        for album in albums:
            progress(importer.look_at(album))
    importer.store()
    importer.remove_missing()
    update_has_audio()
    return importer.result


@dataclass(slots=True)
class _Importer:
    server: SubsonicServer
    report: Report
    result: ImportResult = field(default_factory=ImportResult)
    _read: list[ReadFile] = field(default_factory=list)
    _known: dict[str, AudioFile] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)

    def look_at(self, album: Album) -> int:
        """The number of its songs."""
        try:
            songs, bad = self.server.songs(album)
        except SubsonicError as error:
            if error.code != NOT_FOUND:
                raise
            return album.song_count  # it was deleted since the list was made
        self.result.bad += bad
        locations = [location_of(settings.SUBSONIC_URL, song.id) for song in songs]
        known = {row.location: row for row in AudioFile.objects.filter(location__in=locations)}
        self._seen.update(row.pk for row in known.values())
        covers: dict[str, str | None] = {}
        for song, location in zip(songs, locations, strict=True):
            row, fingerprint = known.get(location), _fingerprint(song)
            if row is not None and row.content_hash == fingerprint:
                self.result.unchanged += 1
                continue
            tags = self._tags_of(song)
            if tags is None:
                continue
            cover_id = album.cover_art or song.cover_art
            if cover_id not in covers:
                covers[cover_id] = self._cover(cover_id)
            self._read.append(_file_of(song, tags, fingerprint, covers[cover_id]))
            self._known |= {location: row} if row is not None else {}
            self.result.changed += row is not None
            self.result.added += row is None
        if len(self._read) >= BATCH_FILES:
            self.store()
        return len(songs) + bad

    def store(self) -> None:
        if self._read:
            store_files(files=self._read, known=self._known)
        self._read, self._known = [], {}

    def remove_missing(self) -> None:
        """Removes songs that the server no longer has, and those of another server."""
        for rows in portions(Q(is_remote=True)):
            unseen = [(pk, folder, song_id) for pk, folder, song_id in rows if pk not in self._seen]
            gone = [pk for pk, folder, song_id in unseen if self._is_gone(folder, song_id)]
            remove_files(ids=gone)
            self.result.removed += len(gone)

    def _is_gone(self, folder: str, song_id: str) -> bool:
        return folder != settings.SUBSONIC_URL or not self.server.has_song(song_id)

    def _tags_of(self, song: Song) -> AudioTags | None:
        form = FORMATS_BY_SUFFIX.get(song.suffix.lower())
        try:
            checked_duration(song.duration)
        except MetadataError:
            form = None
        if form is None:
            self.result.bad += 1
            self.report(
                f"{song.artist} - {song.title} ({song.id})", "has no duration or is of no supported format"
            )
            return None
        gain = song.replay_gain.track_gain if song.replay_gain else None
        texts = {
            "title": [song.title],
            "artist": [song.artist],
            "album": [song.album],
            "genre": [song.genre],
            "isrc": song.isrc,
            "itunesadvisory": EXPLICIT.get(song.explicit_status, []),
            "replaygain_track_gain": [] if gain is None else [f"{gain:.4f} dB"],
        }
        return described(
            texts,
            name=song.title,
            form=form,
            duration_ms=song.duration * 1000,
            bits_per_second=max(0, song.bit_rate) * 1000,
            picture=None,
        )

    def _cover(self, cover_id: str) -> str | None:
        if not cover_id:
            return None
        try:
            return store_cover(self.server.cover(cover_id))
        except ProviderError as error:
            if error.is_temporary:
                raise
            return None


def _fingerprint(song: Song) -> str:
    return blake2b(msgspec.json.encode(song), digest_size=HASH_BYTES).hexdigest()


def _file_of(song: Song, tags: AudioTags, fingerprint: str, cover_key: str | None) -> ReadFile:
    return ReadFile(
        folder=settings.SUBSONIC_URL,
        path=song.id,
        is_remote=True,
        size_bytes=max(0, song.size),
        modified_ns=0,
        content_hash=fingerprint,
        tags=tags,
        cover_key=cover_key,
    )
