"""The audio files in the folders of MUSIC_DIRS, and those of a Subsonic server."""

from hashlib import blake2b

from django.db import models

from apps.tracks.models import Track

HASH_BYTES = 16
# A track's files: local ones take precedence, then the quality.
BEST_FIRST = ("is_remote", "-is_lossless", "-bits_per_second", "id")


class AudioFile(models.Model):
    """A file that a scan or an import has read. Its track has at least one."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="+")
    # One of MUSIC_DIRS without symbolic links, and the path within it; or the URL of a Subsonic server, and
    # the ID of its song.
    folder = models.TextField()
    path = models.TextField()
    # A hash of both: PostgreSQL can't index a text as long as a path may be.
    location = models.CharField(max_length=2 * HASH_BYTES, unique=True)
    is_remote = models.BooleanField(default=False)
    size_bytes = models.BigIntegerField()
    modified_ns = models.BigIntegerField()
    # Of the size and of samples of the content: a moved file is recognised by it. For a remote song,
    # of its description.
    content_hash = models.CharField(max_length=2 * HASH_BYTES, db_index=True)
    codec = models.CharField(max_length=20)
    content_type = models.CharField(max_length=30)
    duration_ms = models.PositiveIntegerField()
    bits_per_second = models.PositiveIntegerField()
    is_lossless = models.BooleanField()
    # ReplayGain of the track, in decibels; null: not known.
    gain_db = models.FloatField(null=True)
    # The tags of the last scan: a later scan applies only changes of them.
    tags = models.JSONField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.path


def location_of(folder: str, path: str) -> str:
    return blake2b(f"{folder}\0{path}".encode(), digest_size=HASH_BYTES).hexdigest()
