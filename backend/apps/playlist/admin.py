"""Rooms, items, votes and plays in the admin. Saving there is told like any other change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.playlist.models import Play, PlaylistTrack, RemovedItem, Room, Vote


@admin.register(Room)
class RoomAdmin(admin.ModelAdmin[Room]):
    list_display = ["slug", "name", "is_public", "created_at"]
    search_fields = ["slug", "name"]
    raw_id_fields = ["playing"]

    def get_readonly_fields(self, request: HttpRequest, obj: Room | None = None) -> list[str]:
        return ["slug"] if obj else []


@admin.register(PlaylistTrack)
class PlaylistTrackAdmin(admin.ModelAdmin[PlaylistTrack]):
    list_display = ["id", "room", "track", "position", "votes", "added_by"]
    list_filter = ["room"]
    list_select_related = ["room", "track"]
    search_fields = ["track__title", "track__artist", "added_by"]
    raw_id_fields = ["track"]
    readonly_fields = ["votes"]


@admin.register(Vote)
class VoteAdmin(admin.ModelAdmin[Vote]):
    list_display = ["item", "voter", "value", "created_at"]
    raw_id_fields = ["item"]


@admin.register(Play, RemovedItem)
class RecordAdmin(admin.ModelAdmin[Any]):
    """Records of what was: to look at only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
