"""The queue over HTTP, as far as it is more than a service called: voters, headers, shapes."""

from typing import Any

import pytest
from django.test import Client

from apps.playlist.models import Room
from apps.playlist.services import play_item, stop_playing
from apps.playlist.tests.rooms import fetched, new_room, new_track, queued, told, top
from apps.users.recognition import guest_token
from apps.users.services import create_guest


class Api:
    """A caller in one room."""

    def __init__(self, room: Room, **headers: str) -> None:
        self.base = f"/api/rooms/{room.slug}/playlist/"
        self.client = Client(headers=headers)

    def get(self, path: str = "", **headers: str):
        return self.client.get(
            f"{self.base}{path}", headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    def post(self, path: str = "", body: Any = None):
        return self.client.post(f"{self.base}{path}", body, content_type="application/json")

    def patch(self, path: str, body: Any):
        return self.client.patch(f"{self.base}{path}", body, content_type="application/json")


@pytest.fixture
def api(room: Room) -> Api:
    return Api(room)


def test_the_list_is_the_queue_with_its_moment(api, room):
    queued(room, "abc")
    answer = api.get()
    assert answer.json() == fetched(room)
    assert (answer["X-Stream-Epoch"], answer["X-Stream-Seq"]) == (room.stream.epoch, str(top(room)))
    assert answer["ETag"] == f'"{room.stream.epoch}-{top(room)}"'
    assert answer["X-Total-Count"] == "3"


@pytest.mark.parametrize("form", ["{}", "W/{}", '"old", {}', "*"])
def test_what_a_client_has_seen_is_not_sent_again(api, room, form: str):
    queued(room, "a")
    mark = api.get()["ETag"]
    again = api.get(If_None_Match=form.format(mark))
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", mark)
    queued(room, "b")
    if form != "*":
        assert api.get(If_None_Match=form.format(mark)).status_code == 200


def test_an_item_is_added_with_the_caller_s_name(room, settings):
    guest = create_guest(name="Bo", address="192.0.2.1")
    known, unknown = Api(room, X_Guest_Token=guest_token(guest)), Api(room)
    for api, body, name in (
        (known, {}, "Bo"),
        (known, {"added_by": " Cem "}, "Cem"),
        (unknown, {}, "Anonymous"),
        (unknown, {"added_by": "Ada"}, "Ada"),
    ):
        answer = api.post("", {"track_id": new_track().pk, **body})
        assert (answer.status_code, answer.json()["added_by"]) == (201, name)
        assert api.client.get(answer["Location"]).json() == answer.json()


def test_track_is_taken_for_track_id(api):
    track = new_track()
    assert api.post("", {"track": track.pk}).json()["track_id"] == track.pk


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "track_id"),
        ({"track_id": "5"}, "track_id"),
        ({"track_id": 0}, "track_id"),
        ({"track_id": 1, "track": 2}, "track_id"),
        ({"track_id": 1, "position": "1"}, "position"),
        ({"track_id": 1, "position": 1.1e15}, "position"),
        ({"track_id": 1, "after": -1}, "after"),
        ({"track_id": 1, "after": 1, "before": 1}, "after"),
        ({"track_id": 1, "added_by": "a\nb"}, "added_by"),
        ({"track_id": 1, "added_by": ""}, "added_by"),
    ],
)
def test_nonsense_is_refused_by_field(api, body: dict[str, Any], field: str):
    answer = api.post("", body)
    assert answer.status_code == 400
    assert field in answer.json()["error"]["details"]


def test_a_vote_belongs_to_its_voter_and_only_its_answer_says_so(room):
    (item,) = queued(room, "a")
    bo = Api(room, X_Guest_Token=guest_token(create_guest(name="Bo", address="192.0.2.1")))
    passer_by = Api(room, User_Agent="curl")
    assert bo.post(f"{item.pk}/vote/", {"direction": "up"}).json()["my_vote"] == 1
    answer = passer_by.post(f"{item.pk}/vote/", {"value": -1}).json()
    assert (answer["votes"], answer["my_vote"]) == (0, -1)
    assert bo.get("my-votes/").json() == {str(item.pk): 1}
    answer = passer_by.get("my-votes/")
    assert answer.json() == {str(item.pk): -1}
    assert (answer["X-Stream-Epoch"], answer["X-Stream-Seq"]) == (room.stream.epoch, str(top(room)))
    assert passer_by.get("my-votes/")["Cache-Control"].startswith("private")
    assert Api(room, User_Agent="Firefox").get("my-votes/").json() == {}
    assert "my_vote" not in str(fetched(room)) + str(told(room))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"value": 2},
        {"value": "1"},
        {"value": True},
        {"direction": "left"},
        {"direction": "up", "value": 1},
    ],
)
def test_a_vote_that_makes_no_sense_is_refused(api, room, body: dict[str, Any]):
    (item,) = queued(room, "a")
    assert api.post(f"{item.pk}/vote/", body).status_code == 400


