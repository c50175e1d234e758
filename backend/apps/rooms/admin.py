"""Rooms in the admin. Changes follow the same rules and are broadcast like all others."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from apps.rooms.models import Order, Room
from apps.rooms.services import SLUG_PATTERN, create_room
from core.admin import LockingAdmin, PartialUpdateForm
from core.identity import caller_of


class RoomForm(PartialUpdateForm[Room]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if playing := self.fields.get("playing"):
            own = self.instance.items.all() if self.instance.pk else playing.queryset.none()  # type: ignore[attr-defined]
            playing.queryset = own.select_related("room", "track")  # type: ignore[attr-defined]

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if not SLUG_PATTERN.fullmatch(slug):
            raise ValidationError("Use only lowercase letters a to z, digits and hyphens.")
        return slug


@admin.register(Room)
class RoomAdmin(LockingAdmin[Room]):
    form = RoomForm
    list_display = ["slug", "name", "decided_by", "item_count", "playing", "is_public", "created_at"]
    list_filter = ["is_public", "chosen_order", "created_at"]
    list_select_related = ["playing__track", "playing__room"]
    search_fields = ["slug", "name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        return super().get_queryset(request).annotate(item_count=Count("items"))

    def get_fields(self, request: HttpRequest, obj: Room | None = None) -> Any:
        described = ["slug", "name", "is_public", "chosen_order"]
        return [*described, "playing", "created_by", "created_at"] if obj else described

    def get_readonly_fields(self, request: HttpRequest, obj: Room | None = None) -> list[str]:
        return ["slug", "created_by", "created_at"] if obj else []

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "playing":
            # Items are loaded only for the form's room.
            kwargs["queryset"] = db_field.related_model.objects.none()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def create(self, request: HttpRequest, obj: Room, form: Any) -> None:
        given = form.cleaned_data
        made = create_room(
            caller=caller_of(request),
            name=given["name"],
            slug=given["slug"],
            is_public=given["is_public"],
            order=Order(given["chosen_order"]) if given["chosen_order"] else None,
        )
        obj.pk = made.pk

    @admin.display(description="order", ordering="chosen_order")
    def decided_by(self, room: Room) -> str:
        return room.order.value

    @admin.display(description="items", ordering="item_count")
    def item_count(self, room: Any) -> int:
        count: int = room.item_count
        return count
