"""Jobs in the admin, read-only."""

from django.contrib import admin

from apps.jobs.models import JobRun, ScheduleState, WorkerProcess
from core.admin import ReadOnlyAdmin


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin[JobRun]):
    list_display = ["kind", "key", "status", "attempts", "error_code", "created_at", "finished_at"]
    list_filter = ["status", "kind", "created_at"]
    search_fields = ["=key"]
    search_help_text = "The exact key, such as user:5."
    exclude = ["lease"]
    ordering = ["-created_at"]


@admin.register(WorkerProcess)
class WorkerProcessAdmin(ReadOnlyAdmin[WorkerProcess]):
    list_display = ["name", "role", "started_at", "seen_at"]
    list_filter = ["role"]


@admin.register(ScheduleState)
class ScheduleStateAdmin(ReadOnlyAdmin[ScheduleState]):
    list_display = ["name", "last_due_at"]
