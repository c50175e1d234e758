"""Every write to a player: the actions of users, and those of the clock when a track ends."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.player.errors import NOTHING_PLAYING, OTHER_PLAY, NothingPlaying
from apps.player.models import SPEAKER_GRACE, AfterPlay, ClockBeat, Player, Reason, Speaker, State
from apps.player.rules import PLACE, play_begins_at
from apps.player.selectors import current_item, new_player, next_item
from apps.playlist.errors import NO_SUCH_ITEM, DuplicateTrack, QueueFull
from apps.playlist.models import Play, PlaylistTrack
from apps.playlist.selectors import locked_room
from apps.playlist.services import Place, add_item, change_item, play_item, restore_item, stop_playing
from apps.realtime.decorators import log_action
from apps.realtime.presence import present_keys
from apps.rooms.models import Order, Room
from apps.rooms.selectors import NO_SUCH_ROOM
from core.database import in_transaction
from core.errors import Conflict, InvalidInput, NotAuthenticated, NotFound, invalid, raises
from core.server_clock import measure_clock, server_now

# Within this time `previous` plays the previous item, and later it restarts this one.
RESTART_AFTER_MS = 3000
# Delays up to this are ignored: speakers without a connection have played on alone.
CATCH_UP = timedelta(seconds=60)
# A play that no process has looked after for longer is paused.
RESTART_GRACE = timedelta(seconds=30)
# How often a process notes that it looks, at most.
BEAT_EVERY = timedelta(seconds=4)
# The player pauses after this many failed items in a row.
MAX_FAILURES = 3


def locked_player(slug: str) -> Player:
    """The room's player under the room's lock; a room that has none gets one. Raises NotFound."""
    measure_clock()
    room = locked_room(slug)
    if room.has_player:
        player: Player = Player.objects.get(pk=room.pk)
        player.room = room
        return player
    player = new_player(room)
    Room.objects.filter(pk=room.pk).update_without_events(has_player=True)
    room.has_player = True
    player.save(force_insert=True)
    return player


# --- Actions -----------------------------------------------------------------------------------------


@raises(NO_SUCH_ITEM, NOTHING_PLAYING)
@log_action("player_play")
@in_transaction
def play(*, slug: str, item_id: int | None = None) -> None:
    """Plays the item; without one, resumes, or starts the first item of the queue."""
    player = locked_player(slug)
    if item_id is None and player.state != State.STOPPED:
        _resume(player)
        return
    if item_id is None:
        first = next_item(player.room, player)
        if first is None:
            raise NothingPlaying("The queue is empty.")
        item_id = first.pk
    if player.room.playing_id == item_id:
        _resume(player)
    play_item(slug=slug, item_id=item_id)


@raises(NO_SUCH_ROOM, NOTHING_PLAYING)
@log_action("player_pause")
@in_transaction
def pause(*, slug: str) -> None:
    """Pauses the playing item. A paused one stays as it is."""
    player = _active_player(slug)
    if player.state == State.PLAYING:
        _pause(player, Reason.PAUSED)


@raises(NO_SUCH_ROOM, NOTHING_PLAYING)
@log_action("player_resume")
@in_transaction
def resume(*, slug: str) -> None:
    """Resumes the paused item. A playing one stays as it is."""
    _resume(_active_player(slug))


@raises(NO_SUCH_ROOM)
@log_action("player_stop")
@in_transaction
def stop(*, slug: str) -> None:
    """Ends the play; the item stays in the queue."""
    locked_player(slug)
    stop_playing(slug=slug)


@raises(NO_SUCH_ROOM, NOTHING_PLAYING, invalid("Beyond the end.", position_ms="The track ends at 355000 ms."))
@log_action("player_seek")
@in_transaction
def seek(*, slug: str, position_ms: int) -> None:
    """Sets the position in the track. A paused item stays paused."""
    player = _active_player(slug)
    if player.duration_ms is not None and position_ms > player.duration_ms:
        raise InvalidInput.of("position_ms", f"The track ends at {player.duration_ms} ms.")
    before = player.copied()
    player.position_ms, player.anchored_at = position_ms, server_now()
    player.save_current(before=before, update_fields=PLACE)


@raises(NO_SUCH_ROOM, NOTHING_PLAYING, OTHER_PLAY)
@log_action("player_skip")
@in_transaction
def skip(*, slug: str, play_id: int | None = None) -> None:
    """Ends the play and starts the next item; with `play_id` only if that play is still current."""
    player = _active_player(slug)
    if play_id is not None and play_id != player.play_id:
        raise Conflict("This play has ended already.", details={"play_id": player.play_id})
    _go_on(player)


@raises(NO_SUCH_ROOM, NOTHING_PLAYING)
@log_action("player_previous")
@in_transaction
def go_back(*, slug: str) -> None:
    """Restarts the item; within its first 3 seconds, plays the previous one."""
    player = _active_player(slug)
    room, current = player.room, current_item(player.room)
    if player.position_at(server_now()) < RESTART_AFTER_MS and current is not None:
        earlier = Play.objects.filter(room=room, ended_at__isnull=False)
        if (newest := player.back_at or player.play_id) is not None:
            earlier = earlier.filter(pk__lt=newest)
        play = earlier.order_by("-pk").first()
        item_id = _brought_back(room, play, before=current) if play else None
        if play is not None and item_id is not None and item_id != current.pk:
            play_item(slug=slug, item_id=item_id)
            Player.objects.filter(pk=room.pk).update_without_events(back_at=play.pk)
            _wait_again(current.pk)
            return
    before = player.copied()
    player.position_ms, player.anchored_at = 0, server_now()
    player.save_current(before=before, update_fields=PLACE)


@raises(NO_SUCH_ROOM)
@log_action("player_settings")
@in_transaction
def change_settings(*, slug: str, changes: dict[str, Any]) -> None:
    """Changes `volume`, `autoplay` and `after_play`, those that are given."""
    player = locked_player(slug)
    before = player.copied()
    for name, value in changes.items():
        setattr(player, name, value)
    player.save_current(before=before, update_fields=tuple(changes))


def _active_player(slug: str) -> Player:
    """The player, of which something plays or is paused. Raises NotFound or NothingPlaying."""
    player = locked_player(slug)
    if player.state == State.STOPPED:
        raise NothingPlaying
    return player


# --- The clock ---------------------------------------------------------------------------------------


@in_transaction
def look_after(*, slug: str) -> None:
    """Does the due action: ends the play, or pauses it if no speaker has returned.

    Any number of processes may call this. The first one that gets the room's lock finds that something is
    due; it changes `wake_at`, so that the others find that nothing is.
    """
    player = locked_player(slug)
    now = server_now()
    if player.wake_at is None or player.wake_at > now:
        return
    if player.ends_at is not None and player.ends_at <= now:
        _end(player, now)
    elif player.speakers_gone_at is not None:
        _pause(player, Reason.SPEAKER_LOST)


def note_beat() -> None:
    """Records that a process looks after players. If none did for long, those that play pause."""
    now = server_now()
    beat = ClockBeat.objects.filter(pk=1).first()
    if beat is None:
        ClockBeat.objects.bulk_create([ClockBeat(pk=1, alive_at=now)], ignore_conflicts=True)
        return
    if now - beat.alive_at > RESTART_GRACE:
        slugs = Player.objects.filter(state=State.PLAYING).values_list("room__slug", flat=True)
        for slug in list(slugs):
            with suppress(NotFound):  # the room was deleted since
                _pause_after_restart(slug=slug, alive_at=beat.alive_at)
    if now - beat.alive_at > BEAT_EVERY:
        ClockBeat.objects.filter(pk=1, alive_at__lt=now).update(alive_at=now)


@in_transaction
def _pause_after_restart(*, slug: str, alive_at: datetime) -> None:
    """Pauses a play that no process has looked after for too long, where it was then."""
    player = locked_player(slug)
    last_seen_at = max(alive_at, player.anchored_at or alive_at)
    if player.state == State.PLAYING and server_now() - last_seen_at > RESTART_GRACE:
        _pause(player, Reason.SERVER_RESTARTED, at=last_seen_at)


@in_transaction
def go_on_after_arrival(*, slug: str) -> None:
    """Resumes a player that was waiting for people, when one enters its room."""
    player = locked_player(slug)
    if player.state == State.PAUSED and player.reason == Reason.ROOM_EMPTY:
        _resume(player)


def _end(player: Player, now: datetime) -> None:
    """The track is over."""
    room, ended_at = player.room, player.ends_at
    assert ended_at is not None  # noqa: S101 - the caller has looked
    gone_at = player.speakers_gone_at
    is_expected = gone_at is not None and ended_at < gone_at + SPEAKER_GRACE
    has_speakers = is_expected or Speaker.objects.filter(room=room, expires_at__gt=now).exists()
    if not has_speakers and not present_keys([room.stream_id]).get(room.stream_id):
        _pause(player, Reason.ROOM_EMPTY)
    elif now - ended_at < CATCH_UP:
        with play_begins_at(ended_at):
            _go_on(player, may_start=player.autoplay)
    else:
        _go_on(player, may_start=player.autoplay)


# --- Speakers ----------------------------------------------------------------------------------------


def join_speaker(*, slug: str, speaker: Speaker) -> None:
    """A speaker has joined. A player that paused without speakers or people resumes.

    A speaker that returns soon has played on alone: the player continues as if it had never been paused.
    """
    # While nothing plays, no process records its polls, so a pause cannot be an outage.
    note_beat()
    _join_speaker(slug=slug, speaker=speaker)


@in_transaction
def _join_speaker(*, slug: str, speaker: Speaker) -> None:
    player = locked_player(slug)
    speaker.room = player.room
    speaker.save(force_insert=True)
    _note_speakers(player, gone_at=None)
    if player.state == State.PAUSED and player.reason in (Reason.SPEAKER_LOST, Reason.ROOM_EMPTY):
        paused_at, now = player.anchored_at, server_now()
        is_back = player.reason == Reason.SPEAKER_LOST and paused_at and now - paused_at < CATCH_UP
        _resume(player, since=paused_at if is_back else now)


@in_transaction
def leave_speaker(*, slug: str, speaker_id: str) -> None:
    """A speaker has left. After the last one the player pauses, unless another one joins soon."""
    player = locked_player(slug)
    Speaker.objects.filter(speaker_id=speaker_id).delete()
    if not Speaker.objects.filter(room=player.room).exists():
        _note_speakers(player, gone_at=server_now())


@in_transaction
def purge_expired_speakers(*, slug: str) -> None:
    """Removes speakers of processes that were killed."""
    player = locked_player(slug)
    now = server_now()
    if not Speaker.objects.filter(room=player.room, expires_at__lte=now).delete()[0]:
        return
    if not Speaker.objects.filter(room=player.room).exists():
        _note_speakers(player, gone_at=now - SPEAKER_GRACE / 2)  # it is known only now


@in_transaction
def note_report(*, slug: str, speaker: Speaker) -> None:
    """Stores a speaker's report about a play; an item that no speaker can play is skipped once."""
    player = locked_player(slug)
    reported = Speaker.objects.filter(speaker_id=speaker.speaker_id)
    reported.update(state=speaker.state, play_id=speaker.play_id, lag_ms=speaker.lag_ms)
    if player.state != State.PLAYING or speaker.play_id != player.play_id:
        return
    if speaker.state == "ended" and player.duration_ms is None:
        _go_on(player, may_start=player.autoplay)
    elif speaker.state == "failed":
        _note_failure(player)
    elif speaker.state == "playing" and player.failures:
        Player.objects.filter(pk=player.pk).update_without_events(failures=0)


