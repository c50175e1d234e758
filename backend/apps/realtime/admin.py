"""Streams and their events in the admin, to look at only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.realtime.models import Event, Stream


class LookOnly(admin.ModelAdmin[Any]):
    """The log is written by changes alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Stream)
class StreamAdmin(LookOnly):
    list_display = ["kind", "name", "epoch", "seq"]


@admin.register(Event)
class EventAdmin(LookOnly):
    list_display = ["stream", "seq", "type", "op_id", "created_at"]
    list_filter = ["type"]
