"""URLs of players, below /api/."""

from django.urls import path

from apps.player.views import PlayerViewSet

urlpatterns = [
    path("rooms/<room:slug>/player/", PlayerViewSet.as_view({"get": "read", "post": "act"})),
]
