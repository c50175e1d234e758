"""Charts on first start: samples, which say so, of every genre."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from tests.contract.charts.envelopes import get_data, rejected
from tests.contract.payload_checks import INSTANT

GENRES = ("pop", "dance", "rap", "country")
RANKED = ("spotify", "apple_music", "soundcloud")
KINDS = {"new", "up", "down", "same", "re-entry"}
FIGURE = (int, type(None))


def check_entry(entry: dict[str, Any]) -> None:
    assert entry.keys() == {
        *("rank", "isrc", "name", "artist", "album", "cover_url", "services", "plays", "counts", "change"),
        *("days_on_chart", "peak", "movement"),
    }
    assert len(entry["isrc"]) == 12
    assert len(entry["services"]) >= 2
    for service, place in entry["services"].items():
        assert service in RANKED
        assert place.keys() == {"rank", "url"}
    assert entry["plays"].keys() == {"total", "spotify", "apple_music", "soundcloud", "youtube"}
    assert entry["change"].keys() == {"1d", "7d", "30d"}
    assert all(isinstance(one, FIGURE) for one in [*entry["plays"].values(), *entry["change"].values()])
    known = [entry["plays"][name] for name in ("spotify", "soundcloud", "youtube", "apple_music")]
    assert entry["plays"]["total"] == sum(figure for figure in known if figure is not None)
    assert entry["counts"].keys() == {name for name, figure in entry["plays"].items() if figure} - {"total"}
    assert entry["movement"].keys() == {"kind", "by"}
    assert entry["movement"]["kind"] in KINDS
    assert (entry["movement"]["by"] > 0) == (entry["movement"]["kind"] in {"up", "down"})
    assert 1 <= entry["peak"] <= entry["rank"]
    assert entry["days_on_chart"] >= 1


def test_the_list_of_genres_services_and_days(client: httpx.Client):
    index = get_data(client, "/api/charts/")

    assert [genre["name"] for genre in index["genres"]] == list(GENRES)
    assert {service["name"]: service["is_ranked"] for service in index["services"]} == {
        **dict.fromkeys(RANKED, True),
        "youtube": False,
    }
    assert index["ranks"] == ["rank", "plays", "trending"]


@pytest.mark.parametrize("genre", GENRES)
def test_a_chart_has_its_available_days(client: httpx.Client, genre: str):
    [known] = [one for one in get_data(client, "/api/charts/")["genres"] if one["name"] == genre]
    address = f"/api/charts/{genre}/"
    chart = get_data(client, address)

    assert chart.keys() == {"genre", "date", "compared_with", "is_sample", "sources", "tracks"}
    assert (chart["genre"], chart["date"], chart["is_sample"]) == (genre, known["date"], True)
    assert [source["service"] for source in chart["sources"]] == list(RANKED)
    for source in chart["sources"]:
        assert source.keys() == {"service", "status", "fetched_at", "date", "is_confirmed", "unreadable"}
        assert (source["status"], source["date"], source["is_confirmed"]) == ("ok", chart["date"], True)
        assert source["unreadable"] == 0
        assert INSTANT.fullmatch(source["fetched_at"])
    assert [entry["rank"] for entry in chart["tracks"]] == list(range(1, len(chart["tracks"]) + 1))
    assert len(chart["tracks"]) >= 8
    for entry in chart["tracks"]:
        check_entry(entry)
        # SoundCloud's plays are those of its list: who has left it was counted before.
        for service, count in entry["counts"].items():
            assert count.keys() == {"status", "date", "in_change"}
            # Of its lists the samples have four days, and not each track is on each.
            is_listed = service == "soundcloud"
            assert count["in_change"] in ([[], ["1d"]] if is_listed else [["1d", "7d", "30d"]])
            assert not count["in_change"] or count["status"] == "ok"
            assert (count["date"] == chart["date"]) == (count["status"] == "ok")
            assert count["status"] == "ok" or (service, count["status"]) == ("soundcloud", "missing")
        assert all(entry["change"][span] > 0 for span in ("1d", "7d", "30d"))
    assert {"up", "down"} <= {entry["movement"]["kind"] for entry in chart["tracks"]}
    assert 3 in {len(entry["services"]) for entry in chart["tracks"]}
    first = date.fromisoformat(known["first_date"])
    assert date.fromisoformat(known["date"]) - first == timedelta(days=3)
    assert get_data(client, address, date=str(first))["date"] == str(first)
    assert client.get(address, params={"date": str(first - timedelta(days=1))}).status_code == 404


def test_ranks_follow_from_the_services_ranks(client: httpx.Client):
    tracks = get_data(client, "/api/charts/rap/")["tracks"]

    def points(entry: dict[str, Any]) -> tuple[int, int, str]:
        ranks = [place["rank"] for place in entry["services"].values()]
        return sum(ranks) + 1000 * (3 - len(ranks)), min(ranks), entry["isrc"]

    assert tracks == sorted(tracks, key=points)


def test_movements_compare_with_the_previous_day_and_on_the_first_day_all_are_new(client: httpx.Client):
    chart = get_data(client, "/api/charts/pop/")
    today = date.fromisoformat(chart["date"])
    before = get_data(client, "/api/charts/pop/", date=str(today - timedelta(days=1)))
    ranks = {entry["isrc"]: entry["rank"] for entry in before["tracks"]}

    assert before["date"] == chart["compared_with"] == str(today - timedelta(days=1))
    assert chart["tracks"]
    for entry in chart["tracks"]:
        kind, by = entry["movement"]["kind"], entry["movement"]["by"]
        last = ranks.get(entry["isrc"])
        if last is None:
            assert kind == ("new" if entry["days_on_chart"] == 1 else "re-entry")
        else:
            assert {"up": by, "down": -by, "same": 0}[kind] == last - entry["rank"]

    first = get_data(client, "/api/charts/pop/", date=str(today - timedelta(days=3)))
    assert first["compared_with"] is None
    assert {(one["movement"]["kind"], one["days_on_chart"]) for one in first["tracks"]} == {("new", 1)}


@pytest.mark.parametrize("sort", ["rank", "plays", "trending"])
def test_a_chart_in_another_order_has_the_same_tracks(client: httpx.Client, sort: str):
    tracks = get_data(client, "/api/charts/dance/", sort=sort)["tracks"]

    assert sorted(tracks, key=lambda entry: entry["rank"]) == get_data(client, "/api/charts/dance/")["tracks"]
    values = {"rank": lambda one: -one["rank"], "plays": lambda one: one["plays"]["total"]}
    known = [values.get(sort, lambda one: one["change"]["7d"])(one) for one in tracks]
    figures = [one for one in known if one is not None]
    assert len(figures) == len(known)  # the samples are all counted
    assert figures == sorted(figures, reverse=True)
    assert known == [*figures, *[None] * (len(known) - len(figures))]


@pytest.mark.parametrize("service", RANKED)
def test_the_list_of_a_service_is_returned(client: httpx.Client, service: str):
    listed = get_data(client, f"/api/charts/country/{service}/")

    assert listed.keys() == {
        *("genre", "service", "date", "is_sample", "status", "is_confirmed", "unreadable", "fetched_at"),
        *("name", "description", "cover_url", "url", "tracks"),
    }
    assert (listed["genre"], listed["service"], listed["status"]) == ("country", service, "ok")
    assert [entry["rank"] for entry in listed["tracks"]] == list(range(1, 11))
    assert all(entry["isrc"] for entry in listed["tracks"])


@pytest.mark.parametrize(
    "address",
    [
        *("/api/charts/jazz/", "/api/charts/jazz/spotify/", "/api/charts/pop/tidal/"),
        *("/api/charts/pop/youtube/", "/api/charts/tracks/ZZTUT9999999/", "/api/charts/tracks/x/"),
        *("/api/graph-data/jazz/", "/graph-data/jazz/", "/api/charts/pop/spotify/more/"),
        "/api/charts/pop/?date=1999-01-01",
    ],
)
def test_unknown_genres_services_and_days_are_a_404_in_the_envelope(client: httpx.Client, address: str):
    rejected(client.get(address), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("field", "value"),
    [("sort", "loud"), ("date", "2999-01-01"), ("date", "yesterday"), ("date", "")],
)
def test_invalid_values_are_a_400_in_the_envelope(client: httpx.Client, field: str, value: str):
    response = client.get("/api/charts/pop/", params={field: value})
    assert rejected(response, 400, "VALIDATION_ERROR").keys() == {field}


def test_errors_of_views_and_middleware_are_in_the_envelope(client: httpx.Client):
    rejected(client.post("/api/charts/pop/", json={}), 405, "METHOD_NOT_ALLOWED")
    rejected(client.delete("/graph-data/pop/"), 405, "METHOD_NOT_ALLOWED")
    response = client.get("/api/charts/pop/", headers={"X-Guest-Token": "no token"})
    rejected(response, 401, "NOT_AUTHENTICATED")
    assert int(response.headers["Content-Length"]) == len(response.content)
