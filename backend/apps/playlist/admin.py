"""Items, votes, wishes and plays in the admin. Changes follow the same rules and send the same events."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from apps.playlist.models import Play, PlaylistTrack, RemovedItem, Vote, Wish
from apps.playlist.positions import MAX_POSITION
from apps.playlist.services import Place, add_item, change_item
from apps.rooms.models import Order
from core.admin import DeleteOnlyAdmin, LockingAdmin, NameFormField, PartialUpdateForm, ReadOnlyAdmin
from core.identity import caller_of
from core.names import MAX_PERSON_NAME

# --- Items -------------------------------------------------------------------------------------------


class ItemForm(PartialUpdateForm[PlaylistTrack]):
    added_by = NameFormField(max_length=MAX_PERSON_NAME, initial="Anonymous")
    position = forms.FloatField(
        min_value=-MAX_POSITION,
        max_value=MAX_POSITION,
        required=False,
        help_text="Empty: at the end. One that another item holds puts this item directly behind it.",
    )

    def clean_position(self) -> float | None:
        position: float | None = self.cleaned_data["position"]
        if position is None and self.instance.pk:
            raise ValidationError("An item has a position.")
        return position

    def _get_validation_exclusions(self) -> set[str]:
        """Whether a position is taken, the service knows, and what to do then."""
        return super()._get_validation_exclusions() | {"position"}  # type: ignore[misc,no-any-return]


@admin.register(PlaylistTrack)
class PlaylistTrackAdmin(LockingAdmin[PlaylistTrack]):
    form = ItemForm
    list_display = ["id", "room", "position", "track", "votes", "plays_now", "added_by", "added_at"]
    list_filter = ["room", "added_at"]
    list_select_related = ["room", "track"]
    search_fields = ["track__title", "track__artist", "added_by"]
    ordering = ["room", "position"]
    autocomplete_fields = ["room", "track"]

    def get_fields(self, request: HttpRequest, obj: PlaylistTrack | None = None) -> Any:
        wanted = ["room", "track", "position", "added_by"]
        return [*wanted, "votes", "plays_now", "added_at", "played_at"] if obj else wanted

    def get_readonly_fields(self, request: HttpRequest, obj: PlaylistTrack | None = None) -> list[str]:
        if obj is None:
            return []
        fixed = ["room", "track", "votes", "plays_now", "added_at", "played_at"]
        return [*fixed, "position"] if obj.room.order == Order.VOTES else fixed

    def create(self, request: HttpRequest, obj: PlaylistTrack, form: Any) -> None:
        added = add_item(
            slug=obj.room.slug,
            track_id=obj.track_id,
            added_by=obj.added_by,
            place=Place(position=obj.position),
            adder=caller_of(request).owner_key,
        )
        obj.pk = added.pk

    def save_model(self, request: HttpRequest, obj: PlaylistTrack, form: Any, change: bool) -> None:
        wanted = obj.position
        is_moved = change and "position" in form.changed_data
        if is_moved:
            form.changed_data.remove("position")
        super().save_model(request, obj, form, change)
        if is_moved:
            place = Place(position=wanted)
            change_item(slug=obj.room.slug, item_id=obj.pk, place=place, is_playing=None)
            form.changed_data.append("position")

    @admin.display(description="plays", boolean=True)
    def plays_now(self, item: PlaylistTrack) -> bool:
        return item.is_playing


# --- What follows from those -------------------------------------------------------------------------


@admin.register(Vote)
class VoteAdmin(DeleteOnlyAdmin[Vote]):
    """The item's score is counted again after a deletion."""

    list_display = ["id", "item", "value", "voter", "created_at"]
    list_filter = ["value", "item__room", "created_at"]
    list_select_related = ["item__room", "item__track"]
    search_fields = ["=voter", "item__track__title", "item__track__artist"]
    ordering = ["-id"]


@admin.register(Wish)
class WishAdmin(DeleteOnlyAdmin[Wish]):
    list_display = ["id", "room", "text", "wished_by", "wished_at"]
    list_filter = ["room", "wished_at"]
    list_select_related = ["room"]
    search_fields = ["text", "wished_by"]
    ordering = ["-id"]


@admin.register(Play)
class PlayAdmin(ReadOnlyAdmin[Play]):
    list_display = ["id", "room", "title", "started_at", "ended_at"]
    list_filter = ["room", "started_at"]
    list_select_related = ["room"]
    search_fields = ["track__title", "track__artist"]
    ordering = ["-started_at"]

    @admin.display(description="track, as it was")
    def title(self, play: Play) -> str:
        track = play.item["track"]
        return f"{track['title']} — {track['artist']}"


@admin.register(RemovedItem)
class RemovedItemAdmin(ReadOnlyAdmin[RemovedItem]):
    list_display = ["item_number", "room", "track", "added_by", "removed_at"]
    list_filter = ["room", "removed_at"]
    list_select_related = ["room", "track"]
    search_fields = ["track__title", "track__artist", "added_by"]
    ordering = ["-removed_at"]
