"""An edit in the admin is told exactly as one from the API."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from apps.playlist.models import MAIN_ROOM, Play, PlaylistTrack, RemovedItem, Room, Vote
from apps.playlist.services import cast_vote, play_item, remove_item
from apps.playlist.tests.rooms import new_room, new_track, queued, telling, titles


@pytest.fixture
def ada(db: None) -> Client:
    """Ada keeps the house."""
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("ada"))
    return client


def saved(client: Client, model: str, pk: int | None, form: dict[str, Any]) -> None:
    """Sends the form, which has to be taken."""
    page = "add/" if pk is None else f"{pk}/change/"
    answer = client.post(
        f"/admin/playlist/{model}/{page}", {name: "" if v is None else v for name, v in form.items()}
    )
    assert answer.status_code == 302, answer.context["adminform"].errors


def item_form(item: PlaylistTrack, **changes: Any) -> dict[str, Any]:
    form = {
        "room": item.room_id,
        "track": item.track_id,
        "position": item.position,
        "added_by": item.added_by,
        "played_at_0": "",
        "played_at_1": "",
    }
    return {**form, **changes}


def room_form(room: Room, **changes: Any) -> dict[str, Any]:
    form = {
        "slug": room.slug,
        "name": room.name,
        "is_public": "on" if room.is_public else "",
        "chosen_order": room.chosen_order,
        "playing": room.playing_id,
    }
    return {name: value for name, value in {**form, **changes}.items() if value != ""}


@pytest.mark.parametrize(
    ("changes", "event_type"),
    [({"position": 9.5}, "track.moved"), ({"added_by": "Cem"}, "track.updated"), ({}, None)],
)
def test_an_item_that_is_edited_is_told(ada, room, changes, event_type: str | None):
    item = queued(room, "abc")[0]
    with telling(room) as events:
        saved(ada, "playlisttrack", item.pk, item_form(item, **changes))
    assert events == ([event_type] if event_type else [])


def test_an_item_that_is_added_or_deleted_is_told(ada, room):
    first = queued(room, "ab")[0]
    with telling(room) as events:
        form = item_form(first, track=new_track("x").pk, position=0.5)
        saved(ada, "playlisttrack", None, form)
    assert (events, titles(room)) == (["track.added"], "xab")
    with telling(room) as events:
        ada.post(f"/admin/playlist/playlisttrack/{first.pk}/delete/", {"post": "yes"})
    assert (events, titles(room)) == (["track.removed"], "xb")


def test_items_that_are_deleted_as_an_action_are_told_one_by_one(ada, room):
    items = queued(room, "abc")
    form = {"action": "delete_selected", "_selected_action": [items[0].pk, items[2].pk], "post": "yes"}
    with telling(room) as events:
        ada.post("/admin/playlist/playlisttrack/", form)
    assert (events, titles(room)) == (["track.removed"] * 2, "b")


def test_a_count_of_votes_can_t_be_edited(ada, room):
    item = queued(room, "a")[0]
    with telling(room) as events:
        saved(ada, "playlisttrack", item.pk, item_form(item, votes=50))
    assert (PlaylistTrack.objects.get().votes, events) == (0, [])


@pytest.mark.parametrize("position", ["nan", "inf", "1e16", "-1e16", "x"])
def test_a_position_that_is_none_is_refused_in_the_form(ada, room, position: str):
    item = queued(room, "a")[0]
    answer = ada.post(f"/admin/playlist/playlisttrack/{item.pk}/change/", item_form(item, position=position))
    assert answer.status_code == 200
    assert "position" in answer.context["adminform"].errors
    assert PlaylistTrack.objects.get().position == 1.0


def test_a_name_that_is_none_is_refused_in_the_form(ada, room):
    item = queued(room, "a")[0]
    answer = ada.post(
        f"/admin/playlist/playlisttrack/{item.pk}/change/", item_form(item, added_by="a\u2028b")
    )
    assert "added_by" in answer.context["adminform"].errors
    answer = ada.post("/admin/playlist/room/add/", {"slug": "A_b", "name": "a\u2028b"})
    assert set(answer.context["adminform"].errors) == {"slug", "name"}


def test_what_plays_is_set_and_unset_in_the_room(ada, room):
    first, second = queued(room, "ab")
    for item, event_types in (
        (first, ["track.playing"]),
        (second, ["track.playing"]),
        (None, ["track.playing"]),
    ):
        with telling(room) as events:
            saved(
                ada, "room", room.pk, room_form(Room.objects.get(pk=room.pk), playing=item.pk if item else "")
            )
        assert events == event_types
    assert room.plays.filter(ended_at=None).count() == 0
    assert room.plays.count() == 2


def test_a_room_that_is_added_has_a_stream_and_keeps_its_slug(ada, db):
    saved(ada, "room", None, {"slug": "friday", "name": "Friday", "is_public": "on"})
    room = Room.objects.get(slug="friday")
    assert room.stream.name == "friday"
    saved(ada, "room", room.pk, room_form(room, slug="saturday", name="Saturday"))
    room.refresh_from_db()
    assert (room.slug, room.name) == ("friday", "Saturday")


def test_a_room_s_new_order_is_told(ada, room):
    items = queued(room, "abc")
    Vote.objects.create(item=items[2], voter="ada", value=1)
    with telling(room) as events:
        saved(ada, "room", room.pk, room_form(room, chosen_order="votes"))
    assert (events, titles(room)) == (["playlist.reordered"], "cab")


def test_a_vote_that_is_deleted_is_counted_and_told(ada, room):
    item = queued(room, "a")[0]
    cast_vote(slug=room.slug, item_id=item.pk, voter="bo", value=-1)
    with telling(room) as events:
        ada.post(f"/admin/playlist/vote/{Vote.objects.get().pk}/delete/", {"post": "yes"})
    assert (events, PlaylistTrack.objects.get().votes) == (["track.voted"], 0)


def test_records_are_looked_at_only(ada, room):
    first, second = queued(room, "ab")
    play_item(slug=room.slug, item_id=first.pk)
    remove_item(slug=room.slug, item_id=second.pk)
    for model, row in (("play", Play.objects.get()), ("removeditem", RemovedItem.objects.get())):
        assert ada.get(f"/admin/playlist/{model}/").status_code == 200
        assert ada.get(f"/admin/playlist/{model}/add/").status_code == 403
        assert ada.post(f"/admin/playlist/{model}/{row.pk}/change/", {"room": 1}).status_code == 403


@pytest.mark.parametrize("model", ["room", "playlisttrack", "vote"])
def test_rows_are_listed_and_searched(ada, room, model: str):
    item = queued(room, "abc")[0]
    Vote.objects.create(item=item, voter="ada", value=1)
    assert ada.get(f"/admin/playlist/{model}/", {"q": "a"} if model != "vote" else {}).status_code == 200


@pytest.mark.parametrize(
    ("model", "query"),
    [
        ("playlisttrack", "added_at__year=99999999999"),
        ("room", "created_at__year=99999999999"),
        ("play", "started_at__year=99999999999"),
        ("room", "id__exact=99999999999999999999999"),
    ],
)
def test_a_filter_that_no_column_can_hold_is_passed_over(ada, room, model: str, query: str):
    answer = ada.get(f"/admin/playlist/{model}/?{query}", follow=True)

    assert answer.status_code == 200


def test_the_main_room_is_not_deleted_here_either(ada, db):
    ada.raise_request_exception = False
    main = Room.objects.get(slug=MAIN_ROOM)
    ada.post(f"/admin/playlist/room/{main.pk}/delete/", {"post": "yes"})
    assert Room.objects.filter(slug=MAIN_ROOM).exists()


def test_an_item_stays_in_its_room(ada, room):
    ada.raise_request_exception = False
    item, other = queued(room, "a")[0], new_room()
    ada.post(f"/admin/playlist/playlisttrack/{item.pk}/change/", item_form(item, room=other.pk))
    assert PlaylistTrack.objects.get().room_id == room.pk
