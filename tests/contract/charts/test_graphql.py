"""GraphQL as chart clients use it: every operation, at the address of its name and at the common one."""

from typing import Any

import httpx
import pytest

from tests.contract.charts.envelopes import refused, told
from tests.contract.charts.graphql import GQL, OPERATIONS, answered, ask
from tests.contract.shapes import INSTANT

SERVICES = ("spotify", "apple_music", "soundcloud", "youtube")
VARIABLES: dict[str, dict[str, Any]] = {
    "GetPlaylistMetadata": {"genre": "pop"},
    "GetPlaylist": {"genre": "pop", "service": "tunemeld"},
    "GetPlayCounts": {"isrcs": []},
    "GenerateIframeUrl": {"serviceName": "youtube", "trackUrl": "https://youtu.be/abcdefghijk"},
    "GetRankButtonLabels": {"rankType": "trending"},
    "GetMiscButtonLabels": {"buttonType": "close_player"},
    "GetSimilarTracks": {"isrc": "ZZTUT0000000", "limit": 5},
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_answered_at_its_own_name_too(client: httpx.Client, name: str):
    variables = VARIABLES.get(name, {})

    assert ask(client, OPERATIONS[name], f"/api/{name}/", **variables) == ask(
        client, OPERATIONS[name], **variables
    )


def test_genres(client: httpx.Client):
    told_by_gql = ask(client, OPERATIONS["GetAvailableGenres"])

    assert [genre["name"] for genre in told_by_gql["genres"]] == ["pop", "dance", "rap", "country"]
    assert told_by_gql["defaultGenre"] == "pop"
    for genre in told_by_gql["genres"]:
        assert genre["buttonLabels"][0]["context"] == genre["name"]
        assert client.get(genre["iconUrl"]).headers["Content-Type"] == "image/svg+xml"


@pytest.mark.parametrize("genre", ["pop", "dance", "rap", "country"])
def test_the_chart_is_the_one_of_rest(client: httpx.Client, genre: str):
    chart = told(client, f"/api/charts/{genre}/")

    playlist = ask(client, OPERATIONS["GetPlaylist"], genre=genre, service="tunemeld")["playlist"]

    assert (playlist["genreName"], playlist["serviceName"]) == (genre, "tunemeld")
    assert INSTANT.fullmatch(playlist["updatedAt"].replace("+00:00", "Z"))
    assert len(playlist["tracks"]) == len(chart["tracks"]) > 0
    for track, entry in zip(playlist["tracks"], chart["tracks"], strict=True):
        assert (track["isrc"], track["tunemeldRank"]) == (entry["isrc"], entry["rank"])
        assert (track["fullTrackName"], track["fullArtistName"]) == (entry["name"], entry["artist"])
        ranks = {"spotify": "spotifyRank", "apple_music": "appleMusicRank", "soundcloud": "soundcloudRank"}
        for service, field in ranks.items():
            assert track[field] == entry["services"].get(service, {}).get("rank")
        assert track["totalCurrentPlayCount"] == entry["plays"]["total"]
        assert track["spotifyCurrentPlayCount"] == entry["plays"]["spotify"]
        assert {label["context"] for label in track["buttonLabels"]} >= set(entry["services"])
        assert (
            track["trackDetailUrl"] == f"/?genre=pop&rank=tunemeld-rank&player=spotify&isrc={entry['isrc']}"
        )


@pytest.mark.parametrize("service", ["spotify", "apple_music", "soundcloud"])
def test_a_service_s_list_is_the_one_of_rest(client: httpx.Client, service: str):
    rest = told(client, f"/api/charts/rap/{service}/")

    playlist = ask(client, OPERATIONS["GetPlaylist"], genre="rap", service=service)["playlist"]

    field = {"spotify": "spotifyRank", "apple_music": "appleMusicRank", "soundcloud": "soundcloudRank"}[
        service
    ]
    known = [entry for entry in rest["tracks"] if entry["isrc"]]
    assert [(track["isrc"], track[field]) for track in playlist["tracks"]] == [
        (entry["isrc"], entry["rank"]) for entry in known
    ]


@pytest.mark.parametrize(
    ("genre", "service"), [("jazz", "tunemeld"), ("pop", "youtube"), ("", ""), ("pop", "x")]
)
def test_a_list_that_there_is_not_is_null(client: httpx.Client, genre: str, service: str):
    assert ask(client, OPERATIONS["GetPlaylist"], genre=genre, service=service) == {"playlist": None}


def test_metadata_of_lists(client: httpx.Client):
    said = ask(client, OPERATIONS["GetPlaylistMetadata"], genre="country")

    assert said["serviceOrder"] == [one["serviceName"] for one in said["playlistsByGenre"]]
    art = told(client, "/api/header-art/country/")
    for one in said["playlistsByGenre"]:
        assert one["playlistName"] == art[one["serviceName"]]["name"]
        assert one["playlistUrl"] == art[one["serviceName"]]["url"]


def test_counts_of_several_tracks_come_in_the_order_asked_for(client: httpx.Client):
    chart = told(client, "/api/charts/pop/")["tracks"]
    isrcs = [entry["isrc"] for entry in chart][::-1]

    counts = ask(client, OPERATIONS["GetPlayCounts"], isrcs=[*isrcs, "ZZTUT0000000", isrcs[0]])

    assert [one["isrc"] for one in counts["tracksPlayCounts"]] == isrcs
    for one, entry in zip(counts["tracksPlayCounts"], chart[::-1], strict=True):
        assert one["totalCurrentPlayCount"] == entry["plays"]["total"]
        assert (one["totalCurrentPlayCountAbbreviated"] is None) == (entry["plays"]["total"] is None)


def test_view_count_data_is_what_graph_data_says(client: httpx.Client):
    graphs = {track["isrc"]: track["view_counts"] for track in told(client, "/api/graph-data/pop/")}

    playlist = ask(
        client, 'query { playlist(genre: "pop", service: "tunemeld") { tracks { isrc viewCountDataJson } } }'
    )

    for track in playlist["playlist"]["tracks"]:
        assert track["viewCountDataJson"].keys() == graphs[track["isrc"]].keys()
        for service, data in track["viewCountDataJson"].items():
            assert data.keys() == {"current", "last_updated", "historical"}
            assert data["current"] == graphs[track["isrc"]][service]["current"]
            assert all(day.keys() == {"date", "count", "delta"} for day in data["historical"])


def test_what_services_are_called(client: httpx.Client):
    configs = ask(client, OPERATIONS["GetServiceConfigs"])["serviceConfigs"]

    assert [one["name"] for one in configs] == list(SERVICES)
    assert [one["urlField"] for one in configs] == [
        "spotifyUrl",
        "appleMusicUrl",
        "soundcloudUrl",
        "youtubeUrl",
    ]
    for one in configs:
        assert client.get(one["iconUrl"]).headers["Content-Type"] == "image/svg+xml"


@pytest.mark.parametrize(
    ("service", "url", "embed"),
    [
        (
            "spotify",
            "https://open.spotify.com/track/0123456789abcdefghijAB?si=x",
            "https://open.spotify.com/embed/track/0123456789abcdefghijAB",
        ),
        (
            "apple_music",
            "https://music.apple.com/us/album/a-name/12345?i=678",
            "https://embed.music.apple.com/us/album/a-name/12345?i=678",
        ),
        (
            "soundcloud",
            "https://soundcloud.com/some-body/some-thing?in=x",
            "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2Fsome-body%2Fsome-thing&auto_play=true",
        ),
        (
            "youtube",
            "https://www.youtube.com/watch?v=abc-EFG_123",
            "https://www.youtube-nocookie.com/embed/abc-EFG_123?autoplay=1",
        ),
        (
            "youtube",
            "https://youtu.be/abc-EFG_123",
            "https://www.youtube-nocookie.com/embed/abc-EFG_123?autoplay=1",
        ),
        ("youtube", "https://www.youtube.com.evil.example/watch?v=abc-EFG_123", None),
        ("youtube", "https://www.youtube.com/watch?v=<script>12", None),
        ("spotify", "http://open.spotify.com/track/0123456789abcdefghijAB", None),
        ("spotify", "https://open.spotify.com/track/../../elsewhere", None),
        ("spotify", "https://soundcloud.com/some-body/some-thing", None),
        ("apple_music", "https://music.apple.com/us/album/<b>/12345", None),
        ("soundcloud", "https://[half", None),
        ("soundcloud", "javascript:alert(1)", None),
        ("nobody", "https://youtu.be/abc-EFG_123", None),
    ],
)
def test_only_a_service_s_own_addresses_get_into_a_frame(
    client: httpx.Client, service: str, url: str, embed: str | None
):
    said = ask(client, OPERATIONS["GenerateIframeUrl"], serviceName=service, trackUrl=url)

    assert said == {"generateIframeUrl": embed}


@pytest.mark.parametrize(
    ("kind", "context", "number"),
    [
        ("close_player", None, 1),
        ("theme_toggle", "dark", 1),
        ("collapse_button", "apple_music_collapsed", 1),
        ("collapse_button", "nobody_collapsed", 0),
        ("track_title", "youtube", 1),
        ("track_title", None, 0),
        ("nothing", "", 0),
    ],
)
def test_labels_of_buttons(client: httpx.Client, kind: str, context: str | None, number: int):
    said = ask(client, OPERATIONS["GetMiscButtonLabels"], buttonType=kind, context=context)

    assert [label["buttonType"] for label in said["miscButtonLabels"]] == [kind] * number
    assert all(label["title"] and label["ariaLabel"] for label in said["miscButtonLabels"])


@pytest.mark.parametrize(("rank", "number"), [("trending", 1), ("trending_rank", 1), ("nothing", 0)])
def test_labels_of_orders(client: httpx.Client, rank: str, number: int):
    assert len(ask(client, OPERATIONS["GetRankButtonLabels"], rankType=rank)["rankButtonLabels"]) == number


def test_a_refresh_answers_with_fresh_counts(client: httpx.Client):
    entry = told(client, "/api/charts/pop/")["tracks"][0]

    said = ask(
        client,
        "mutation($isrc: String!) { refreshViewCounts(isrc: $isrc) { isrc totalCurrentPlayCount } }",
        isrc=entry["isrc"],
    )

    assert said == {
        "refreshViewCounts": {"isrc": entry["isrc"], "totalCurrentPlayCount": entry["plays"]["total"]}
    }


def test_a_refresh_of_a_track_that_no_chart_has_had_is_null(client: httpx.Client):
    assert ask(client, 'mutation { refreshViewCounts(isrc: "ZZTUT0000000") { isrc } }') == {
        "refreshViewCounts": None
    }


def test_several_operations_are_answered_in_their_order(client: httpx.Client):
    asked = [{"query": "{ defaultGenre }"}, {"query": "{ serviceOrder }"}, {"query": "{ nothing }"}]

    first, second, third = client.post(GQL, json=asked).json()

    assert first == {"data": {"defaultGenre": "pop"}}
    assert second == {"data": {"serviceOrder": ["spotify", "apple_music", "soundcloud"]}}
    assert third["data"] is None
    assert "nothing" in third["errors"][0]["message"]


@pytest.mark.parametrize("body", [[], [{"query": "{ defaultGenre }"}] * 11, {}, {"query": 1}, "x", [1], None])
def test_what_is_no_question_is_refused_in_the_envelope(client: httpx.Client, body: Any):
    refused(client.post(GQL, json=body), 400, "VALIDATION_ERROR")


def test_a_body_that_is_no_json_is_refused_in_the_envelope(client: httpx.Client):
    answer = client.post("/api/GetPlaylist/", content=b"{", headers={"Content-Type": "application/json"})

    refused(answer, 400, "MALFORMED_JSON")


def test_errors_of_the_language_are_in_the_answer(client: httpx.Client):
    body = answered(client, "{ playlist(genre: 1, service: 2) { tracks } }")

    assert body["data"] is None
    assert all(error["locations"] for error in body["errors"])
