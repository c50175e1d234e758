"""Wishes of a room: what people want to hear, and the library does not have."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.playlist.errors import TooManyWishes
from apps.playlist.models import Wish
from apps.playlist.selectors import locked_room
from apps.realtime.decorators import log_action
from apps.rooms.models import Room
from apps.rooms.selectors import NO_SUCH_ROOM
from apps.tracks.models import Track
from apps.tracks.normalisation import folded, normalised, search_words
from apps.users.services import lock_person
from core.errors import ErrorSpec, NotFound, raises

MAX_WISHES = 50
MAX_WISHES_OF_PERSON = 5
RETENTION = timedelta(days=1)


@raises(
    NO_SUCH_ROOM,
    ErrorSpec(
        TooManyWishes,
        "The room, or this caller in it, has as many wishes as it may.",
        {"max_wishes": MAX_WISHES_OF_PERSON},
    ),
)
@log_action("make_wish")
@transaction.atomic
def make_wish(*, slug: str, text: str, wished_by: str, wisher: str) -> tuple[Wish, bool]:
    """The wish, and whether it is new: the same words are one wish, of the first who wished for them.

    Raises NotAuthenticated when the person has just gone.
    """
    lock_person(wisher)
    room = locked_room(slug)
    wishes = list(room.wishes.all())
    for wish in wishes:
        if _key(wish.text) == _key(text):
            return wish, False
    own = [wish for wish in wishes if wish.wisher == wisher]
    for number, most in ((len(own), MAX_WISHES_OF_PERSON), (len(wishes), MAX_WISHES)):
        if number >= most:
            raise TooManyWishes(details={"max_wishes": most})
    return Wish.objects.create(room=room, text=text, wished_by=wished_by, wisher=wisher), True


@raises(ErrorSpec(NotFound, "There is no such room, or no such wish in it."))
@log_action("remove_wish")
@transaction.atomic
def remove_wish(*, slug: str, wish_id: int) -> None:
    """Like items of the queue, by everyone in the room."""
    wish = locked_room(slug).wishes.filter(pk=wish_id).first()
    if wish is None:
        raise NotFound("There is no such wish in this room.")
    wish.delete()


def fulfil_wishes(room: Room, track: Track) -> None:
    """Removes those that this track, which was just queued, has every word of. Under the room's lock."""
    for wish in room.wishes.all():
        words = search_words(wish.text)
        if words and all(word in track.search_text for word in words):
            wish.delete()


def purge_old_wishes(*, now: datetime | None = None) -> int:
    """Removes wishes that are too old, room by room, and returns how many."""
    old = Wish.objects.filter(wished_at__lt=(now or timezone.now()) - RETENTION).select_related("room")
    return sum(wish.delete()[0] for wish in old.order_by("room__stream_id", "pk"))


def _key(text: str) -> str:
    return normalised(text) or folded(text)
