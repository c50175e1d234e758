"""Items in the admin: what is saved there is told, keeps the laws, and leaves others' changes alone."""

import pytest

from apps.playlist.models import PlaylistTrack, Room
from apps.playlist.services import Place, add_item, cast_vote, change_item, play_item, remove_item
from apps.playlist.tests.laws import laws_hold
from apps.tracks.facts import TrackFacts
from apps.tracks.models import Track
from core.tests.admin_pages import Admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Admin:
    return Admin()


@pytest.fixture(params=["manual", "votes"])
def room(request: pytest.FixtureRequest) -> Room:
    return Room.objects.create(slug="kitchen", name="Kitchen", chosen_order=request.param)


@pytest.fixture
def manual_room() -> Room:
    return Room.objects.create(slug="kitchen", name="Kitchen", chosen_order="manual")


def new_track(title: str) -> Track:
    track = Track.described_by(TrackFacts(title, "Queen"))
    track.save()
    return track


def queued(room: Room, *titles: str) -> list[PlaylistTrack]:
    return [
        add_item(slug=room.slug, track_id=new_track(title).pk, added_by="Bo", place=Place())
        for title in titles
    ]


def titles_in(room: Room) -> list[str]:
    return list(room.items.order_by("position").values_list("track__title", flat=True))


def test_a_new_item_is_told(admin: Admin, room: Room) -> None:
    queued(room, "A")
    track = new_track("B")
    with laws_hold(room) as told:
        admin.open_new(PlaylistTrack).send(room=room.pk, track=track.pk, added_by=" Cem ", position="")
    assert [event["type"] for event in told] == ["track.added"]
    assert (titles_in(room), told[0]["payload"]["added_by"]) == (["A", "B"], "Cem")


def test_a_track_that_is_queued_is_an_error_in_the_form(admin: Admin, room: Room) -> None:
    (item,) = queued(room, "A")
    answer = admin.open_new(PlaylistTrack).send(room=room.pk, track=item.track_id, added_by="Cem")
    assert answer.status_code == 200
    assert b"already exists" in answer.content
    assert room.items.count() == 1


def test_a_full_room_is_told_as_a_message(admin: Admin, room: Room, settings) -> None:
    settings.MAX_QUEUE_ITEMS = 1
    queued(room, "A")
    with laws_hold(room) as told:
        page = admin.open_new(PlaylistTrack)
        text = page.send_and_follow(room=room.pk, track=new_track("B").pk, added_by="Cem")
    assert "The queue is full." in text
    assert not told


@pytest.mark.parametrize("name", ["a\u0000b", "a\tb", "  ", "x" * 51])
def test_a_name_that_the_api_refuses_is_refused(admin: Admin, manual_room: Room, name: str) -> None:
    (item,) = queued(manual_room, "A")
    assert admin.open(item).send(added_by=name).status_code == 200
    item.refresh_from_db()
    assert item.added_by == "Bo"


def test_a_correction_is_told_and_nothing_else_is_written(admin: Admin, room: Room) -> None:
    (item,) = queued(room, "A")
    with laws_hold(room) as told:
        admin.open(item).send(added_by="Cem")
    assert [(event["type"], event["payload"]["added_by"]) for event in told] == [("track.updated", "Cem")]


def test_a_form_sent_back_as_it_was_tells_nothing(admin: Admin, room: Room) -> None:
    (item,) = queued(room, "A")
    with laws_hold(room) as told:
        assert admin.open(item).send().status_code == 302
    assert not told


def test_an_old_form_leaves_what_others_changed(admin: Admin, manual_room: Room) -> None:
    first, _second, third = queued(manual_room, "A", "B", "C")
    old = admin.open(third)
    change_item(slug="kitchen", item_id=third.pk, place=Place(before_id=first.pk), is_playing=None)
    cast_vote(slug="kitchen", item_id=third.pk, voter="net:x", value=1)
    with laws_hold(manual_room) as told:
        old.send(added_by="Cem")
    assert [event["type"] for event in told] == ["track.updated"]
    item = PlaylistTrack.objects.get(pk=third.pk)
    assert (titles_in(manual_room), item.added_by, item.votes) == (["C", "A", "B"], "Cem", 1)


def test_two_old_forms_with_different_changes_both_count(manual_room: Room) -> None:
    _first, second = queued(manual_room, "A", "B")
    ada, bo = Admin("ada").open(second), Admin("bo").open(second)
    with laws_hold(manual_room):
        ada.send(added_by="Cem")
        bo.send(position="0.5")
    item = PlaylistTrack.objects.get(pk=second.pk)
    assert (titles_in(manual_room), item.added_by) == (["B", "A"], "Cem")


