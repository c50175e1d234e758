"""One track of a chart."""

from typing import Any

import httpx
import pytest

from tests.contract.charts.envelopes import get_data, rejected


@pytest.fixture
def entry(client: httpx.Client) -> Any:
    return get_data(client, "/api/charts/pop/")["tracks"][0]


def test_a_chart_track_has_current_and_past_ranks(client: httpx.Client, entry: dict[str, Any]):
    track = get_data(client, f"/api/charts/tracks/{entry['isrc']}/")

    assert track == get_data(client, f"/api/charts/tracks/{entry['isrc'].lower()}/")
    assert track.keys() == {
        *("isrc", "name", "artist", "album", "cover_url", "is_sample"),
        *("services", "ranks", "chart_days", "counts", "similar"),
    }
    assert (track["isrc"], track["name"], track["is_sample"]) == (entry["isrc"], entry["name"], True)
    assert track["services"].keys() >= entry["services"].keys()
    assert len(track["ranks"]) == entry["days_on_chart"]
    assert [one["date"] for one in track["ranks"]] == sorted(one["date"] for one in track["ranks"])
    assert {one["date"] for one in track["ranks"]} <= set(track["chart_days"]["pop"])
    assert track["chart_days"]["pop"] == sorted(track["chart_days"]["pop"])
    last = track["ranks"][-1]
    assert (last["genre"], last["rank"]) == ("pop", entry["rank"])
    assert all(one["older_lists"] == {} for one in track["ranks"])
    assert last["services"] == {name: place["rank"] for name, place in entry["services"].items()}
    assert track["counts"].keys() == {"spotify", "soundcloud", "youtube"}
    for service, history in track["counts"].items():
        assert history["current"] == entry["plays"][service]
        assert len(history["historical"]) > 1


def test_tracks_that_sound_alike_are_sorted_by_similarity(client: httpx.Client, entry: dict[str, Any]):
    similar = get_data(client, f"/api/charts/tracks/{entry['isrc']}/")["similar"]

    assert similar["status"] == "ok"
    assert len(similar["tracks"]) == 10
    assert all(one.keys() == {"isrc", "name", "artist", "similarity"} for one in similar["tracks"])
    similarity = [one["similarity"] for one in similar["tracks"]]
    assert similarity == sorted(similarity, reverse=True)
    assert 0 <= similarity[-1] <= similarity[0] <= 1
    assert entry["isrc"] not in {one["isrc"] for one in similar["tracks"]}
    back = get_data(client, f"/api/charts/tracks/{similar['tracks'][0]['isrc']}/")["similar"]["tracks"]
    assert next(one for one in back if one["isrc"] == entry["isrc"])["similarity"] == similarity[0]


def test_a_track_without_audio_features_has_unknown_similarity(client: httpx.Client):
    listed = get_data(client, "/api/charts/pop/soundcloud/")["tracks"]
    responses = [get_data(client, f"/api/charts/tracks/{one['isrc']}/")["similar"] for one in listed]

    assert {"status": "missing", "tracks": []} in responses


def test_a_sample_cannot_be_added(client: httpx.Client, entry: dict[str, Any]):
    before = client.get("/api/tracks/").headers["X-Total-Count"]

    for _ in range(2):
        response = client.post(f"/api/charts/tracks/{entry['isrc']}/library/")
        assert rejected(response, 409, "SAMPLE_TRACK") == {"isrc": entry["isrc"]}

    assert client.get("/api/tracks/").headers["X-Total-Count"] == before


@pytest.mark.parametrize("odd", ["ZZTUT9999999", "%00", "a%00b", "ZZTUT%000000", "%F0%9F%8E%B5", "x" * 200])
@pytest.mark.both_sizes
def test_an_isrc_that_was_on_no_chart_is_a_404(client: httpx.Client, odd: str):
    rejected(client.get(f"/api/charts/tracks/{odd}/"), 404, "NOT_FOUND")
    rejected(client.post(f"/api/charts/tracks/{odd}/library/"), 404, "NOT_FOUND")
