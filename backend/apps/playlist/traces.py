"""Where a name was told: in the logs of rooms, and in kept answers to writes of others."""

import json
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from apps.realtime.models import Event
from core.models import KeptAnswer
from core.portions import while_time_lasts
from core.rendering import json_text
from core.statements import update

# Rows that one transaction rewrites, and ids that one statement names.
ANSWERS_AT_ONCE = 50
IDS_AT_ONCE = 300


def shown_item(item_id: int) -> str:
    """What a kept answer that shows this item is found by."""
    return f"item:{item_id}"


def streams_that_say(names: Collection[str], *, among: Collection[int]) -> set[int]:
    """Those of these streams whose log has an item that is told to be added by somebody of these names.

    It reads the whole logs: never within a transaction that writes.
    """
    if not names or not among:
        return set()
    events = Event.objects.filter(_said(names), stream_id__in=among)
    return set(events.order_by().values_list("stream_id", flat=True).distinct())


def forget_name_in_answers(*, item_ids: Collection[int], neutral: str) -> None:
    """Puts a neutral name into kept answers that show these items: a repeat is answered so from then on.

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


def _said(names: Collection[str]) -> Q:
    said = Q()
    for name in names:
        said |= Q(frame__contains=f'"added_by":{json_text(name)}')
    return said
