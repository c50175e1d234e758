"""All URLs that Django serves."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from apps.api.health import ChartHealth, live, ready
from apps.api.views import (
    ENTRY_POINTS,
    SOCKET,
    AnythingElse,
    EntryPoints,
    EventsSchema,
    OpenAPISchema,
    SwaggerSchema,
    metrics,
    page,
)
from apps.frontend.views import Page, PageErrors, front_page
from apps.tunemeld.urls import older_urlpatterns
from apps.tunemeld.views import schema_text

FRONT_PAGE = {"entry_points": [*ENTRY_POINTS.values(), "/admin/"], "socket": SOCKET}

urlpatterns = [
    # apps.frontend.middleware serves these first, if the web app is built.
    re_path(r"^(?:r/[a-z0-9-]{1,50}/?)?\Z", front_page, FRONT_PAGE),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url=static("icon.svg"))),
    path("metrics", metrics),
    path("api/", EntryPoints.as_view()),
    path("api/docs/", page("documents/swagger.html")),
    path("api/redoc/", page("documents/redoc.html")),
    path("api/schema.json", SwaggerSchema.as_view()),
    path("api/openapi.json", OpenAPISchema.as_view()),
    path("api/events.schema.json", EventsSchema.as_view()),
    path("api/schema.graphql", schema_text),
    path("api/page/", Page.as_view()),
    path("api/page-errors/", PageErrors.as_view()),
    path("api/health/", ChartHealth.as_view()),
    re_path(r"^api/health/live/?$", live),
    re_path(r"^api/health/ready/?$", ready),
    path("api/", include("apps.tracks.urls")),
    path("api/", include("apps.users.urls")),
    path("api/", include("apps.audio.urls")),
    path("api/", include("apps.rooms.urls")),
    path("api/", include("apps.playlist.urls")),
    path("api/", include("apps.player.urls")),
    path("api/", include("apps.analytics.urls")),
    path("api/", include("apps.recommendations.urls")),
    path("api/", include("apps.charts.urls")),
    path("api/", include("apps.tunemeld.urls")),
    path("", include(older_urlpatterns)),
    re_path(r"^api/", AnythingElse.as_view()),
]

handler400 = "core.error_responses.handle_bad_request"
handler403 = "core.error_responses.handle_permission_denied"
handler404 = "core.error_responses.handle_not_found"
handler500 = "core.error_responses.handle_server_error"
