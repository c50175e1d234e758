"""URLs of rooms, below /api/."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from apps.rooms.models import MAX_SLUG
from apps.rooms.views import RoomViewSet


class RoomConverter(StringConverter):
    """A room's slug."""

    regex = f"[a-z0-9-]{{1,{MAX_SLUG}}}"
    schema = {"type": "string", "pattern": f"^{regex}$"}
    description = "The room."


register_converter(RoomConverter, "room")

urlpatterns = [
    path("rooms/", RoomViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "rooms/<room:slug>/",
        RoomViewSet.as_view({"get": "read", "patch": "change", "delete": "remove"}),
    ),
]
