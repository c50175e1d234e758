"""Parameters in URLs of charts: a genre, a service, an ISRC, a day, an order."""

import datetime
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from apps.charts.genres import RANKED, Genre
from apps.charts.selectors.charts import Order
from core.errors import ErrorSpec, NotFound, invalid, raises

NO_CHART = ErrorSpec(NotFound, "The genre or service does not exist, or has no chart or list on that day.")


class ChartQuerySerializer(serializers.Serializer[None]):
    sort = serializers.ChoiceField(choices=[one.value for one in Order], default=Order.RANK.value)
    date = serializers.DateField(required=False, input_formats=["iso-8601"])

    def validate_date(self, day: datetime.date) -> datetime.date:
        if day > timezone.now().date():
            raise serializers.ValidationError("Must not be in the future.")
        return day


@raises(
    invalid(
        "The day is in the future or invalid, or the order is invalid.", date="Must not be in the future."
    )
)
def read_query(request: Request) -> dict[str, Any]:
    """`sort` and `date`."""
    wanted = ChartQuerySerializer(data=request.query_params.dict())
    wanted.is_valid(raise_exception=True)
    return {"sort": Order(wanted.validated_data["sort"]), "date": wanted.validated_data.get("date")}


@raises(NO_CHART)
def genre_named(name: str) -> str:
    if name not in Genre.values:
        raise NotFound(f"Unknown genre. The genres are {', '.join(Genre.values)}.")
    return name


def ranked_service_named(name: str) -> str:
    """Raises NotFound for an unknown service, and for a service without lists."""
    if name not in set(RANKED):
        raise NotFound(f"This service has no lists. Services with lists are {', '.join(RANKED)}.")
    return name
