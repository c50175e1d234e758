"""The addresses that chart clients have always known, with and without /api."""

from itertools import pairwise
from typing import Any

import httpx
import pytest

from tests.contract.charts.envelopes import get_data
from tests.contract.payload_checks import INSTANT

OLDER = (
    *("/graph-data/pop/", "/playlist-data/pop/", "/service-playlist/pop/spotify/"),
    *("/last-updated/pop/", "/header-art/pop/"),
)


@pytest.mark.parametrize("address", OLDER)
def test_legacy_urls_without_api_return_the_same_and_allow_other_origins(client: httpx.Client, address: str):
    assert get_data(client, address) == get_data(client, f"/api{address}")
    origin = "http://localhost:3000"
    response = client.get(address, headers={"Origin": origin})
    assert response.headers["Access-Control-Allow-Origin"] == origin


def test_only_legacy_urls_work_without_api_and_without_a_slash_they_redirect(client: httpx.Client):
    for address in ("/charts/pop/", "/trending-isrcs/", "/health/"):
        assert client.get(address).status_code == 404, address
    for address in ("/api/charts/pop", "/api/graph-data/pop", "/api/health"):
        response = client.get(address)
        assert (response.status_code, response.headers["Location"]) == (301, f"{address}/")


def test_graph_data_has_every_track_of_the_chart(client: httpx.Client):
    chart = get_data(client, "/api/charts/dance/")

    tracks = get_data(client, "/api/graph-data/dance/")

    assert tracks
    assert [track["isrc"] for track in tracks] == [entry["isrc"] for entry in chart["tracks"]]
    for track in tracks:
        assert track.keys() == {"rank", "isrc", "name", "artist", "view_counts"}
        assert track["view_counts"].keys() == {"spotify", "soundcloud", "youtube"}
        for history in track["view_counts"].values():
            assert history.keys() == {"current", "last_updated", "historical"}
            assert history["current"] == history["historical"][-1]["count"]
            assert INSTANT.fullmatch(history["last_updated"])
            check_days(history["historical"])


def check_days(days: list[dict[str, Any]]) -> None:
    """Each once, at most 30, and a difference is that of two counts."""
    assert [day["date"] for day in days] == sorted({day["date"] for day in days})
    assert 1 <= len(days) <= 30
    for day in days:
        assert day.keys() == {"date", "count", "delta", "status"}
        assert (day["count"] is not None) == (day["status"] == "ok")
    for before, day in pairwise(days):
        assert day["delta"] == day["count"] - before["count"]


def test_legacy_urls_return_charts(client: httpx.Client):
    assert get_data(client, "/api/playlist-data/rap/") == get_data(client, "/api/charts/rap/")
    updated = get_data(client, "/api/last-updated/pop/")
    assert updated["date"] == get_data(client, "/api/charts/pop/")["date"]
    assert INSTANT.fullmatch(updated["last_updated"])
    art = get_data(client, "/api/header-art/country/")
    assert art.keys() == {"spotify", "apple_music", "soundcloud"}
    assert all(one.keys() == {"name", "description", "cover_url", "url"} for one in art.values())


def test_trending_tracks_are_sorted_by_growth_within_a_week(client: httpx.Client):
    tracks = get_data(client, "/api/trending-isrcs/")

    assert all(track.keys() == {"isrc", "name", "artist", "change", "date", "counts"} for track in tracks)
    assert {track["date"] for track in tracks} == {get_data(client, "/api/charts/rap/")["date"]}
    assert {status for track in tracks for status in track["counts"].values()} <= {"ok", "missing"}
    changes = [track["change"] for track in tracks]
    assert len(changes) > 10
    assert changes == sorted(changes, reverse=True)
    by_isrc = {track["isrc"]: track["change"] for track in tracks}
    entries = get_data(client, "/api/charts/rap/", sort="trending")["tracks"]
    assert entries
    assert all(entry["change"]["7d"] == by_isrc[entry["isrc"]] for entry in entries)


def test_health_reports_the_age_of_each_source(client: httpx.Client):
    health = get_data(client, "/api/health/")

    assert health["parts"]["database"] == "ok"
    assert len(health["sources"]) == 12
    for source in health["sources"]:
        assert source.keys() == {"service", "genre", "status", "fetched_at", "age_seconds"}
        assert source["status"] == "ok"
        assert source["age_seconds"] >= 0
    ages = {count["service"]: count["age_seconds"] for count in health["counts"]}
    assert ages.keys() == {"spotify", "soundcloud", "youtube"}
    assert all(age >= 0 for age in ages.values())


def test_every_chart_response_marks_samples(client: httpx.Client):
    own_chart = "/api/rooms/main/chart/"
    addresses = (
        *("/api/charts/", "/api/charts/pop/", "/api/charts/pop/spotify/", "/api/charts/tracks/ZZTUT2500001/"),
        *(*OLDER, "/api/trending-isrcs/", "/api/health/", own_chart),
    )
    said = {address: client.get(address).json()["is_sample"] for address in addresses}

    assert said == dict.fromkeys(addresses, True) | {own_chart: False}