def test_a_patch_moves_starts_and_stops(api, room):
    first, second = queued(room, "ab")
    moved = api.patch(f"{second.pk}/", {"before": first.pk, "is_playing": True}).json()
    assert (moved["position"], moved["is_playing"]) == (0.0, True)
    assert api.patch(f"{second.pk}/", {"is_playing": False}).json()["is_playing"] is False
    assert api.patch(f"{second.pk}/", {"is_playing": 1}).status_code == 400


def test_play_stop_remove_restore(api, room):
    (item,) = queued(room, "a")
    assert api.post(f"{item.pk}/play/").json()["is_playing"] is True
    assert api.post("stop/").json() == api.post("stop/").json() == {"status": "stopped"}
    assert api.client.delete(f"{api.base}{item.pk}/").status_code == 204
    assert api.get(f"{item.pk}/").status_code == 404
    assert api.post(f"{item.pk}/restore/").json()["id"] == item.pk
    assert api.get(f"{item.pk}/").json() == fetched(room)[0]


def test_history_is_a_list_of_what_ended(api, room):
    (item,) = queued(room, "a")
    play_item(slug=room.slug, item_id=item.pk)
    assert api.get("history/").json() == []
    stop_playing(slug=room.slug)
    (play,) = api.get("history/").json()
    assert (play["id"], play["is_playing"], play["track"]["title"]) == (item.pk, False, "a")


@pytest.mark.django_db
def test_the_main_room_s_queue_has_an_address_of_its_own(client):
    track = new_track()
    answer = client.post("/api/playlist/", {"track_id": track.pk}, content_type="application/json")
    assert answer.status_code == 201
    assert client.get("/api/playlist/").json() == client.get("/api/rooms/main/playlist/").json()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["", "1/", "my-votes/", "history/"])
def test_a_room_that_is_not_there_is_a_404(client, path: str):
    assert client.get(f"/api/rooms/nowhere/playlist/{path}").status_code == 404


@pytest.mark.parametrize("path", ["events/", "stream/"])
def test_without_the_asgi_server_live_events_are_unavailable(api, path: str):
    answer = api.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "UNAVAILABLE")


# --- Rooms -------------------------------------------------------------------------------------------


def test_a_room_is_made_shown_changed_and_ended(client, db):
    token = guest_token(create_guest(name="Bo", address="192.0.2.1"))
    bo = Client(headers={"X-Guest-Token": token})
    made = bo.post("/api/rooms/", {"name": "Friday", "order": "votes"}, content_type="application/json")
    assert made.status_code == 201
    assert {**made.json(), "created_at": None} == {
        "slug": "friday",
        "name": "Friday",
        "is_public": True,
        "order": "votes",
        "items": 0,
        "created_at": None,
    }
    assert client.get(made["Location"]).json() == made.json()
    change = {"is_public": False}
    assert client.patch(made["Location"], change, content_type="application/json").status_code == 403
    assert bo.patch(made["Location"], change, content_type="application/json").json()["is_public"] is False
    assert "friday" not in [room["slug"] for room in client.get("/api/rooms/").json()]
    assert bo.delete(made["Location"]).status_code == 204
    assert client.get(made["Location"]).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "a" * 81}, "name"),
        ({"name": "x", "slug": "A"}, "slug"),
        ({"name": "x", "slug": "a" * 51}, "slug"),
        ({"name": "x", "order": "loud"}, "order"),
        ({"name": "x", "is_public": "yes"}, "is_public"),
    ],
)
def test_a_room_that_makes_no_sense_is_refused_by_field(client, body: dict[str, Any], field: str):
    answer = client.post("/api/rooms/", body, content_type="application/json")
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, [field])


def test_public_rooms_are_listed_with_their_counts(client, room):
    queued(room, "abc")
    hidden = new_room(is_public=False)
    rooms = {one["slug"]: one["items"] for one in client.get("/api/rooms/").json()}
    assert rooms[room.slug] == 3
    assert hidden.slug not in rooms
    assert client.get(f"/api/rooms/{hidden.slug}/").json()["items"] == 0
