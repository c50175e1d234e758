"""One-time tasks of a database, idempotency records, and generations of tables."""

from django.db import models


class Milestone(models.Model):
    """Something that was done and is never to be done again, such as the first seeding."""

    name = models.CharField(max_length=50, unique=True)
    reached_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class KeptAnswer(models.Model):
    """The answer to a write that its caller named, kept so that the write is never done twice."""

    caller = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    # Keyed hash over method, address and body: what makes it the same request.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(default="")
    # Of a large response: what its view makes it from again.
    recipe = models.TextField(default="")
    # Of an answer that carries a token, only whom it was about.
    subject = models.CharField(max_length=64, default="")
    # What the answer shows that may have to be changed in it later, such as `item:5`.
    shows = models.CharField(max_length=64, default="")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="kept_answer_once")]
        indexes = [
            models.Index(fields=["subject"], name="kept_answer_subject"),
            models.Index(fields=["shows"], name="kept_answer_shows"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.caller}"


class TableWrite(models.Model):
    """Writes of the tables of one name: triggers of the database add them (`core.response_cache`)."""

    name = models.CharField(max_length=20, db_index=True)
    number = models.BigIntegerField()

    def __str__(self) -> str:
        return self.name
