"""Addresses of charts, below /api/."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

import apps.playlist.urls  # noqa: F401 - registers <room:…>
from apps.charts.genres import RANKED, Genre
from apps.charts.views import ChartViewSet, RoomChartViewSet


class GenreConverter(StringConverter):
    schema = {"type": "string", "enum": Genre.values}
    description = "The genre."


class ServiceConverter(StringConverter):
    schema = {"type": "string", "enum": [one.value for one in RANKED]}
    description = "A service that has lists."


class IsrcConverter(StringConverter):
    schema = {"type": "string", "pattern": "^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$"}
    description = "The recording's code."


register_converter(GenreConverter, "genre")
register_converter(ServiceConverter, "service")
register_converter(IsrcConverter, "isrc")

urlpatterns = [
    path("charts/", ChartViewSet.as_view({"get": "list"})),
    path("charts/tracks/<isrc:isrc>/", ChartViewSet.as_view({"get": "track"})),
    path("charts/tracks/<isrc:isrc>/library/", ChartViewSet.as_view({"post": "library"})),
    path("charts/<genre:genre>/", ChartViewSet.as_view({"get": "chart"})),
    path("charts/<genre:genre>/<service:service>/", ChartViewSet.as_view({"get": "service_list"})),
    path("rooms/<room:slug>/chart/", RoomChartViewSet.as_view({"get": "read"})),
]
