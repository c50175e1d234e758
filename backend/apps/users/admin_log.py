"""What the admin noted about people."""

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from apps.users.models import User


def entries_about(user: User) -> QuerySet[LogEntry]:
    """Changes of the account itself, whoever made them: each names it."""
    accounts = ContentType.objects.get_for_model(User)
    return LogEntry.objects.filter(content_type=accounts, object_id=str(user.pk))
