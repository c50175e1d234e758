"""What a day may ask of a service, counted where every process sees it, and also after a restart."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import F

from apps.charts.models import QuotaDay

# YouTube's days begin at midnight in California. With days of an hour later in summer, what is asked within
# that hour would be taken from the day before, and the whole quota once more from the day that it belongs to.
YOUTUBE_DAYS = ZoneInfo("America/Los_Angeles")


class Quota:
    """Of one service on one day."""

    def __init__(self, service: str, limit: int, *, now: datetime) -> None:
        self._service, self._limit = service, limit
        self._day: date = now.astimezone(YOUTUBE_DAYS).date()

    def take(self, units: int) -> bool:
        """Whether there were so many left; then they are used."""
        QuotaDay.objects.get_or_create(service=self._service, day=self._day)
        mine = QuotaDay.objects.filter(service=self._service, day=self._day, used__lte=self._limit - units)
        return bool(mine.update(used=F("used") + units))

    def use_up(self) -> None:
        """The service itself says that there is nothing left."""
        QuotaDay.objects.update_or_create(
            service=self._service, day=self._day, defaults={"used": max(self._limit, self.used())}
        )

    def left(self) -> int:
        return max(0, self._limit - self.used())

    def used(self) -> int:
        day = QuotaDay.objects.filter(service=self._service, day=self._day).first()
        return day.used if day else 0
