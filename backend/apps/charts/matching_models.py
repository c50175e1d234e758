"""What a person said about two names: once said, nobody is asked again."""

from django.db import models

from apps.charts.isrc_check import IsIsrc


class ManualMatch(models.Model):
    """That a recording of a music service is the one with this ISRC; without an ISRC: none that is known."""

    source = models.CharField(max_length=32)
    # The recording's own id at the service: titles change, it doesn't.
    source_track_id = models.CharField(max_length=128)
    isrc = models.CharField(max_length=12, null=True, blank=True)
    decided_at = models.DateTimeField(auto_now=True)
    decided_by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name_plural = "manual matches"
        constraints = [
            models.UniqueConstraint(fields=["source", "source_track_id"], name="manual_match_once"),
            models.CheckConstraint(
                condition=models.Q(isrc__isnull=True) | models.Q(IsIsrc(models.F("isrc"))),
                name="manual_match_isrc",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.source_track_id} is {self.isrc or 'none that is known'}"
