"""Staff adds, changes and deletes tracks."""

import json

import pytest
from django.test import Client

from apps.tracks.models import Track

pytestmark = pytest.mark.django_db
HALO = {"title": "Halo", "artist": "Beyoncé"}


def send(client: Client, method: str, path: str, body: object):
    return client.generic(method, path, json.dumps(body), content_type="application/json")


def test_a_new_track_is_stored_trimmed_and_told_with_its_address(staff):
    answer = send(staff, "POST", "/api/tracks/", {**HALO, "title": "  Halo ", "isrc": "us-sm1-08-04556"})
    track = Track.objects.get()
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/tracks/{track.pk}/"
    assert answer.json() == staff.get(answer["Location"]).json()
    assert (track.title, track.isrc, track.album, track.duration_seconds) == (
        "Halo",
        "USSM10804556",
        "",
        None,
    )


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("PUT", "1/"), ("PATCH", "1/"), ("DELETE", "1/")])
def test_only_staff_writes(client, visitor, method: str, path: str):
    for caller, status, code in ((client, 401, "NOT_AUTHENTICATED"), (visitor, 403, "PERMISSION_DENIED")):
        answer = send(caller, method, f"/api/tracks/{path}", HALO)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert not Track.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "   "),
        ("title", None),
        ("title", 1979),
        ("title", True),
        ("title", ["Halo"]),
        ("title", "x" * 301),
        ("title", "a\x00b"),
        ("title", "a\nb"),
        ("title", "\ud800"),
        ("artist", ""),
        ("album", None),
        ("album", "x" * 301),
        ("genre", "x" * 101),
        ("genre", "a\x07b"),
        ("duration_seconds", 0),
        ("duration_seconds", -5),
        ("duration_seconds", True),
        ("duration_seconds", "355"),
        ("duration_seconds", 355.0),
        ("duration_seconds", 7 * 86400 + 1),
        ("duration_seconds", 10**30),
        ("cover_url", "javascript:alert(1)"),
        ("cover_url", "ftp://example.org/a.png"),
        ("cover_url", "https://"),
        ("cover_url", "https://[/a.png"),
        ("cover_url", "https://example.org/a b.png"),
        ("cover_url", ""),
        ("isrc", ""),
        ("isrc", "GBUM7102960"),
        ("isrc", "GBUM710296040"),
        ("isrc", "1BUM71029604"),
        ("isrc", "GBUM7102960٣"),
        ("isrc", 7),
    ],
)
def test_nonsense_is_refused_by_field(staff, field: str, value: object):
    answer = send(staff, "POST", "/api/tracks/", {**HALO, field: value})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"
    assert list(answer.json()["error"]["details"]) == [field]
    assert not Track.objects.exists()


@pytest.mark.parametrize("body", [[], "Halo", 5, None, [HALO]])
def test_a_body_that_is_no_object_is_refused(staff, body: object):
    assert send(staff, "POST", "/api/tracks/", body).status_code == 400


def test_put_replaces_and_forgets_what_is_not_named(staff, add_track):
    track = add_track("Halo", genre="pop", duration_seconds=261)
    answer = send(
        staff, "PUT", f"/api/tracks/{track.pk}/", {"title": "Hello", "artist": "Adele", "album": "25"}
    )
    assert answer.status_code == 200
    told = answer.json()
    assert [told[name] for name in ("title", "artist", "album", "genre", "duration_seconds")] == [
        "Hello",
        "Adele",
        "25",
        "",
        None,
    ]


def test_put_needs_title_and_artist(staff, add_track):
    answer = send(staff, "PUT", f"/api/tracks/{add_track().pk}/", {"title": "Hello"})
    assert list(answer.json()["error"]["details"]) == ["artist"]


def test_patch_changes_only_what_is_named(staff, add_track):
    track = add_track("Halo", genre="pop", duration_seconds=261, isrc="USSM10804556")
    answer = send(staff, "PATCH", f"/api/tracks/{track.pk}/", {"genre": "r&b", "isrc": None})
    told = answer.json()
    assert [told[name] for name in ("title", "genre", "duration_seconds", "isrc")] == [
        "Halo",
        "r&b",
        261,
        None,
    ]


def test_a_changed_title_is_found_by_its_new_words(staff, add_track):
    track = add_track("Halo")
    send(staff, "PATCH", f"/api/tracks/{track.pk}/", {"title": "Déjà Vu"})
    assert [row["id"] for row in staff.get("/api/tracks/?search=deja+beyonce").json()] == [track.pk]
    assert staff.get("/api/tracks/?search=halo").json() == []


def test_delete(staff, add_track):
    track = add_track()
    answer = staff.delete(f"/api/tracks/{track.pk}/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert not Track.objects.exists()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_track_that_is_not_there_can_t_be_written(staff, method: str):
    answer = send(staff, method, "/api/tracks/77/", HALO)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_a_second_track_of_one_isrc_is_a_conflict(staff, add_track):
    owner = add_track("Bohemian Rhapsody", "Queen", isrc="GBUM71029604")
    other = add_track("Halo")
    body = {**HALO, "isrc": "gb-um7-10-29604"}
    for method, path in (("POST", ""), ("PUT", f"{other.pk}/"), ("PATCH", f"{other.pk}/")):
        answer = send(staff, method, f"/api/tracks/{path}", body)
        assert answer.status_code == 409
        error = answer.json()["error"]
        assert error["code"] == "CONFLICT"
        assert error["details"] == {"isrc": "GBUM71029604", "track_id": owner.pk}
    assert Track.objects.count() == 2


def test_its_own_isrc_is_no_conflict(staff, add_track):
    track = add_track(isrc="GBUM71029604")
    answer = send(staff, "PUT", f"/api/tracks/{track.pk}/", {**HALO, "isrc": "GBUM71029604", "genre": "pop"})
    assert (answer.status_code, answer.json()["genre"]) == (200, "pop")
