"""Addresses about people, below /api/."""

from django.urls import path

from apps.users.views import GuestViewSet

urlpatterns = [
    path("guests/", GuestViewSet.as_view({"post": "create"})),
    path("guests/me/", GuestViewSet.as_view({"get": "me", "patch": "rename"})),
]
