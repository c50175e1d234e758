"""GraphQL as chart clients use it: every operation, at the address of its name and at the common one."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.contract.charts.envelopes import get_data, rejected
from tests.contract.charts.graphql import GQL, OPERATIONS, answered, ask
from tests.contract.payload_checks import INSTANT

SERVICES = ("spotify", "apple_music", "soundcloud", "youtube")
RANK_FIELDS = {"spotify": "spotifyRank", "apple_music": "appleMusicRank", "soundcloud": "soundcloudRank"}
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
def test_an_operation_can_be_requested_by_its_url(client: httpx.Client, name: str):
    variables = VARIABLES.get(name, {})
    at_its_name = ask(client, OPERATIONS[name], f"/api/{name}/", **variables)

    assert at_its_name == ask(client, OPERATIONS[name], **variables)


def test_genres_are_listed(client: httpx.Client):
    by_gql = ask(client, OPERATIONS["GetAvailableGenres"])

    assert [genre["name"] for genre in by_gql["genres"]] == ["pop", "dance", "rap", "country"]
    assert by_gql["defaultGenre"] == "pop"
    for genre in by_gql["genres"]:
        assert genre["buttonLabels"][0]["context"] == genre["name"]
        check_icon(client, genre["iconUrl"])


def check_icon(client: httpx.Client, url: str) -> None:
    """A page on another origin can load it: relative URLs would mean that page's own server."""
    assert url.startswith(str(client.base_url))
    icon = client.get(url, headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"})
    assert icon.headers["Content-Type"] == "image/svg+xml"
    assert "Cross-Origin-Resource-Policy" not in icon.headers


@pytest.mark.parametrize("genre", ["pop", "dance", "rap", "country"])
def test_the_chart_equals_that_of_rest(client: httpx.Client, genre: str):
    chart = get_data(client, f"/api/charts/{genre}/")

    playlist = ask(client, OPERATIONS["GetPlaylist"], genre=genre, service="tunemeld")["playlist"]

    assert (playlist["genreName"], playlist["serviceName"]) == (genre, "tunemeld")
    assert INSTANT.fullmatch(playlist["updatedAt"].replace("+00:00", "Z"))
    assert len(playlist["tracks"]) == len(chart["tracks"]) > 0
    for track, entry in zip(playlist["tracks"], chart["tracks"], strict=True):
        assert (track["isrc"], track["tunemeldRank"]) == (entry["isrc"], entry["rank"])
        assert (track["fullTrackName"], track["fullArtistName"]) == (entry["name"], entry["artist"])
        for service, field in RANK_FIELDS.items():
            assert track[field] == entry["services"].get(service, {}).get("rank")
        assert track["totalCurrentPlayCount"] == entry["plays"]["total"]
        assert track["spotifyCurrentPlayCount"] == entry["plays"]["spotify"]
        assert {label["context"] for label in track["buttonLabels"]} >= set(entry["services"])
        address = f"/?genre=pop&rank=tunemeld-rank&player=spotify&isrc={entry['isrc']}"
        assert track["trackDetailUrl"] == address


@pytest.mark.parametrize("service", RANK_FIELDS)
def test_the_list_of_a_service_equals_that_of_rest(client: httpx.Client, service: str):
    rest = get_data(client, f"/api/charts/rap/{service}/")
    known = [(entry["isrc"], entry["rank"]) for entry in rest["tracks"] if entry["isrc"]]

    playlist = ask(client, OPERATIONS["GetPlaylist"], genre="rap", service=service)["playlist"]

    assert known
    assert [(track["isrc"], track[RANK_FIELDS[service]]) for track in playlist["tracks"]] == known


def test_a_list_is_null_only_for_an_unknown_genre_or_service(client: httpx.Client):
    for genre, service in (("jazz", "tunemeld"), ("", ""), ("pop", "x")):
        said = ask(client, OPERATIONS["GetPlaylist"], genre=genre, service=service)
        assert said == {"playlist": None}, (genre, service)
    said = ask(client, OPERATIONS["GetPlaylist"], genre="pop", service="youtube")
    assert said == {
        "playlist": {"genreName": "pop", "serviceName": "youtube", "updatedAt": None, "tracks": []}
    }


def test_chart_and_lists_have_metadata(client: httpx.Client):
    said = ask(client, OPERATIONS["GetPlaylistMetadata"], genre="country")

    assert said["serviceOrder"] == ["apple_music", "soundcloud", "spotify"]
    chart, *lists = said["playlistsByGenre"]
    assert chart["serviceName"] == "tunemeld"
    described = "Curated country tracks from Apple Music, SoundCloud and Spotify"
    assert chart["playlistCoverDescriptionText"] == described
    assert [one["serviceName"] for one in lists] == said["serviceOrder"]
    # The samples' list at Apple Music has no description of its own.
    assert lists[0]["playlistCoverDescriptionText"] == "Curated country tracks from Apple Music"
    art = get_data(client, "/api/header-art/country/")
    for one in lists:
        shown = art[one["serviceName"]]
        texts = [one[f"playlist{field}"] for field in ("Name", "CoverDescriptionText", "CoverUrl", "Url")]
        assert texts == [shown[field] for field in ("name", "description", "cover_url", "url")]
    for one in [chart, *lists]:
        assert all(one[field] for field in ("playlistName", "playlistCoverDescriptionText", "playlistUrl"))
        check_icon(client, one["serviceIconUrl"])


def test_urls_of_icons_have_the_requested_host(client: httpx.Client):
    """Also where the same question was answered before under another name."""
    for host in (client.base_url.netloc.decode(), f"localhost:{client.base_url.port}"):
        sent = {"query": OPERATIONS["GetServiceConfigs"]}
        body = client.post(GQL, json=sent, headers={"Host": host}).json()
        urls = [one["iconUrl"] for one in body["data"]["serviceConfigs"]]
        assert urls == [f"http://{host}/static/charts/{service}.svg" for service in SERVICES]


def test_counts_of_several_tracks_are_in_the_requested_order(client: httpx.Client):
    chart = get_data(client, "/api/charts/pop/")["tracks"]
    isrcs = [entry["isrc"] for entry in chart][::-1]

    counts = ask(client, OPERATIONS["GetPlayCounts"], isrcs=[*isrcs, "ZZTUT0000000", isrcs[0]])

    assert [one["isrc"] for one in counts["tracksPlayCounts"]] == isrcs
    for one, entry in zip(counts["tracksPlayCounts"], chart[::-1], strict=True):
        assert one["totalCurrentPlayCount"] == entry["plays"]["total"]
        assert (one["totalCurrentPlayCountAbbreviated"] is None) == (entry["plays"]["total"] is None)


def test_view_count_data_equals_graph_data(client: httpx.Client):
    graphs = {track["isrc"]: track["view_counts"] for track in get_data(client, "/api/graph-data/pop/")}

    playlist = ask(
        client, 'query { playlist(genre: "pop", service: "tunemeld") { tracks { isrc viewCountDataJson } } }'
    )

    assert playlist["playlist"]["tracks"]
    for track in playlist["playlist"]["tracks"]:
        assert track["viewCountDataJson"].keys() == graphs[track["isrc"]].keys()
        for service, data in track["viewCountDataJson"].items():
            assert data.keys() == {"current", "last_updated", "historical"}
            assert data["current"] == graphs[track["isrc"]][service]["current"]
            newest_first = graphs[track["isrc"]][service]["historical"][::-1]
            assert data["historical"] == newest_first
            assert len(newest_first) > 1


def test_services_have_display_names(client: httpx.Client):
    configs = ask(client, OPERATIONS["GetServiceConfigs"])["serviceConfigs"]

    assert [one["name"] for one in configs] == list(SERVICES)
    fields = ["spotifyUrl", "appleMusicUrl", "soundcloudUrl", "youtubeUrl"]
    assert [one["urlField"] for one in configs] == fields
    for one in configs:
        check_icon(client, one["iconUrl"])


SPOTIFY, YOUTUBE = "https://open.spotify.com", "https://www.youtube.com"
ON_SPOTIFY, ON_YOUTUBE = "track/0123456789abcdefghijAB", "watch?v=abc-EFG_123"
ON_APPLE, ON_SOUNDCLOUD = "us/album/a-name/12345?i=678", "https://soundcloud.com/some-body/some-thing"
IN_A_FRAME = "https://www.youtube-nocookie.com/embed/abc-EFG_123?autoplay=1"
FRAMES = [
    ("spotify", f"{SPOTIFY}/{ON_SPOTIFY}?si=x", f"{SPOTIFY}/embed/{ON_SPOTIFY}"),
    ("apple_music", f"https://music.apple.com/{ON_APPLE}", f"https://embed.music.apple.com/{ON_APPLE}"),
    (
        *("soundcloud", f"{ON_SOUNDCLOUD}?in=x"),
        f"https://w.soundcloud.com/player/?url={quote(ON_SOUNDCLOUD, safe='')}&auto_play=true",
    ),
    ("youtube", f"{YOUTUBE}/{ON_YOUTUBE}", IN_A_FRAME),
    ("youtube", "https://youtu.be/abc-EFG_123", IN_A_FRAME),
    ("youtube", f"{YOUTUBE}.evil.example/{ON_YOUTUBE}", None),
    ("youtube", f"{YOUTUBE}/watch?v=<script>12", None),
    ("spotify", f"http://open.spotify.com/{ON_SPOTIFY}", None),
    ("spotify", f"{SPOTIFY}.evil.example/{ON_SPOTIFY}", None),
    ("spotify", f"{SPOTIFY}/{ON_SPOTIFY.replace('track', 'playlist')}", None),
    ("spotify", "https://[open.spotify.com/track/x", None),
    ("spotify", "", None),
    ("spotify", f"{SPOTIFY}/track/../../elsewhere", None),
    ("spotify", ON_SOUNDCLOUD, None),
    ("apple_music", "https://music.apple.com/us/album/<b>/12345", None),
    ("soundcloud", "https://[half", None),
    ("soundcloud", "javascript:alert(1)", None),
    ("nobody", "https://youtu.be/abc-EFG_123", None),
]


@pytest.mark.parametrize(("service", "url", "embed"), FRAMES)
def test_only_urls_of_the_service_are_embedded(
    client: httpx.Client, service: str, url: str, embed: str | None
):
    said = ask(client, OPERATIONS["GenerateIframeUrl"], serviceName=service, trackUrl=url)

    assert said == {"generateIframeUrl": embed}


def test_buttons_and_orders_have_labels(client: httpx.Client):
    for kind, context, number in (
        *(("close_player", None, 1), ("theme_toggle", "dark", 1), ("track_title", "youtube", 1)),
        *(("collapse_button", "apple_music_collapsed", 1), ("collapse_button", "nobody_collapsed", 0)),
        *(("track_title", None, 0), ("nothing", "", 0)),
    ):
        said = ask(client, OPERATIONS["GetMiscButtonLabels"], buttonType=kind, context=context)
        assert [label["buttonType"] for label in said["miscButtonLabels"]] == [kind] * number
        assert all(label["title"] and label["ariaLabel"] for label in said["miscButtonLabels"])
    for rank, number in (("trending", 1), ("trending_rank", 1), ("nothing", 0)):
        said = ask(client, OPERATIONS["GetRankButtonLabels"], rankType=rank)
        assert len(said["rankButtonLabels"]) == number, rank


def test_a_refresh_returns_fresh_counts_or_null(client: httpx.Client):
    entry = get_data(client, "/api/charts/pop/")["tracks"][0]
    refresh = "mutation($isrc: String!) { refreshViewCounts(isrc: $isrc) { isrc totalCurrentPlayCount } }"

    said = ask(client, refresh, isrc=entry["isrc"])

    counts = {"isrc": entry["isrc"], "totalCurrentPlayCount": entry["plays"]["total"]}
    assert said == {"refreshViewCounts": counts}
    assert ask(client, refresh, isrc="ZZTUT0000000") == {"refreshViewCounts": None}


def test_several_operations_are_executed_in_order(client: httpx.Client):
    asked = [{"query": "{ defaultGenre }"}, {"query": "{ serviceOrder }"}, {"query": "{ nothing }"}]

    first, second, third = client.post(GQL, json=asked).json()

    assert first == {"data": {"defaultGenre": "pop"}}
    assert second == {"data": {"serviceOrder": ["apple_music", "soundcloud", "spotify"]}}
    assert third["data"] is None
    assert "nothing" in third["errors"][0]["message"]


@pytest.mark.parametrize("body", [[], [{"query": "{ defaultGenre }"}] * 11, {}, {"query": 1}, "x", [1], None])
def test_invalid_requests_are_rejected_in_the_envelope(client: httpx.Client, body: Any):
    rejected(client.post(GQL, json=body), 400, "VALIDATION_ERROR")


def test_invalid_json_and_graphql_errors_are_reported(client: httpx.Client):
    response = client.post("/api/GetPlaylist/", content=b"{", headers={"Content-Type": "application/json"})
    rejected(response, 400, "MALFORMED_JSON")

    body = answered(client, "{ playlist(genre: 1, service: 2) { tracks } }")
    assert body["data"] is None
    assert body["errors"]
    assert all(error["locations"] for error in body["errors"])


ABOUT_CHARTS = (
    '{ trackByIsrc(isrc: "ZZTUT2500001") { isrc } }',
    '{ playlist(genre: "pop", service: "spotify") { genreName } }',
    '{ playlistsByGenre(genre: "pop") { playlistName } }',
    '{ updatedAt(genre: "pop") }',
    '{ trackPlayCount(isrc: "ZZTUT2500001") { isrc } }',
    '{ counts: tracksPlayCounts(isrcs: ["ZZTUT2500001"]) { isrc } genres { name } }',
    'mutation { refreshViewCounts(isrc: "ZZTUT2500001") { isrc } }',
)


def test_responses_about_charts_mark_samples(client: httpx.Client):
    for query in ABOUT_CHARTS:
        assert answered(client, query)["extensions"] == {"is_sample": True}, query
    assert answered(client, "{ genres { name } }").keys() == {"data"}


@pytest.mark.parametrize(
    "query",
    [
        "",
        " \n,",
        "# only\n#a comment",
        "query A { defaultGenre } query B { serviceOrder }",
        "fragment F on Query { defaultGenre }",
    ],
)
def test_a_document_without_one_selected_operation_returns_only_errors(client: httpx.Client, query: str):
    body = answered(client, query)

    assert body.keys() == {"errors"}
    assert body["errors"]
    assert all(error["message"] for error in body["errors"])
    named = {"query": "query A { defaultGenre } query B { serviceOrder }", "operationName": "A"}
    assert client.post(GQL, json=named).json() == {"data": {"defaultGenre": "pop"}}


@pytest.mark.parametrize("path", [GQL, "/api/GetAvailableGenres/"])
def test_responses_have_the_graphql_media_type_if_accepted(client: httpx.Client, path: str):
    kind = "application/graphql-response+json"
    for accept, content_type in (
        *((kind, kind), (f"{kind}; charset=utf-8, application/json; q=0.9", kind)),
        *(("*/*", "application/json"), ("application/json", "application/json")),
    ):
        response = client.post(path, json={"query": "{ defaultGenre }"}, headers={"Accept": accept})
        assert response.headers["Content-Type"] == content_type
        assert response.json() == {"data": {"defaultGenre": "pop"}}
    rejected(client.post(path, json={}, headers={"Accept": kind}), 400, "VALIDATION_ERROR")
    assert client.post(path, json={}, headers={"Accept": "text/html"}).status_code == 406
