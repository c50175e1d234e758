"""`manage.py roll_up_analytics`."""

from datetime import datetime
from io import StringIO

from django.core.management import call_command

from apps.analytics.models import DayCount
from apps.analytics.tests.laws import check_roll_ups
from apps.analytics.tests.telling import tell
from apps.tracks.models import Track
from apps.users.models import User


def said() -> str:
    output = StringIO()
    call_command("roll_up_analytics", stdout=output)
    return output.getvalue().strip()


def test_says_whether_all_was_right(ada: User, halo: Track, now: datetime):
    assert said() == "Counted 0 days and 0 people anew: all was right."
    tell(ada, halo, at=now)
    assert said() == "Counted 1 days and 1 people anew: all was right."

    DayCount.objects.update(count=5)

    assert said() == "Counted 1 days and 1 people anew: 1 counts were wrong."
    assert said().endswith("all was right.")
    check_roll_ups()
