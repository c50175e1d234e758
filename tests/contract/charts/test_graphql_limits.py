"""Hostile queries: rejected before they cost anything, each with a code."""

import httpx
import pytest

from tests.contract.charts.envelopes import rejected
from tests.contract.charts.graphql import GQL, OPERATIONS, answered, ask, codes_of

SIMILAR = 'trackByIsrc(isrc: "ZZTUT0000000")'


def nested(times: int) -> str:
    """Of one track each, so that nothing but the depth grows."""
    return f"{{ {SIMILAR} {{ " + "similarTracks(limit: 1) { " * times + "isrc" + " }" * (times + 2)


LAUGHS = "".join(f"fragment F{n} on TrackType {{ ...F{n + 1} ...F{n + 1} }} " for n in range(30))
TOO_LARGE = {
    "deep": nested(7),
    "wide": f"{{ {SIMILAR} {{ similarTracks(limit: 50) {{ similarTracks(limit: 50) {{ "
    + "id isrc trackName artistName spotifyUrl youtubeUrl albumName updatedAt } } } }",
    "a long alias, which each element of a list would repeat": f"{{ ranks {{ {'x' * 101}: name }} }}",
    "operations": "{ defaultGenre } " + " ".join(f"query Q{n} {{ serviceOrder }}" for n in range(10)),
    "aliases": "{ " + " ".join(f"a{n}: defaultGenre" for n in range(21)) + " }",
    "many fields": "{ "
    + " ".join(f'a{n}: playlist(genre: "pop", service: "tunemeld") {{ ...T }}' for n in range(20))
    + " } fragment T on PlaylistType { tracks { id isrc trackName artistName albumName spotifyUrl"
    + " youtubeUrl soundcloudUrl appleMusicUrl updatedAt viewCountDataJson } }",
    "laughs": f"{{ {SIMILAR} {{ ...F0 }} }} {LAUGHS} fragment F30 on TrackType {{ isrc }}",
    "a variable's own default": "query($n: Int! = 50) { "
    + f"{SIMILAR} {{ similarTracks(limit: $n) {{ similarTracks(limit: $n) {{ id isrc trackName artistName"
    + " albumName spotifyUrl youtubeUrl updatedAt } } } }",
    "selections": "{ " + "... on Query { defaultGenre } " * 101 + "}",
    "the same field again and again": "{ " + "ranks { name } " * 33 + "}",
    "names of types, which are fields too": f"{{ {SIMILAR} {{ similarTracks(limit: 50) {{"
    + " similarTracks(limit: 50) { __typename a: __typename b: __typename } } } }",
    "introspection": "{ "
    + " ".join(
        f"a{n}: __schema {{ types {{ fields {{ type {{ fields {{ name }} }} }} }} }}" for n in range(9)
    )
    + " }",
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_queries_above_the_cost_limit_are_rejected(client: httpx.Client, name: str):
    body = answered(client, TOO_LARGE[name])

    assert body["data"] is None
    assert codes_of(body) == ["QUERY_TOO_LARGE"]


def test_the_deepest_allowed_query_is_executed(client: httpx.Client):
    assert ask(client, nested(6)) == {"trackByIsrc": None}


def test_operations_of_one_request_share_its_limits(client: httpx.Client):
    """As tokens, selections, pairs or as costs: what each may have alone, all of them may not."""
    tracks = " ".join(["id", "isrc", "trackName", "artistName", "albumName", "updatedAt", "spotifyUrl"])
    for one in (
        '{ ALIAS: trackByIsrc(isrc: "x") { ' + "isrc " * 25 + "} }",
        "{ ALIAS: serviceOrder " + "...{ defaultGenre } " * 15 + "}",
        f'{{ ALIAS: playlist(genre: "pop", service: "tunemeld") {{ tracks {{ {tracks} }} }} }}',
    ):
        together = [{"query": one.replace("ALIAS", f"a{number}")} for number in range(10)]

        alone = answered(client, together[0]["query"])
        body = client.post(GQL, json=together).json()

        assert "errors" not in alone
        assert body[0] == alone
        assert codes_of(body[-1]) == ["QUERY_TOO_LARGE"]


@pytest.mark.parametrize("end", ["", "}"])
def test_invalid_documents_count_against_the_tokens_of_a_request(client: httpx.Client, end: str):
    """Else each of a list is parsed as far as a document alone may go."""
    names = " ".join(f"x{number}" for number in range(980 if end else 600))
    together = [{"query": f"{{ a{number} {names}{end}"} for number in range(4)]

    body = client.post(GQL, json=together).json()

    assert [codes_of(one) for one in body] == [
        ["QUERY_TOO_LARGE"] if end else [""],
        *[["QUERY_TOO_LARGE"]] * 3,
    ]
    # Those behind the one that was too large are not even read.
    assert body[2]["errors"][0]["message"] == body[3]["errors"][0]["message"]


def test_variables_are_limited(client: httpx.Client):
    body = answered(
        client, "query($i: [String!]!) { tracksPlayCounts(isrcs: $i) { __typename } }", i=["X" * 99] * 199
    )

    assert codes_of(body) == ["QUERY_TOO_LARGE"]


def test_a_key_on_a_query_stores_no_response_and_takes_no_lock(client: httpx.Client):
    """It would be the lock of every write on SQLite; nothing here is changed by asking twice."""
    headers = {"Idempotency-Key": "one"}

    for query in ("{ defaultGenre }", "{ serviceOrder }"):
        said = client.post(GQL, json={"query": query}, headers=headers)
        assert said.status_code == 200
        assert "Idempotency-Replayed" not in said.headers
    rejected(
        client.post(GQL, json={"query": "{ a }"}, headers={"Idempotency-Key": ""}), 400, "VALIDATION_ERROR"
    )


def test_too_many_isrcs_in_a_query_are_rejected(client: httpx.Client):
    body = answered(client, "query($i: [String!]!) { tracksPlayCounts(isrcs: $i) { isrc } }", i=["X"] * 201)

    assert codes_of(body) == ["QUERY_TOO_LARGE"]


def test_fragments_that_contain_themselves_and_very_long_documents_are_rejected(client: httpx.Client):
    loop = f"{{ {SIMILAR} {{ ...A }} }} fragment A on TrackType {{ ...B }} fragment B on TrackType {{ ...A }}"

    for query in (loop, "{ genres { " + "id " * 4100 + "} }"):
        body = answered(client, query)
        assert body["data"] is None
        assert body["errors"]


def test_introspection_has_its_own_limit(client: httpx.Client):
    deep = "{ __schema { types {" + " fields { type {" * 4 + " name" + " } }" * 4 + " } } }"

    assert answered(client, deep)["data"] is None
    assert ask(client, "{ __schema { types { name fields { name } } } }")["__schema"]["types"]


def test_long_texts_are_not_repeated_for_each_track(client: httpx.Client):
    """A request of 15 kB had a response of 121 MB."""
    asked = """query($text: String!) { playlist(genre: "pop", service: "tunemeld") { tracks {
        trackDetailUrl(genre: "pop", rank: "tunemeld-rank", player: $text) } } }"""

    for text, is_shown in (("x" * 50, True), ("x" * 51, False)):
        tracks = ask(client, asked, text=text)["playlist"]["tracks"]
        assert tracks
        assert {text in (track["trackDetailUrl"] or "") for track in tracks} == {is_shown}


def test_the_number_of_similar_tracks_is_limited(client: httpx.Client):
    for limit in (-1, 0, 51, 2_147_483_647):
        said = ask(client, OPERATIONS["GetSimilarTracks"], isrc="ZZTUT0000000", limit=limit)
        assert said == {"trackByIsrc": None}, limit


# --- Invalid text and numbers ------------------------------------------------------------------------


@pytest.mark.both_sizes
@pytest.mark.parametrize("odd", ["", "\x00", "ZZTUT\x00000000", "\U0001f3b5" * 3, "zztut0000000", "' OR 1=1"])
def test_unusual_text_is_an_unknown_isrc_or_genre(client: httpx.Client, odd: str):
    asked = """query($odd: String!) {
        trackByIsrc(isrc: $odd) { isrc } trackPlayCount(isrc: $odd) { isrc }
        tracksPlayCounts(isrcs: [$odd]) { isrc } updatedAt(genre: $odd)
        playlistsByGenre(genre: $odd) { genreName } playlist(genre: $odd, service: $odd) { genreName }
        generateIframeUrl(serviceName: $odd, trackUrl: $odd) rankButtonLabels(rankType: $odd) { title }
        miscButtonLabels(buttonType: $odd, context: $odd) { title }
    }"""

    reported = ask(client, asked, odd=odd)

    assert {name for name, value in reported.items() if value} == set()
    refresh = "mutation($odd: String!) { refreshViewCounts(isrc: $odd) { isrc } }"
    assert ask(client, refresh, odd=odd) == {"refreshViewCounts": None}
    assert ask(client, '{ trackByIsrc(isrc: "a\\u0000b") { isrc } }') == {"trackByIsrc": None}


@pytest.mark.parametrize("path", [GQL, "/api/GetAvailableGenres/"])
@pytest.mark.parametrize("variables", [r'{"a": "\ud800"}', r'{"\ud800": 1}', r'{"a": [{"b": ["x\udfff"]}]}'])
def test_text_with_unpaired_surrogates_is_rejected(client: httpx.Client, path: str, variables: str):
    one = f'{{"query": "{{ defaultGenre }}", "variables": {variables}}}'

    for body in (one, f"[{one}]"):
        sent = client.post(path, content=body.encode(), headers={"Content-Type": "application/json"})
        rejected(sent, 400, "VALIDATION_ERROR")


def test_a_number_with_too_many_digits_is_rejected(client: httpx.Client):
    body = answered(client, f"{{ {SIMILAR} {{ similarTracks(limit: {'9' * 5000}) {{ isrc }} }} }}")

    assert body["data"] is None
    assert (codes_of(body), "digits" in body["errors"][0]["message"]) == ([""], True)