def _note_failure(player: Player) -> None:
    others = Speaker.objects.filter(room=player.room, expires_at__gt=server_now())
    if others.exclude(state="failed", play_id=player.play_id).exists():
        return
    failures = player.failures + 1
    Player.objects.filter(pk=player.pk).update_without_events(failures=failures % MAX_FAILURES)
    if failures >= MAX_FAILURES:
        _pause(player, Reason.SPEAKER_LOST)
    else:
        _go_on(player, may_start=player.autoplay)


def _note_speakers(player: Player, *, gone_at: datetime | None) -> None:
    before = player.copied()
    player.speakers_gone_at = gone_at
    player.save_current(before=before, update_fields=("speakers_gone_at", "wake_at"))


# --- Inside ------------------------------------------------------------------------------------------


def _pause(player: Player, reason: Reason, *, at: datetime | None = None) -> None:
    before, now = player.copied(), server_now()
    player.position_ms, player.anchored_at = player.position_at(at or now), now
    player.state, player.reason = State.PAUSED, reason
    player.save_current(before=before, update_fields=PLACE)


def _resume(player: Player, *, since: datetime | None = None) -> None:
    if player.state != State.PAUSED:
        return
    before = player.copied()
    player.state, player.reason, player.anchored_at = State.PLAYING, "", since or server_now()
    player.save_current(before=before, update_fields=PLACE)


