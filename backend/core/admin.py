"""What a database has been through, in the admin, to look at only."""

from django.contrib import admin

from core.admin_bases import LookOnlyAdmin
from core.models import KeptAnswer, Milestone


@admin.register(Milestone)
class MilestoneAdmin(LookOnlyAdmin[Milestone]):
    list_display = ["name", "reached_at"]


@admin.register(KeptAnswer)
class KeptAnswerAdmin(LookOnlyAdmin[KeptAnswer]):
    list_display = ["key", "caller", "status", "created_at"]
    exclude = ["body", "headers"]
