"""Addresses of the library, below /api/."""

from django.urls import path, re_path

from apps.tracks.views import TrackViewSet

urlpatterns = [
    path("tracks/", TrackViewSet.as_view({"get": "list", "post": "create"})),
    path("tracks/genres/", TrackViewSet.as_view({"get": "genres"})),
    # Up to 18 digits every number fits the database's ids; a longer one is nobody's.
    re_path(
        r"^tracks/(?P<track_id>[0-9]{1,18})/$",
        TrackViewSet.as_view(
            {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
        ),
    ),
]