def _go_on(player: Player, *, may_start: bool = True) -> None:
    """Ends the play, starts the next item, and applies `after_play` to the previous one."""
    room, ended = player.room, current_item(player.room)
    following = next_item(room, player) if may_start else None
    if following is None:
        stop_playing(slug=room.slug)
    else:
        play_item(slug=room.slug, item_id=following.pk)
    if ended is None or player.after_play == AfterPlay.KEEP:
        return
    item = PlaylistTrack.objects.select_related("room").get(pk=ended.pk)
    if player.after_play == AfterPlay.REMOVE:
        item.delete()
    elif room.order == Order.MANUAL:
        last = room.items.exclude(pk=item.pk).order_by("position").last()
        place = Place(after_id=last.pk) if last else Place()
        change_item(slug=room.slug, item_id=item.pk, place=place, is_playing=None)


def _brought_back(room: Room, play: Play, *, before: PlaylistTrack) -> int | None:
    """The item of an earlier play: still in the queue, restored, or queued again; None if it can't be."""
    if room.items.filter(pk=play.item_number).exists():
        return int(play.item_number)
    ways: list[Callable[[], PlaylistTrack]] = [
        lambda: restore_item(slug=room.slug, item_id=play.item_number),
        lambda: add_item(
            slug=room.slug,
            track_id=play.track_id or 0,
            added_by=play.item["added_by"],
            place=Place(before_id=before.pk),
            adder=play.adder,
        ),
    ]
    for bring_back in ways:
        try:
            with transaction.atomic():
                return bring_back().pk
        except DuplicateTrack as queued:
            return queued.details.get("item_id")
        except (NotFound, QueueFull, NotAuthenticated):
            continue
    return None


def _wait_again(item_id: int) -> None:
    """An item that was left in its first seconds is not one that has played."""
    item: PlaylistTrack = PlaylistTrack.objects.get(pk=item_id)
    item.played_at = None
    item.save(update_fields=["played_at"])
