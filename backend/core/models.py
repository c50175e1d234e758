"""One-time tasks, idempotency records, and generations of tables."""

from django.db import models


class OneTimeTask(models.Model):
    """A task that was done and must not be repeated, such as adding the sample tracks."""

    name = models.CharField(max_length=50, unique=True)
    reached_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class IdempotencyRecord(models.Model):
    """A write with an `Idempotency-Key` and its response, so that a repeat is not executed again."""

    caller = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    # A keyed hash of method, URL and body, which a repeat must match.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(default="")
    # For a large response: the data from which its view builds the response again.
    recipe = models.TextField(default="")
    # For a response with a token, only its subject.
    subject = models.CharField(max_length=64, default="")
    # An object in the response that may have to be redacted later, such as `item:5`.
    shows = models.CharField(max_length=64, default="")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="idempotency_record_once")]
        indexes = [
            models.Index(fields=["subject"], name="idempotency_record_subject"),
            models.Index(fields=["shows"], name="idempotency_record_shows"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.caller}"


class TableWrite(models.Model):
    """Numbers of writes to tables, added by triggers of the database (`core.response_cache`)."""

    name = models.CharField(max_length=20, db_index=True)
    number = models.BigIntegerField()

    def __str__(self) -> str:
        return self.name
