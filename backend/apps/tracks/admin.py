"""The library in the admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.tracks.models import Track
from apps.tracks.selectors import matching_tracks


@admin.register(Track)
class TrackAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # Django knows no parameter here
    list_display = ["title", "artist", "album", "genre", "duration_seconds", "isrc"]
    list_filter = ["genre"]
    search_fields = ["title", "artist", "album"]
    readonly_fields = ["created_at"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Track], search_term: str
    ) -> tuple[QuerySet[Track], bool]:
        """Finds what the API's search finds."""
        return matching_tracks(queryset, search_term), False