def test_a_form_without_the_values_shown_is_compared_with_the_row(admin: Admin, manual_room: Room) -> None:
    (item,) = queued(manual_room, "A")
    path = admin.open(item).path
    with laws_hold(manual_room) as told:
        admin.client.post(path, {"position": str(item.position), "added_by": "Cem"})
    assert [event["type"] for event in told] == ["track.updated"]


def test_a_position_moves_the_item(admin: Admin, manual_room: Room) -> None:
    first, second = queued(manual_room, "A", "B")
    with laws_hold(manual_room) as told:
        admin.open(second).send(position=str(first.position - 0.25))
    assert [event["type"] for event in told] == ["track.moved"]
    assert titles_in(manual_room) == ["B", "A"]


def test_a_position_taken_meanwhile_puts_the_item_behind(admin: Admin, manual_room: Room) -> None:
    _first, second, third = queued(manual_room, "A", "B", "C")
    old = admin.open(third)
    change_item(slug="kitchen", item_id=second.pk, place=Place(position=0.5), is_playing=None)
    with laws_hold(manual_room):
        old.send(position="0.5")
    assert titles_in(manual_room) == ["B", "C", "A"]


def test_positions_without_a_number_between_are_renumbered(admin: Admin, manual_room: Room) -> None:
    _first, _second, third = queued(manual_room, "A", "B", "C")
    with laws_hold(manual_room) as told:
        admin.open(third).send(position="1.0000000000000002")
    assert told[-1]["type"] == "playlist.reordered"
    assert titles_in(manual_room) == ["A", "C", "B"]


@pytest.mark.parametrize("position", ["nan", "inf", "1e16", "-1e16", "x", ""])
def test_a_position_that_is_none_is_an_error_in_the_form(
    admin: Admin, manual_room: Room, position: str
) -> None:
    (item,) = queued(manual_room, "A")
    with laws_hold(manual_room) as told:
        assert admin.open(item).send(position=position).status_code == 200
    assert not told


def test_where_votes_decide_positions_cannot_be_edited(admin: Admin) -> None:
    room = Room.objects.create(slug="kitchen", name="Kitchen", chosen_order="votes")
    _first, second = queued(room, "A", "B")
    page = admin.open(second)
    assert "position" not in page.fields
    with laws_hold(room) as told:
        page.send(position="0.5")
    assert not told


def test_an_old_form_cannot_move_where_votes_decide_meanwhile(admin: Admin, manual_room: Room) -> None:
    _first, second = queued(manual_room, "A", "B")
    old = admin.open(second)
    manual_room.chosen_order = "votes"
    manual_room.save(update_fields=["chosen_order"])
    with laws_hold(manual_room) as told:
        old.send(position="0.5")
    assert not told
    assert titles_in(manual_room) == ["A", "B"]


def test_votes_and_room_and_track_cannot_be_typed_in(admin: Admin, room: Room) -> None:
    (item,) = queued(room, "A")
    other = Room.objects.create(slug="other", name="Other")
    track = new_track("B")
    with laws_hold(room) as told:
        admin.open(item).send(votes="7", room=other.pk, track=track.pk, played_at_0="2026-01-01")
    assert not told


def test_a_removed_item_is_told_as_gone(admin: Admin, room: Room) -> None:
    (item,) = queued(room, "A")
    old = admin.open(item)
    remove_item(slug="kitchen", item_id=item.pk)
    answer = admin.client.post(old.path, {**old.fields, "added_by": "Cem"}, follow=True)
    assert b"doesn\xe2\x80\x99t exist" in answer.content
    assert room.items.count() == 0


def test_deleting_what_plays_ends_its_play_first(admin: Admin, room: Room) -> None:
    first, _second = queued(room, "A", "B")
    play_item(slug="kitchen", item_id=first.pk)
    with laws_hold(room) as told:
        admin.delete(first)
    assert [event["type"] for event in told] == ["track.playing", "track.removed"]
    assert room.plays.filter(ended_at__isnull=True).count() == 0


def test_deleting_several_is_told_one_by_one(admin: Admin, room: Room) -> None:
    items = queued(room, "A", "B", "C")
    cast_vote(slug="kitchen", item_id=items[0].pk, voter="net:x", value=1)
    with laws_hold(room) as told:
        text = admin.delete_selected(*items[:2])
    assert "Successfully deleted 2" in text
    assert [event["type"] for event in told] == ["track.removed"] * 2
    assert titles_in(room) == ["C"]
