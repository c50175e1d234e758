"""One track, as every client gets it."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.tracks.payloads import formatted_duration, track_payload
from core.rendering import json_bytes

CONTRACT_FIELDS = [
    "id",
    "title",
    "artist",
    "album",
    "duration_seconds",
    "duration_formatted",
    "genre",
    "cover_url",
    "isrc",
    "created_at",
]


def test_answer_has_the_contracts_fields_in_its_order(client, add_track):
    track = add_track(
        "Bohemian Rhapsody",
        "Queen",
        album="A Night at the Opera",
        duration_seconds=355,
        genre="rock",
        isrc="GBUM71029604",
    )
    told = client.get(f"/api/tracks/{track.pk}/").json()
    assert list(told) == CONTRACT_FIELDS
    assert told["created_at"].endswith("Z")
    assert datetime.fromisoformat(told.pop("created_at")) == track.created_at
    assert told == {
        "id": track.pk,
        "title": "Bohemian Rhapsody",
        "artist": "Queen",
        "album": "A Night at the Opera",
        "duration_seconds": 355,
        "duration_formatted": "5:55",
        "genre": "rock",
        "cover_url": None,
        "isrc": "GBUM71029604",
    }


def test_answer_is_the_payload_byte_for_byte(client, add_track):
    track = add_track(duration_seconds=261, cover_url="https://example.org/halo.jpg")
    assert client.get(f"/api/tracks/{track.pk}/").content == json_bytes(track_payload(track))


def test_unknown_is_null_or_empty(client, add_track):
    told = client.get(f"/api/tracks/{add_track().pk}/").json()
    assert [told[name] for name in ("duration_seconds", "duration_formatted", "cover_url", "isrc")] == [
        None
    ] * 4
    assert [told["album"], told["genre"]] == ["", ""]


@pytest.mark.parametrize("track_id", ["0", "999", "9" * 18, "9" * 19, "9" * 5000, "-1", "1.0", "abc", "٣"])
@pytest.mark.django_db
def test_ids_of_no_track_are_not_found(client, track_id: str):
    answer = client.get(f"/api/tracks/{track_id}/")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "0:01"),
        (59, "0:59"),
        (60, "1:00"),
        (355, "5:55"),
        (3599, "59:59"),
        (3600, "1:00:00"),
        (3723, "1:02:03"),
    ],
)
def test_duration_is_formatted(seconds: int, text: str):
    assert formatted_duration(seconds) == text


@given(st.integers(1, 7 * 86400))
def test_formatted_duration_tells_the_seconds(seconds: int):
    read = 0
    for part in (formatted_duration(seconds) or "").split(":"):
        read = read * 60 + int(part)
    assert read == seconds


def test_unknown_duration_is_not_formatted():
    assert formatted_duration(None) is None
