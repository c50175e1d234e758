"""Hostile questions: refused before they cost anything, each with a code."""

import httpx
import pytest

from tests.contract.charts.graphql import OPERATIONS, answered, ask, codes_of

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
