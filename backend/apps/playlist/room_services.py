"""Every write about rooms themselves."""

import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from apps.playlist.models import DAYS_KEPT_EMPTY, MAIN_ROOM, MAX_SLUG, Order, Room
from apps.playlist.selectors import room_for
from apps.realtime.decorators import log_action
from apps.realtime.services import lock_stream, lock_streams
from core.errors import Conflict, NotPermitted
from core.identity import Caller

MAIN_ROOM_NAME = "Main room"
SLUG_PATTERN = re.compile(r"[a-z0-9-]+")
# Room for a number behind a slug that is made from a name.
LONGEST_MADE_SLUG = MAX_SLUG - 6
# Of more rooms of one name, the others get slugs by chance.
NUMBERED_SLUGS = 20


def ensure_main_room() -> None:
    """The main room always exists. Safe to repeat."""
    if not Room.objects.filter(slug=MAIN_ROOM).exists():
        Room.objects.create(slug=MAIN_ROOM, name=MAIN_ROOM_NAME)


@log_action("create_room")
def create_room(*, caller: Caller, name: str, slug: str | None, is_public: bool, order: Order | None) -> Room:
    """A new room of the caller. Raises Conflict when its slug is taken."""
    if order is None:
        order = Order.VOTES if settings.AUTO_SORT_BY_VOTES else Order.MANUAL
    room = Room(
        slug=slug or _free_slug(name),
        name=name,
        is_public=is_public,
        chosen_order=order,
        created_by=caller.owner_key,
    )
    try:
        with transaction.atomic():
            room.save()
    except IntegrityError:
        raise Conflict("A room of that slug exists.", details={"slug": room.slug}) from None
    return room


@log_action("change_room")
@transaction.atomic
def change_room(*, caller: Caller, slug: str, changes: dict[str, Any]) -> Room:
    """Changes `name`, `is_public`, `order`. Raises NotFound, NotPermitted."""
    room = _locked_room_of(caller, slug)
    if "order" in changes:
        room.chosen_order = changes["order"]
    room.name = changes.get("name", room.name)
    room.is_public = changes.get("is_public", room.is_public)
    room.save(update_fields=["name", "is_public", "chosen_order"])
    return room


@log_action("delete_room")
@transaction.atomic
def delete_room(*, caller: Caller, slug: str) -> None:
    """Ends the room, its queue and its stream. Raises NotFound, NotPermitted; Conflict for the main room."""
    room = _locked_room_of(caller, slug)
    # Whoever writes down something about the room right now has done so, or finds that it is gone.
    Room.objects.select_for_update().get(pk=room.pk).delete()


def forget_empty_rooms(*, now: datetime | None = None) -> int:
    """Ends rooms whose queue is empty and that nobody has entered or changed for long; returns how many."""
    before = (now or timezone.now()) - timedelta(days=DAYS_KEPT_EMPTY)
    empty = Room.objects.filter(stream__visited_at__lt=before, items=None).exclude(slug=MAIN_ROOM)
    gone = 0
    for room_id, stream_id in list(empty.values_list("pk", "stream_id")):
        with transaction.atomic():
            lock_streams([stream_id])
            room = empty.select_for_update(of=("self",)).filter(pk=room_id).first()
            if room is not None:  # else somebody has come meanwhile
                room.delete()
                gone += 1
    return gone


def _locked_room_of(caller: Caller, slug: str) -> Room:
    room = room_for(slug)
    is_owner = bool(room.created_by) and room.created_by == caller.key
    if not (is_owner or caller.is_staff):
        raise NotPermitted("Only whoever created the room, and staff, may do this.")
    lock_stream(room.stream_id)
    return room_for(slug)


def _free_slug(name: str) -> str:
    base = slugify(name)[:LONGEST_MADE_SLUG].strip("-_").replace("_", "-")
    if not base:
        return f"room-{secrets.token_hex(3)}"
    candidates = [base, *(f"{base}-{number}" for number in range(2, NUMBERED_SLUGS + 1))]
    taken = set(Room.objects.filter(slug__in=candidates).values_list("slug", flat=True))
    free = (slug for slug in candidates if slug not in taken)
    return next(free, f"{base[: LONGEST_MADE_SLUG - 1]}-{secrets.token_hex(3)}")
