"""What happens once in the life of a database."""

from django.db import models


class Milestone(models.Model):
    """Something that was done and is never to be done again, such as the first seeding."""

    name = models.CharField(max_length=50, unique=True)
    reached_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
