"""Addresses of rooms and queues, below /api/."""

from django.urls import include, path, re_path

import core.url_converters  # noqa: F401 - registers <id:…>
from apps.playlist.room_views import RoomViewSet
from apps.playlist.views import PlaylistViewSet

queue = [
    path("", PlaylistViewSet.as_view({"get": "list", "post": "create"})),
    path("my-votes/", PlaylistViewSet.as_view({"get": "my_votes"})),
    path("stop/", PlaylistViewSet.as_view({"post": "stop"})),
    path("history/", PlaylistViewSet.as_view({"get": "history"})),
    path("events/", PlaylistViewSet.as_view({"get": "live"})),
    path("stream/", PlaylistViewSet.as_view({"get": "live"})),
    path(
        "<id:item_id>/",
        PlaylistViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("<id:item_id>/restore/", PlaylistViewSet.as_view({"post": "restore"})),
    path("<id:item_id>/vote/", PlaylistViewSet.as_view({"post": "vote"})),
    path("<id:item_id>/play/", PlaylistViewSet.as_view({"post": "play"})),
]

urlpatterns = [
    path("stream", PlaylistViewSet.as_view({"get": "live"})),
    path("playlist/", include(queue)),
    path("rooms/", RoomViewSet.as_view({"get": "list", "post": "create"})),
    re_path(
        r"^rooms/(?P<slug>[a-z0-9-]{1,50})/$",
        RoomViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    re_path(r"^rooms/(?P<slug>[a-z0-9-]{1,50})/playlist/", include(queue)),
]
