"""GraphQL and the legacy URLs, below /api/; some of them exist without that, too."""

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

import apps.charts.urls  # noqa: F401 - registers <genre:…> and <service:…>
from apps.tunemeld.legacy_pages import OPERATIONS
from apps.tunemeld.views import GraphQLView, NamedGraphQLView, OlderViewSet


class OperationConverter(StringConverter):
    regex = "|".join(OPERATIONS)
    schema = {"type": "string", "enum": list(OPERATIONS)}
    description = "Only a name: the body contains the query."


register_converter(OperationConverter, "operation")

older_urlpatterns: list[URLPattern] = [
    path("graph-data/<genre:genre>/", OlderViewSet.as_view({"get": "graph_data"})),
    path("playlist-data/<genre:genre>/", OlderViewSet.as_view({"get": "playlist_data"})),
    path(
        "service-playlist/<genre:genre>/<service:service>/", OlderViewSet.as_view({"get": "service_playlist"})
    ),
    path("last-updated/<genre:genre>/", OlderViewSet.as_view({"get": "last_updated"})),
    path("header-art/<genre:genre>/", OlderViewSet.as_view({"get": "header_art"})),
]
urlpatterns = [
    path("gql/", GraphQLView.as_view()),
    path("<operation:operation>/", NamedGraphQLView.as_view()),
    path("trending-isrcs/", OlderViewSet.as_view({"get": "trending"})),
    *older_urlpatterns,
]
