"""Activities and daily counts in the admin, to be looked at: both are written by what people do."""

from datetime import date

from django.contrib import admin

from apps.analytics.models import Activity, DayCount
from core.admin_bases import LookOnlyAdmin


@admin.register(Activity)
class ActivityAdmin(LookOnlyAdmin[Activity]):
    list_display = ["id", "user", "kind", "track", "occurred_at", "received_at"]
    list_filter = ["kind", "occurred_at"]
    list_select_related = ["user", "track"]
    search_fields = ["user__username", "track__title", "track__artist"]
    ordering = ["-id"]


@admin.register(DayCount)
class DayCountAdmin(LookOnlyAdmin[DayCount]):
    list_display = ["on", "kind", "count"]
    list_filter = ["kind"]
    fields = ["on", "kind", "count"]
    ordering = ["-day", "kind"]

    @admin.display(description="UTC day", ordering="day")
    def on(self, counted: DayCount) -> date:
        return counted.utc_date
