"""Streams, their events and presence in the admin, read-only."""

from django.contrib import admin

from apps.realtime.models import Event, Presence, Stream
from core.admin import ReadOnlyAdmin


@admin.register(Stream)
class StreamAdmin(ReadOnlyAdmin[Stream]):
    list_display = ["name", "kind", "epoch", "seq"]
    list_filter = ["kind"]
    search_fields = ["name", "epoch"]
    ordering = ["name"]


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin[Event]):
    list_display = ["seq", "stream", "type", "op_id", "created_at"]
    list_filter = ["type", "created_at"]
    list_select_related = ["stream"]
    search_fields = ["stream__name", "=op_id"]
    search_help_text = "A stream's name, or an op id as a whole."
    ordering = ["-created_at", "-seq"]


@admin.register(Presence)
class PresenceAdmin(ReadOnlyAdmin[Presence]):
    list_display = ["stream_id", "key", "until", "written_at"]
    ordering = ["-until"]
