"""Every write of activities."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.analytics.adding_up import join_writers
from apps.analytics.models import Activity, Kind
from apps.analytics.upper_apps import tracks_of_recommendations
from apps.playlist.models import Play
from apps.realtime.decorators import log_action
from apps.tracks.models import Track
from apps.users.holding import hold_person
from apps.users.models import User, key_of_user
from core.errors import NotAuthenticated, NotFound
from core.limits import ACTIVITIES_OF_DAY, ACTIVITIES_OF_HOUR
from core.rate_limits import TooManyCalls, scaled


@dataclass(frozen=True, slots=True)
class NewActivity:
    """What somebody tells of having done: with a track, or with what was recommended to them."""

    kind: Kind
    track_id: int | None = None
    recommendation_id: int | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    # None: just now.
    occurred_at: datetime | None = None


@log_action("record_activities")
@transaction.atomic
def record_activities(*, user_id: int, told: Sequence[NewActivity]) -> list[Activity]:
    """Stores and counts all of them, or none. In the order in which they were told.

    Raises NotFound for an unknown track or recommendation, NotAuthenticated when the person has just gone,
    TooManyCalls above the limits of what one person tells.
    """
    hold_person(key_of_user(user_id))  # also, so that of two who tell at once each counts what the other told
    if not _is_there(user_id):
        raise NotAuthenticated
    now = timezone.now()
    _count_new(user_id, len(told), now)
    tracks = _tracks_told_of(user_id, told)
    return Activity.objects.record(
        Activity(
            user_id=user_id,
            track_id=track_id,
            kind=one.kind,
            context=dict(one.context),
            occurred_at=one.occurred_at or now,
            received_at=now,
            recommendation_number=one.recommendation_id,
        )
        for one, track_id in zip(told, tracks, strict=True)
    )


@transaction.atomic
def record_room_play(*, play: Play, user_id: int) -> None:
    """The play counts as this person's, once, if the person is there. Called under the room's lock."""
    if not _is_there(user_id) or Activity.objects.filter(room_play=play).exists():
        return
    held = _hold_tracks({play.track_id} if play.track_id else set())
    Activity(
        user_id=user_id,
        track_id=play.track_id if play.track_id in held else None,
        kind=Kind.PLAY,
        occurred_at=play.started_at,
        room_play=play,
    ).save()


def forget_person(*, instance: User, **_: Any) -> None:
    """Before an account goes, in whatever way."""
    with suppress(NotAuthenticated):  # it has gone meanwhile
        hold_person(instance.key)  # before the writers, as record_activities does: else both would wait
    forget_activities(instance.pk)


def forget_activities(user_id: int) -> None:
    """The activities of an account that goes leave every count, also those of all people together.

    Until this transaction ends nobody else tells anything, so nothing of it comes in between. Whoever erases
    a person locks rooms before this, and the account's row for its end after it.
    """
    Activity.objects.filter(user_id=user_id).delete()


def let_go_of_track(_track_id: int) -> None:
    """Before a track goes: its counts go with it, and no other writer waits for them while we wait for it."""
    join_writers(Activity)


def _is_there(user_id: int) -> bool:
    """Whether there is such a person, who can't go before this transaction has ended.

    Their row needs no lock for that: who lets a person go holds back all writers first. A room's lock may be
    held here, and whoever holds a person may be waiting for that.
    """
    join_writers(Activity)
    return User.objects.filter(pk=user_id).exists()


def _count_new(user_id: int, number: int, now: datetime) -> None:
    """Refuses all of them where the person would tell more than the limits let. Plays in rooms don't count.

    What is stored is what is counted: so it holds for every process, and across restarts.
    """
    own = Activity.objects.filter(user_id=user_id, room_play__isnull=True).order_by("-received_at")
    moments = own.values_list("received_at", flat=True)
    for limit in (ACTIVITIES_OF_HOUR, ACTIVITIES_OF_DAY):
        most, period = scaled(limit.max_calls), timedelta(seconds=limit.period_seconds)
        if most is None:
            return
        if number > most:
            raise TooManyCalls(calls=number, retry_after_seconds=limit.period_seconds)
        # The latest that has to be past before so many more can be told.
        within = moments.filter(received_at__gt=now - period)[most - number : most - number + 1]
        for in_the_way in within:
            wait = in_the_way + period - now
            raise TooManyCalls(calls=most + 1, retry_after_seconds=wait.total_seconds())


def _tracks_told_of(user_id: int, told: Sequence[NewActivity]) -> list[int]:
    """The track of each, all of which stay in the library until this transaction ends. Raises NotFound."""
    numbers = sorted({one.recommendation_id for one in told if one.recommendation_id is not None})
    recommended = tracks_of_recommendations(user_id, numbers)
    for number in numbers:
        if number not in recommended:
            raise NotFound("There is no such recommendation.", details={"recommendation_id": number})
    named = [_track_id(one, recommended) for one in told]
    held = _hold_tracks(set(named))
    for track_id in named:
        if track_id not in held:
            raise NotFound("There is no such track in the library.", details={"track_id": track_id})
    return named


def _hold_tracks(track_ids: Collection[int]) -> set[int]:
    """Those that are there, and stay until this transaction ends."""
    held = Track.objects.select_for_update(no_key=True).filter(pk__in=track_ids).order_by("pk")
    return set(held.values_list("pk", flat=True))


def _track_id(one: NewActivity, recommended: Mapping[int, int]) -> int:
    if one.recommendation_id is not None:
        return recommended[one.recommendation_id]
    assert one.track_id is not None  # noqa: S101 - the serializer asks for one of the two
    return one.track_id
