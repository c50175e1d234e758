"""Finds and replaces a name: in the logs of rooms, and in stored responses to writes of others."""

import json
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from apps.realtime.models import Event
from core.database import while_time_lasts
from core.json_codec import json_text
from core.models import KeptAnswer
from core.statements import update

# Rows that one transaction rewrites, and ids that one statement names.
ANSWERS_AT_ONCE = 50
IDS_AT_ONCE = 300


def shown_item(item_id: int) -> str:
    """The key by which stored responses that show this item are found."""
    return f"item:{item_id}"


def streams_containing(names: Collection[str], *, among: Collection[int]) -> set[int]:
    """The streams whose log has an item that was added under one of these names.

    It reads the whole logs: never within a transaction that writes.
    """
    if not names or not among:
        return set()
    events = Event.objects.filter(_names_in_events(names), stream_id__in=among)
    return set(events.order_by().values_list("stream_id", flat=True).distinct())


def redact_stored_responses(*, item_ids: Collection[int], neutral: str) -> None:
    """Puts a neutral name into stored responses that show these items, and so into later repeats.

    Each portion is a transaction of its own, unless one is open.
    """
    shown = [shown_item(item_id) for item_id in item_ids]
    for start in range(0, len(shown), IDS_AT_ONCE):
        answers = KeptAnswer.objects.filter(shows__in=shown[start : start + IDS_AT_ONCE])
        while portion := list(answers.order_by("pk").values_list("pk", "body")[:ANSWERS_AT_ONCE]):
            without = [(pk, json_text({**json.loads(body), "added_by": neutral})) for pk, body in portion]
            with transaction.atomic():
                for pk, body in while_time_lasts(without):
                    update(KeptAnswer, pk, {"body": body, "shows": ""})


def _names_in_events(names: Collection[str]) -> Q:
    condition = Q()
    for name in names:
        condition |= Q(frame__contains=f'"added_by":{json_text(name)}')
    return condition
