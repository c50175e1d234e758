"""Deletes lists, charts and counts of days to come: an earlier version read them, as a slip in a file's name."""

from django.db import migrations
from django.db.models import F, Q
from django.utils import timezone


def forget_days_to_come(apps, schema_editor):
    """Only what was stored before its day began: so a clock that is wrong today deletes nothing."""
    today = timezone.now().date()
    editions = apps.get_model("charts", "Edition").objects.filter(issued_on__gt=today)
    editions.filter(Q(published_at__isnull=True) | Q(published_at__lt=F("issued_on"))).delete()
    lists = apps.get_model("charts", "RawEdition").objects.filter(issued_on__gt=today)
    lists.filter(tried_at__lt=F("issued_on")).delete()
    counts = apps.get_model("charts", "HistoricalViewCount").objects
    to_come = counts.filter(recorded_date__gt=today, counted_at__lt=F("recorded_date"))
    keys = set(to_come.values_list("isrc", "service"))
    to_come.delete()
    for isrc, service in keys:
        _set_newest(apps, isrc, service)


def _set_newest(apps, isrc, service):
    rows = apps.get_model("charts", "HistoricalViewCount").objects.filter(isrc=isrc, service=service)
    last = rows.filter(view_count__isnull=False, flag="").order_by("-recorded_date").first()
    current = apps.get_model("charts", "ViewCount").objects.filter(isrc=isrc, service=service)
    if last is None:
        current.delete()
    else:
        current.update(view_count=last.view_count, last_updated=last.counted_at)
    apps.get_model("charts", "DroppedView").objects.create(isrc=isrc, service=service)


class Migration(migrations.Migration):
    dependencies = [("charts", "0004_doubtful_rows")]

    # What was deleted never was; there is no way back, and none is needed.
    operations = [migrations.RunPython(forget_days_to_come, migrations.RunPython.noop)]
