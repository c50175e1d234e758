"""What a database has been through, in the admin, to look at only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.models import KeptAnswer, Milestone


class LookOnly(admin.ModelAdmin[Any]):
    """What was, is not edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Milestone)
class MilestoneAdmin(LookOnly):
    list_display = ["name", "reached_at"]


@admin.register(KeptAnswer)
class KeptAnswerAdmin(LookOnly):
    list_display = ["key", "caller", "status", "created_at"]
    exclude = ["body", "headers"]
