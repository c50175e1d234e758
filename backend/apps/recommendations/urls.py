"""Addresses of recommendations, below /api/."""

from django.urls import path, re_path

import core.url_converters  # noqa: F401 - registers <id:…>
from apps.recommendations.views import RecommendationViewSet

read = RecommendationViewSet.as_view({"get": "read"})
refresh = RecommendationViewSet.as_view({"post": "refresh"})

urlpatterns = [
    path("recommendations/me/", read),
    path("recommendations/me/refresh/", refresh),
    path("recommendations/user/<id:user_id>/", read),
    path("recommendations/user/<id:user_id>/refresh/", refresh),
    path("recommendations/jobs/<uuid:job_id>/", RecommendationViewSet.as_view({"get": "job"})),
    path(
        "recommendations/<id:recommendation_id>/track/", RecommendationViewSet.as_view({"post": "bring_in"})
    ),
    re_path(
        r"^rooms/(?P<slug>[a-z0-9-]{1,50})/recommendations/$", RecommendationViewSet.as_view({"get": "room"})
    ),
]
