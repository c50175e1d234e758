"""Activities and daily counts in the admin, read-only: both record what users do."""

from datetime import date

from django.contrib import admin

from apps.analytics.models import Activity, DayCount
from core.admin import ReadOnlyAdmin


@admin.register(Activity)
class ActivityAdmin(ReadOnlyAdmin[Activity]):
    list_display = ["id", "user", "kind", "track", "occurred_at", "received_at"]
    list_filter = ["kind", "occurred_at"]
    list_select_related = ["user", "track"]
    search_fields = ["user__username", "track__title", "track__artist"]
    ordering = ["-id"]


@admin.register(DayCount)
class DayCountAdmin(ReadOnlyAdmin[DayCount]):
    list_display = ["on", "kind", "count"]
    list_filter = ["kind"]
    fields = ["on", "kind", "count"]
    ordering = ["-day", "kind"]

    @admin.display(description="UTC day", ordering="day")
    def on(self, counted: DayCount) -> date:
        return counted.utc_date
