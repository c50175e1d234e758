"""Where a name was told: in the logs of rooms, and in kept answers to writes of others."""

import json
from collections.abc import Collection

from django.db.models import Q

from apps.realtime.models import Event
from core.models import KeptAnswer
from core.rendering import json_text


def streams_that_say(names: Collection[str]) -> set[int]:
    """Streams whose log has an item that is told to be added by somebody of these names."""
    if not names:
        return set()
    return set(
        Event.objects.filter(_said(names, "frame")).order_by().values_list("stream_id", flat=True).distinct()
    )


def forget_name_in_answers(*, item_ids: Collection[int], names: Collection[str], neutral: str) -> None:
    """Puts a neutral name into kept answers that show these items: a repeat is answered so from then on."""
    if not names:
        return
    for kept in KeptAnswer.objects.filter(_said(names, "body")):
        shown = json.loads(kept.body)
        if isinstance(shown, dict) and shown.get("id") in item_ids:
            kept.body = json_text({**shown, "added_by": neutral})
            kept.save(update_fields=["body"])


def _said(names: Collection[str], field: str) -> Q:
    said = Q()
    for name in names:
        said |= Q(**{f"{field}__contains": f'"added_by":{json_text(name)}'})
    return said
