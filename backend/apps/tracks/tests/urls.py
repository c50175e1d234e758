"""The library's addresses alone, for its own tests."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("api/", include("apps.tracks.urls")), path("admin/", admin.site.urls)]

handler404 = "core.answers.answer_not_found"
handler500 = "core.answers.answer_server_error"
