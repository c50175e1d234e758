"""Addresses of charts, below /api/; the older ones answer without that, too."""

from django.urls import URLPattern, path, re_path

from apps.charts.graphql.operations import OPERATIONS
from apps.charts.graphql.views import GraphQLView
from apps.charts.rooms.views import RoomChartViewSet
from apps.charts.views import ChartViewSet, OlderViewSet

older_urlpatterns: list[URLPattern] = [
    path("graph-data/<str:genre>/", OlderViewSet.as_view({"get": "graph_data"})),
    path("playlist-data/<str:genre>/", OlderViewSet.as_view({"get": "playlist_data"})),
    path("service-playlist/<str:genre>/<str:service>/", OlderViewSet.as_view({"get": "service_playlist"})),
    path("last-updated/<str:genre>/", OlderViewSet.as_view({"get": "last_updated"})),
    path("header-art/<str:genre>/", OlderViewSet.as_view({"get": "header_art"})),
]
urlpatterns = [
    path("gql/", GraphQLView.as_view()),
    re_path(rf"^(?P<operation>{'|'.join(OPERATIONS)})/\Z", GraphQLView.as_view()),
    path("charts/", ChartViewSet.as_view({"get": "list"})),
    path("charts/tracks/<str:isrc>/", ChartViewSet.as_view({"get": "track"})),
    path("charts/tracks/<str:isrc>/library/", ChartViewSet.as_view({"post": "library"})),
    path("charts/<str:genre>/", ChartViewSet.as_view({"get": "chart"})),
    path("charts/<str:genre>/<str:service>/", ChartViewSet.as_view({"get": "service_list"})),
    path("trending-isrcs/", OlderViewSet.as_view({"get": "trending"})),
    re_path(r"^rooms/(?P<slug>[a-z0-9-]{1,50})/chart/$", RoomChartViewSet.as_view({"get": "read"})),
    *older_urlpatterns,
]
