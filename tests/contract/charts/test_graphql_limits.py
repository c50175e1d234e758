"""Hostile questions: refused before they cost anything, each with a code."""

import httpx
import pytest

from tests.contract.charts.envelopes import refused
from tests.contract.charts.graphql import GQL, OPERATIONS, answered, ask, codes_of

SIMILAR = 'trackByIsrc(isrc: "ZZTUT0000000")'


def nested(times: int) -> str:
    return "similarTracks { " * times + "isrc" + " }" * times


LAUGHS = "".join(f"fragment F{n} on TrackType {{ ...F{n + 1} ...F{n + 1} }} " for n in range(30))
TOO_LARGE = {
    "deep": f"{{ {SIMILAR} {{ {nested(8)} }} }}",
    "wide": f"{{ {SIMILAR} {{ similarTracks(limit: 50) {{ similarTracks(limit: 50) {{ "
    + "id isrc trackName artistName spotifyUrl youtubeUrl albumName updatedAt } } } }",
    "aliases": "{ " + " ".join(f"a{n}: defaultGenre" for n in range(21)) + " }",
    "many fields": "{ "
    + " ".join(f'a{n}: playlist(genre: "pop", service: "tunemeld") {{ ...T }}' for n in range(20))
    + " } fragment T on PlaylistType { tracks { id isrc trackName artistName albumName spotifyUrl"
    + " youtubeUrl soundcloudUrl appleMusicUrl updatedAt viewCountDataJson } }",
    "laughs": f"{{ {SIMILAR} {{ ...F0 }} }} {LAUGHS} fragment F30 on TrackType {{ isrc }}",
    "a variable's own default": "query($n: Int! = 50) { "
    + f"{SIMILAR} {{ similarTracks(limit: $n) {{ similarTracks(limit: $n) {{ id isrc trackName artistName"
    + " albumName spotifyUrl youtubeUrl updatedAt } } } }",
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_asks_for_too_much_is_refused(client: httpx.Client, name: str):
    body = answered(client, TOO_LARGE[name])

    assert body["data"] is None
    assert codes_of(body) == ["QUERY_TOO_LARGE"]


def test_more_isrcs_than_are_answered_at_once_are_refused(client: httpx.Client):
    body = answered(client, "query($i: [String!]!) { tracksPlayCounts(isrcs: $i) { isrc } }", i=["X"] * 201)

    assert codes_of(body) == ["QUERY_TOO_LARGE"]


def test_fragments_that_contain_themselves_are_refused(client: httpx.Client):
    loop = f"{{ {SIMILAR} {{ ...A }} }} fragment A on TrackType {{ ...B }} fragment B on TrackType {{ ...A }}"

    body = answered(client, loop)

    assert body["data"] is None
    assert body["errors"]


def test_a_document_of_very_many_words_is_refused(client: httpx.Client):
    body = answered(client, "{ genres { " + "id " * 4100 + "} }")

    assert body["data"] is None
    assert body["errors"]


def test_introspection_has_a_limit_of_its_own(client: httpx.Client):
    deep = "{ __schema { types {" + " fields { type {" * 4 + " name" + " } }" * 4 + " } } }"

    assert answered(client, deep)["data"] is None
    assert ask(client, "{ __schema { types { name fields { name } } } }")["__schema"]["types"]


@pytest.mark.parametrize("limit", [-1, 0, 51, 2_147_483_647])
def test_similar_tracks_stay_within_their_number(client: httpx.Client, limit: int):
    said = ask(client, OPERATIONS["GetSimilarTracks"], isrc="ZZTUT0000000", limit=limit)

    assert said == {"trackByIsrc": None}


# --- Text and numbers that nobody means --------------------------------------------------------------


@pytest.mark.parametrize("odd", ["", "\x00", "ZZTUT\x00000000", "\U0001f3b5" * 3, "zztut0000000", "' OR 1=1"])
def test_odd_text_is_no_isrc_and_no_genre(client: httpx.Client, odd: str):
    asked = """query($odd: String!) {
        trackByIsrc(isrc: $odd) { isrc } trackPlayCount(isrc: $odd) { isrc }
        tracksPlayCounts(isrcs: [$odd]) { isrc } updatedAt(genre: $odd)
        playlistsByGenre(genre: $odd) { genreName } playlist(genre: $odd, service: $odd) { genreName }
        generateIframeUrl(serviceName: $odd, trackUrl: $odd) rankButtonLabels(rankType: $odd) { title }
        miscButtonLabels(buttonType: $odd, context: $odd) { title }
    }"""

    told = ask(client, asked, odd=odd)

    assert {name for name, value in told.items() if value} == set()
    assert ask(client, "mutation($odd: String!) { refreshViewCounts(isrc: $odd) { isrc } }", odd=odd) == {
        "refreshViewCounts": None
    }


def test_odd_text_in_the_query_itself_is_no_isrc(client: httpx.Client):
    assert ask(client, '{ trackByIsrc(isrc: "a\\u0000b") { isrc } }') == {"trackByIsrc": None}


@pytest.mark.parametrize("path", [GQL, "/api/GetAvailableGenres/"])
@pytest.mark.parametrize("variables", [r'{"a": "\ud800"}', r'{"\ud800": 1}', r'{"a": [{"b": ["x\udfff"]}]}'])
def test_text_that_nobody_can_write_down_is_refused(client: httpx.Client, path: str, variables: str):
    one = f'{{"query": "{{ defaultGenre }}", "variables": {variables}}}'

    for body in (one, f"[{one}]"):
        sent = client.post(path, content=body.encode(), headers={"Content-Type": "application/json"})
        refused(sent, 400, "VALIDATION_ERROR")


def test_a_number_of_too_many_digits_is_refused(client: httpx.Client):
    body = answered(client, f"{{ {SIMILAR} {{ similarTracks(limit: {'9' * 5000}) {{ isrc }} }} }}")

    assert body["data"] is None
    assert (codes_of(body), "digits" in body["errors"][0]["message"]) == ([""], True)
