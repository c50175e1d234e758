"""Addresses about people, below /api/."""

from typing import Any

from django.urls import path

import core.url_converters  # noqa: F401 - registers <id:…>
from apps.users.account_views import UserViewSet
from apps.users.login_views import PasswordResetViewSet, PasswordViewSet, SessionViewSet, TokenViewSet
from apps.users.views import GuestViewSet

one_account: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update"}

urlpatterns = [
    path("guests/", GuestViewSet.as_view({"post": "create"})),
    path("guests/me/", GuestViewSet.as_view({"get": "me", "patch": "rename"})),
    path("users/", UserViewSet.as_view({"get": "list", "post": "create"})),
    path("users/me/", UserViewSet.as_view({**one_account, "delete": "destroy"})),
    path("users/me/export/", UserViewSet.as_view({"get": "export"})),
    path("users/<id:user_id>/", UserViewSet.as_view(one_account)),
    path("auth/register/", UserViewSet.as_view({"post": "create"})),
    path("auth/token/", TokenViewSet.as_view({"post": "create"})),
    path("auth/token/refresh/", TokenViewSet.as_view({"post": "refresh"})),
    path("auth/token/verify/", TokenViewSet.as_view({"post": "verify"})),
    path("auth/logout/", TokenViewSet.as_view({"post": "logout"})),
    path("auth/session/", SessionViewSet.as_view({"post": "create", "delete": "destroy"})),
    path("auth/password/", PasswordViewSet.as_view({"post": "create"})),
    path("auth/password/reset/", PasswordResetViewSet.as_view({"post": "create"})),
    path("auth/password/reset/confirm/", PasswordResetViewSet.as_view({"post": "confirm"})),
]
