"""Every address that Django answers."""

from django.contrib import admin
from django.urls import include, path, re_path

from config.health import live, ready
from config.views import AnythingElse, EntryPoints, front_page

urlpatterns = [
    path("", front_page),
    path("admin/", admin.site.urls),
    path("api/", EntryPoints.as_view()),
    re_path(r"^api/health/live/?$", live),
    re_path(r"^api/health/ready/?$", ready),
    path("api/", include("apps.tracks.urls")),
    path("api/", include("apps.users.urls")),
    path("api/", include("apps.playlist.urls")),
    re_path(r"^api/", AnythingElse.as_view()),
]

handler400 = "core.answers.answer_bad_request"
handler403 = "core.answers.answer_permission_denied"
handler404 = "core.answers.answer_not_found"
handler500 = "core.answers.answer_server_error"
