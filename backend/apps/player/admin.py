"""Players and speakers in the admin. Changes of settings send the same event as those of people."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.player.models import Player, Speaker
from core.admin import LockingAdmin, PartialUpdateForm, ReadOnlyAdmin


class PlayerForm(PartialUpdateForm[Player]):
    pass


@admin.register(Player)
class PlayerAdmin(LockingAdmin[Player]):
    """Settings can be changed. The playing item is changed in the room."""

    form = PlayerForm
    fields = ["room", "state", "reason", "volume", "autoplay", "after_play"]
    readonly_fields = ["room", "state", "reason"]
    list_display = ["room", "state", "reason", "volume", "autoplay", "after_play"]
    list_filter = ["state", "reason"]
    list_select_related = ["room"]
    ordering = ["room"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Speaker)
class SpeakerAdmin(ReadOnlyAdmin[Speaker]):
    list_display = ["name", "kind", "room", "state", "lag_ms", "expires_at"]
    list_filter = ["kind", "room"]
    list_select_related = ["room"]
    ordering = ["-id"]
