"""All writes of rooms."""

import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from apps.realtime.decorators import log_action
from apps.realtime.services import lock_stream, lock_streams
from apps.rooms.models import DAYS_KEPT_EMPTY, MAIN_ROOM, MAX_SLUG, Order, Room
from apps.rooms.selectors import NO_SUCH_ROOM, room_for
from core.errors import Conflict, ErrorSpec, NotPermitted, raises
from core.identity import Caller

NOT_ITS_OWNER = ErrorSpec(
    NotPermitted, "The caller neither created the room nor is staff, or another origin sent the request."
)
MAIN_ROOM_NAME = "Main room"
SLUG_PATTERN = re.compile(r"[a-z0-9-]+")
# Space for a number after a slug derived from a name.
MAX_DERIVED_SLUG_LENGTH = MAX_SLUG - 6
# Further rooms with the same name get random slugs.
NUMBERED_SLUGS = 20


def ensure_main_room() -> None:
    """Creates the main room if it is missing. Idempotent."""
    if not Room.objects.filter(slug=MAIN_ROOM).exists():
        Room.objects.create(slug=MAIN_ROOM, name=MAIN_ROOM_NAME)


@raises(ErrorSpec(Conflict, "A room with this slug exists.", {"slug": "kitchen"}))
@log_action("create_room")
def create_room(*, caller: Caller, name: str, slug: str | None, is_public: bool, order: Order | None) -> Room:
    """Creates a room owned by the caller."""
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
        raise Conflict("A room with this slug exists.", details={"slug": room.slug}) from None
    return room


@raises(NOT_ITS_OWNER, NO_SUCH_ROOM)
@log_action("change_room")
@transaction.atomic
def change_room(*, caller: Caller, slug: str, changes: dict[str, Any]) -> Room:
    """Changes `name`, `is_public`, `order`."""
    room = _locked_room_of(caller, slug)
    if "order" in changes:
        room.chosen_order = changes["order"]
    room.name = changes.get("name", room.name)
    room.is_public = changes.get("is_public", room.is_public)
    room.save(update_fields=["name", "is_public", "chosen_order"])
    return room


@raises(NOT_ITS_OWNER, NO_SUCH_ROOM, ErrorSpec(Conflict, "The main room always exists."))
@log_action("delete_room")
@transaction.atomic
def delete_room(*, caller: Caller, slug: str) -> None:
    """Deletes the room, its queue and its stream."""
    room = _locked_room_of(caller, slug)
    # Concurrent writes to the room have finished, or will find it deleted.
    Room.objects.select_for_update().get(pk=room.pk).delete()


def purge_empty_rooms(*, now: datetime | None = None) -> int:
    """Deletes rooms with an empty queue and without recent visits or changes; returns their number."""
    before = (now or timezone.now()) - timedelta(days=DAYS_KEPT_EMPTY)
    empty = Room.objects.filter(stream__visited_at__lt=before, items=None).exclude(slug=MAIN_ROOM)
    gone = 0
    for room_id, stream_id in list(empty.values_list("pk", "stream_id")):
        with transaction.atomic():
            lock_streams([stream_id])
            room = empty.select_for_update(of=("self",)).filter(pk=room_id).first()
            if room is not None:  # otherwise a user has entered it in the meantime
                room.delete()
                gone += 1
    return gone


def _locked_room_of(caller: Caller, slug: str) -> Room:
    room = room_for(slug)
    is_owner = bool(room.created_by) and room.created_by == caller.key
    if not (is_owner or caller.is_staff):
        raise NotPermitted("Only the room's creator and staff may do this.")
    lock_stream(room.stream_id)
    return room_for(slug)


def _whole_words(slug: str) -> str:
    """As many whole words as fit; a longer first word is cut."""
    if len(slug) > MAX_DERIVED_SLUG_LENGTH:
        slug = slug[: MAX_DERIVED_SLUG_LENGTH + 1].rpartition("-")[0] or slug[:MAX_DERIVED_SLUG_LENGTH]
    return slug.strip("-")


def _free_slug(name: str) -> str:
    base = _whole_words(slugify(name.casefold()).replace("_", "-"))
    if not base:
        return f"room-{secrets.token_hex(3)}"
    candidates = [base, *(f"{base}-{number}" for number in range(2, NUMBERED_SLUGS + 1))]
    taken = set(Room.objects.filter(slug__in=candidates).values_list("slug", flat=True))
    free = (slug for slug in candidates if slug not in taken)
    return next(free, f"{base[: MAX_DERIVED_SLUG_LENGTH - 1]}-{secrets.token_hex(3)}")
