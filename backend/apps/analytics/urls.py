"""Addresses of analytics, below /api/."""

from django.urls import path

import core.fields  # noqa: F401 - registers <id:…>
from apps.analytics.views import AnalyticsViewSet

urlpatterns = [
    path("analytics/activity/", AnalyticsViewSet.as_view({"post": "record"})),
    path("analytics/summary/", AnalyticsViewSet.as_view({"get": "summary"})),
    path("analytics/trends/", AnalyticsViewSet.as_view({"get": "trends"})),
    path("analytics/me/", AnalyticsViewSet.as_view({"get": "me"})),
    path("analytics/user/<id:user_id>/", AnalyticsViewSet.as_view({"get": "person"})),
]
