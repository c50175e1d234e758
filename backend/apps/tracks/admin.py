"""The library in the admin. A queued track is changed or removed in every room that has it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.tracks.models import Track
from apps.tracks.selectors import matching_tracks
from core.admin import LockingAdmin


class HasCover(admin.SimpleListFilter):
    title = "cover"
    parameter_name = "cover"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "With a cover"), ("no", "Without")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Track]) -> QuerySet[Track]:
        if self.value() is None:
            return queryset
        return queryset.filter(cover_url__isnull=self.value() == "no")


@admin.register(Track)
class TrackAdmin(LockingAdmin[Track]):
    list_display = ["title", "artist", "album", "genre", "duration_seconds", "isrc", "created_at"]
    list_filter = ["genre", HasCover, "created_at"]
    # get_search_results does the search; without this value there would be no search field.
    search_fields = ["title", "artist", "album"]
    search_help_text = "Title, artist, album, genre: every word must match, case and accents do not matter."
    readonly_fields = ["created_at"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Track], search_term: str
    ) -> tuple[QuerySet[Track], bool]:
        """Finds the same tracks as the API's search."""
        return matching_tracks(queryset, search_term), False
