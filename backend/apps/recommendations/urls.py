"""URLs of recommendations, below /api/."""

from django.urls import path

import core.fields  # noqa: F401 - registers <id:…>
from apps.recommendations.views import RecommendationViewSet

urlpatterns = [
    path("recommendations/me/", RecommendationViewSet.as_view({"get": "read_me"})),
    path("recommendations/me/refresh/", RecommendationViewSet.as_view({"post": "refresh_me"})),
    path("recommendations/user/<id:user_id>/", RecommendationViewSet.as_view({"get": "read"})),
    path("recommendations/user/<id:user_id>/refresh/", RecommendationViewSet.as_view({"post": "refresh"})),
    path("recommendations/jobs/<uuid:job_id>/", RecommendationViewSet.as_view({"get": "job"})),
    path(
        "recommendations/<id:recommendation_id>/track/", RecommendationViewSet.as_view({"post": "bring_in"})
    ),
    path("rooms/<room:slug>/recommendations/", RecommendationViewSet.as_view({"get": "room"})),
]
