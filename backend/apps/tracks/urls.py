"""Addresses of the library, below /api/."""

from django.urls import path

import core.fields  # noqa: F401 - registers <id:…>
from apps.tracks.views import TrackViewSet

urlpatterns = [
    path("tracks/", TrackViewSet.as_view({"get": "list", "post": "create"})),
    path("tracks/genres/", TrackViewSet.as_view({"get": "genres"})),
    path(
        "tracks/<id:track_id>/",
        TrackViewSet.as_view({"get": "read", "put": "replace", "patch": "change", "delete": "remove"}),
    ),
]
