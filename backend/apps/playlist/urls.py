"""URLs of queues, below /api/."""

from django.urls import include, path

import apps.rooms.urls  # noqa: F401 - registers <room:…>
import core.fields  # noqa: F401 - registers <id:…>
from apps.playlist.audio_views import AudioViewSet
from apps.playlist.views import PlaylistViewSet
from apps.playlist.wish_views import WishViewSet

queue = [
    path("", PlaylistViewSet.as_view({"get": "list", "post": "add"})),
    path("my-votes/", PlaylistViewSet.as_view({"get": "my_votes"})),
    path("stop/", PlaylistViewSet.as_view({"post": "stop"})),
    path("history/", PlaylistViewSet.as_view({"get": "history"})),
    path("wishes/", WishViewSet.as_view({"get": "wishes", "post": "wish"})),
    path("wishes/<id:wish_id>/", WishViewSet.as_view({"delete": "remove_wish"})),
    path("events/", PlaylistViewSet.as_view({"get": "events"})),
    path("stream/", PlaylistViewSet.as_view({"get": "stream"})),
    path(
        "<id:item_id>/",
        PlaylistViewSet.as_view({"get": "read", "patch": "change", "delete": "remove"}),
    ),
    path("<id:item_id>/restore/", PlaylistViewSet.as_view({"post": "restore"})),
    path("<id:item_id>/vote/", PlaylistViewSet.as_view({"post": "vote"})),
    path("<id:item_id>/play/", PlaylistViewSet.as_view({"post": "play"})),
]

urlpatterns = [
    path("stream", PlaylistViewSet.as_view({"get": "stream"})),
    path("playlist/", include(queue)),
    path("rooms/<room:slug>/playlist/", include(queue)),
    path("rooms/<room:slug>/items/<id:item_id>/audio/", AudioViewSet.as_view({"get": "audio"})),
]
