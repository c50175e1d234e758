"""Forms and actions of the admin that cause several events, or none: fold equals fetch there as well."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.invariants.admin_site import AdminSite
from tests.invariants.conftest import NewTracks
from tests.invariants.event_recorder import EventRecorder
from tests.invariants.other_process import OtherProcess
from tests.invariants.rooms import RoomClient, ids_of


def test_two_changes_in_one_form_are_two_events(
    event_recorder: EventRecorder, own_room: RoomClient, items: list[int], admin: AdminSite
) -> None:
    def change() -> None:
        admin.change("playlist/playlisttrack", items[2], position=7, added_by="Bo")

    assert event_recorder.events_of(change, own_room) == ["track.updated", "track.moved"]


def test_votes_deleted_in_the_admin_are_broadcast(
    event_recorder: EventRecorder,
    votes_room: RoomClient,
    ranked: list[int],
    admin: AdminSite,
    other_process: OtherProcess,
) -> None:
    """The admin can delete a vote, but not vote for others."""

    def types_after(change: Callable[[], Any]) -> list[str]:
        return event_recorder.events_of(change, votes_room)

    def save_vote(voter: str, value: int) -> int:
        pk: int = other_process.run(
            "from apps.playlist.models import PlaylistTrack, Vote\n"
            f"item = PlaylistTrack.objects.get(pk={ranked[3]})\n"
            f"vote = Vote.objects.filter(item=item, voter={voter!r}).first() or Vote(voter={voter!r})\n"
            f"vote.item, vote.value = item, {value}\n"
            "vote.save()\n"
            "result = vote.pk"
        )
        return pk

    vote = "playlist/vote"
    assert types_after(lambda: save_vote("seed:1", 1)) == ["track.voted", "track.moved"]
    assert types_after(lambda: save_vote("seed:1", -1)) == ["track.voted", "track.moved"]
    first = save_vote("seed:1", -1)
    assert types_after(lambda: admin.delete(vote, first)) == ["track.voted"], (
        "without votes it is the last as well"
    )
    votes_room.vote(ranked[3], value=1)
    second, third = save_vote("seed:2", 1), save_vote("seed:3", 1)
    assert types_after(lambda: admin.delete_selected(vote, [second, third]))[0] == "track.voted"
    left = {item["id"]: item["votes"] for item in votes_room.fetch().items}
    assert left[ranked[3]] == 1, "the one that was cast by a guest"


def test_rows_deleted_by_an_admin_action_are_broadcast_one_by_one_in_every_room(
    event_recorder: EventRecorder,
    own_room: RoomClient,
    votes_room: RoomClient,
    admin: AdminSite,
    new_tracks: NewTracks,
) -> None:
    """Among them the one that plays."""
    tracks, both = new_tracks(5), (own_room, votes_room)
    for room in both:
        room.add_all(tracks)
        room.play(ids_of(room.fetch())[1])
    reported = event_recorder.events_of(lambda: admin.change("tracks/track", tracks[0], genre="jazz"), *both)
    assert reported == ["track.updated"]
    reported = event_recorder.events_of(lambda: admin.delete_selected("tracks/track", tracks[:2]), *both)
    assert sorted(reported) == ["track.playing", *["track.removed"] * 2]

    left = ids_of(own_room.fetch())
    own_room.play(left[0])
    reported = event_recorder.events_of(
        lambda: admin.delete_selected("playlist/playlisttrack", left[:2]), own_room
    )
    assert sorted(reported) == ["track.playing", *["track.removed"] * 2]
    assert ids_of(own_room.fetch()) == left[2:]


# Where the forms call services that other tests here try in both sizes.
@pytest.mark.parametrize("size", ["embedded"], indirect=True)
def test_orders_and_positions_in_the_admin_keep_the_rules_of_the_room(
    event_recorder: EventRecorder,
    own_room: RoomClient,
    votes_room: RoomClient,
    items: list[int],
    ranked: list[int],
    admin: AdminSite,
    pk_of: Callable[[RoomClient], int],
) -> None:
    item, room = "playlist/playlisttrack", "rooms/room"
    own, other = pk_of(own_room), pk_of(votes_room)

    # As soon as a write leaves two neighbours without a number between them.
    reported = event_recorder.events_of(
        lambda: admin.change(item, items[3], position="1.0000000000000002"), own_room
    )
    assert "playlist.reordered" in reported
    assert ids_of(own_room.fetch()) == [items[0], items[3], items[1], items[2]]
    reported = event_recorder.events_of(lambda: admin.change(room, own, chosen_order="votes"), own_room)
    assert reported == ["playlist.reordered"]
    assert ids_of(own_room.fetch()) == items

    reported = event_recorder.events_of(lambda: admin.change(room, other, playing=ranked[3]), votes_room)
    assert reported[0] == "track.playing"
    by_votes = [ranked[3], ranked[1], ranked[0], ranked[2]]
    assert ids_of(votes_room.fetch()) == by_votes
    # In that order positions always say what votes say.
    admin.change(item, ranked[2], position=-50)
    assert ids_of(votes_room.fetch()) == by_votes


def test_changes_rejected_in_the_admin_are_not_broadcast(
    event_recorder: EventRecorder,
    own_room: RoomClient,
    votes_room: RoomClient,
    items: list[int],
    ranked: list[int],
    admin: AdminSite,
    library: list[int],
    other_process: OtherProcess,
    pk_of: Callable[[RoomClient], int],
) -> None:
    item, own, other = "playlist/playlisttrack", pk_of(own_room), pk_of(votes_room)
    vote = other_process.run(
        f"from apps.playlist.models import Vote; result = Vote.objects.get(item={items[1]}).pk"
    )
    rejected: dict[str, Callable[[], Any]] = {
        "a position that another has": lambda: admin.change(item, items[1], position=1),
        "no number": lambda: admin.change(item, items[1], position="nan"),
        "a track twice": lambda: admin.add(item, room=own, track=library[0], position=9, added_by="Bo"),
        "another track": lambda: admin.change(item, items[1], track=library[9]),
        "another room": lambda: admin.change(item, items[2], room=other),
        "another room's item plays": lambda: admin.change("rooms/room", own, playing=ranked[3]),
        "another item for a vote": lambda: admin.change("playlist/vote", vote, item=items[2]),
    }
    for name, change in rejected.items():
        event_recorder.assert_rejected(change, own_room, votes_room, name=name)
