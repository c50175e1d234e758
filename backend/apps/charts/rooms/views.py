"""A room's chart over HTTP, in the envelope that chart clients know."""

from django.utils import timezone
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.charts.rooms import documentation
from apps.charts.rooms.selectors import room_chart
from apps.charts.rooms.serializers import week_asked_for
from apps.charts.views import success
from core.endpoints import documented


class RoomChartViewSet(viewsets.ViewSet):
    """What a room plays and loves."""

    @documented(documentation.READ)
    def read(self, request: Request, slug: str) -> Response:
        today = timezone.now().date()
        week = week_asked_for(request.query_params.get("week"), today=today)
        chart = room_chart(slug, week, today=today)
        message = f"The chart of {chart.room} of {chart.week}."
        return success(message, chart, is_sample=chart.is_sample)
