"""URLs of accounts and guests, below /api/."""

from django.urls import path

import core.fields  # noqa: F401 - registers <id:…>
from apps.users.login_views import PasswordResetViewSet, PasswordViewSet, SessionViewSet, TokenViewSet
from apps.users.views import GuestViewSet, UserViewSet

urlpatterns = [
    path("guests/", GuestViewSet.as_view({"post": "create"})),
    path("guests/me/", GuestViewSet.as_view({"get": "me", "patch": "rename"})),
    path("users/", UserViewSet.as_view({"get": "list", "post": "register"})),
    path(
        "users/me/",
        UserViewSet.as_view({"get": "read_me", "put": "replace_me", "patch": "change_me", "delete": "erase"}),
    ),
    path("users/me/export/", UserViewSet.as_view({"get": "export"})),
    path("users/<id:user_id>/", UserViewSet.as_view({"get": "read", "put": "replace", "patch": "change"})),
    path("auth/register/", UserViewSet.as_view({"post": "register"})),
    path("auth/token/", TokenViewSet.as_view({"post": "make"})),
    path("auth/token/refresh/", TokenViewSet.as_view({"post": "renew"})),
    path("auth/token/verify/", TokenViewSet.as_view({"post": "check"})),
    path("auth/logout/", TokenViewSet.as_view({"post": "end"})),
    path("auth/session/", SessionViewSet.as_view({"post": "begin", "delete": "end"})),
    path("auth/password/", PasswordViewSet.as_view({"post": "change"})),
    path("auth/password/reset/", PasswordResetViewSet.as_view({"post": "ask"})),
    path("auth/password/reset/confirm/", PasswordResetViewSet.as_view({"post": "change"})),
]
