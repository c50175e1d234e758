"""Jobs in the admin, to look at only."""

from django.contrib import admin

from apps.jobs.models import JobProcess, JobRun, ScheduledTurn
from core.admin_bases import LookOnlyAdmin


@admin.register(JobRun)
class JobRunAdmin(LookOnlyAdmin[JobRun]):
    list_display = ["kind", "key", "status", "attempts", "error_code", "created_at", "finished_at"]
    list_filter = ["status", "kind", "created_at"]
    search_fields = ["=key"]
    search_help_text = "What it is about, as a whole: user:5."
    exclude = ["lease"]
    ordering = ["-created_at"]


@admin.register(JobProcess)
class JobProcessAdmin(LookOnlyAdmin[JobProcess]):
    list_display = ["name", "role", "started_at", "seen_at"]
    list_filter = ["role"]


@admin.register(ScheduledTurn)
class ScheduledTurnAdmin(LookOnlyAdmin[ScheduledTurn]):
    list_display = ["name", "turn_at"]
