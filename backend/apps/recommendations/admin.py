"""Recommendations in the admin, read-only: jobs and reads write them."""

from django.contrib import admin

from apps.recommendations.models import Recommendation, RecommendationList
from core.admin import ReadOnlyAdmin


@admin.register(RecommendationList)
class RecommendationListAdmin(ReadOnlyAdmin[RecommendationList]):
    list_display = ["id", "user", "room", "generated_at", "missing_sources"]
    list_filter = ["generated_at"]
    list_select_related = ["user", "room"]
    search_fields = ["user__username", "room__slug"]


@admin.register(Recommendation)
class RecommendationAdmin(ReadOnlyAdmin[Recommendation]):
    list_display = ["id", "stored_list", "rank", "score", "track", "provider", "offered_at"]
    list_filter = ["provider", "offered_at"]
    list_select_related = ["stored_list__user", "stored_list__room", "track"]
    search_fields = [
        "stored_list__user__username",
        "stored_list__room__slug",
        "track__title",
        "track__artist",
    ]
