"""Every address that Django answers."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from apps.charts.urls import older_urlpatterns
from config.chart_health import ChartHealth
from config.documentation import EventsSchema, OpenAPISchema, SwaggerSchema, page
from config.health import live, ready
from config.metrics_page import metrics
from config.page_api import Page, PageErrors
from config.views import AnythingElse, EntryPoints, front_page

urlpatterns = [
    # config.page answers these before, where the page is built.
    re_path(r"^(?:r/[a-z0-9-]{1,50}/?)?\Z", front_page),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url=static("icon.svg"))),
    path("metrics", metrics),
    path("api/", EntryPoints.as_view()),
    path("api/docs/", page("documents/swagger.html")),
    path("api/redoc/", page("documents/redoc.html")),
    path("api/schema.json", SwaggerSchema.as_view()),
    path("api/openapi.json", OpenAPISchema.as_view()),
    path("api/events.schema.json", EventsSchema.as_view()),
    path("api/page/", Page.as_view()),
    path("api/page-errors/", PageErrors.as_view()),
    path("api/health/", ChartHealth.as_view()),
    re_path(r"^api/health/live/?$", live),
    re_path(r"^api/health/ready/?$", ready),
    path("api/", include("apps.tracks.urls")),
    path("api/", include("apps.users.urls")),
    path("api/", include("apps.playlist.urls")),
    path("api/", include("apps.analytics.urls")),
    path("api/", include("apps.recommendations.urls")),
    path("api/", include("apps.charts.urls")),
    path("", include(older_urlpatterns)),
    re_path(r"^api/", AnythingElse.as_view()),
]

handler400 = "core.answers.answer_bad_request"
handler403 = "core.answers.answer_permission_denied"
handler404 = "core.answers.answer_not_found"
handler500 = "core.answers.answer_server_error"
