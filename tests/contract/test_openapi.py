"""The OpenAPI 3 document: it is one, says what the Swagger document says, and makes a client that works."""

import importlib
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import httpx
import pytest
from jsonschema import Draft4Validator, ValidationError

from tests.contract.queues import Queue
from tests.contract.swagger import METHODS, with_null
from tests.processes import TuttiServer


@pytest.fixture
def document(client: httpx.Client) -> dict[str, Any]:
    body: dict[str, Any] = client.get("/api/openapi.json").json()
    return body


def test_the_openapi_document_agrees_with_the_swagger_document(
    client: httpx.Client, document: dict[str, Any]
):
    swagger = client.get("/api/schema.json").json()
    text = json.dumps(document)

    assert document["openapi"] == "3.0.3"
    assert "#/definitions/" not in text
    for key in ("x-nullable", "x-any-of", "x-page", "x-list", "x-other-parameters"):
        assert f'"{key}"' not in text, key
    assert document["paths"].keys() == swagger["paths"].keys()
    assert document["components"]["schemas"].keys() == swagger["definitions"].keys()
    for path, item in swagger["paths"].items():
        methods = [method for method in METHODS if method in item]
        assert list(document["paths"][path]) == methods
        for method in methods:
            here, there = document["paths"][path][method], item[method]
            assert here["responses"].keys() == there["responses"].keys()
            named = [*there.get("parameters", []), *there.get("x-other-parameters", [])]
            assert [one["name"] for one in here["parameters"]] == [
                one["name"] for one in named if one["in"] != "body"
            ]
            assert ("requestBody" in here) == any(one["in"] == "body" for one in named)
    for name, definition in swagger["definitions"].items():
        assert said_alike(document["components"]["schemas"][name]) == said_alike(definition), name


# What the one says of a value is `x-nullable` and `x-any-of` in the other.
OTHER_WORDS = {"x-nullable": "nullable", "x-any-of": "anyOf"}


def said_alike(schema: Any) -> Any:
    """A schema of either document in the words of OpenAPI 3, without where its definitions are."""
    if isinstance(schema, list):
        return [said_alike(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        OTHER_WORDS.get(key, key): value.rpartition("/")[2] if key == "$ref" else said_alike(value)
        for key, value in schema.items()
    }


@pytest.mark.parametrize("is_paged", [False, True])
def test_each_example_is_valid_by_its_schema(
    client: httpx.Client, narrow_client: httpx.Client, *, is_paged: bool
):
    document = (narrow_client if is_paged else client).get("/api/openapi.json").json()
    contents = [
        content
        for item in document["paths"].values()
        for operation in item.values()
        for response in operation["responses"].values()
        for kind, content in response.get("content", {}).items()
        if kind == "application/json"
    ]
    seen = 0
    for content in contents:
        named = [one["value"] for one in content.get("examples", {}).values()]
        whole = with_null({**content["schema"], "components": document["components"]}, word="nullable")
        for example in (*named, *([content["example"]] if "example" in content else [])):
            Draft4Validator(whole).validate(example)
            seen += 1
    assert seen > 100


def test_both_forms_of_a_list_are_valid_by_the_schema(document: dict[str, Any], queue: Queue):
    queue.fill(2)
    response = document["paths"]["/api/rooms/{slug}/playlist/"]["get"]["responses"]["200"]
    schema = response["content"]["application/json"]["schema"]
    whole = with_null({**schema, "components": document["components"]}, word="nullable")

    for query in ({}, {"limit": 1}, {"page": 1}, {"page_size": 1}):
        Draft4Validator(whole).validate(queue.get(**query).json())
    with pytest.raises(ValidationError):
        Draft4Validator(whole).validate({"results": []})


# --- A client that is generated of it ----------------------------------------------------------------


@pytest.fixture(scope="module")
def generated(server: TuttiServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package that openapi-python-client makes, without a word of warning."""
    folder = tmp_path_factory.mktemp("client")
    document, name = folder / "openapi.json", f"generated_{secrets.token_hex(4)}"
    document.write_bytes(httpx.get(f"{server.base_url}/api/openapi.json").content)
    settings = folder / "settings.json"
    settings.write_text(json.dumps({"post_hooks": [], "package_name_override": name}))
    command = [
        sys.executable,
        "-m",
        "openapi_python_client",
        "generate",
        "--fail-on-warning",
        "--meta",
        "none",
    ]
    places = ["--path", document, "--output-path", folder / name, "--config", settings]
    made = subprocess.run([*command, *places], capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))


def call(generated: ModuleType, function: str, client: Any, *arguments: Any, **parameters: Any) -> Any:
    """What the generated function parses of a good response."""
    module = importlib.import_module(f"{generated.__name__}.api.{function}")
    response = module.sync_detailed(*arguments, client=client, **parameters)
    assert response.status_code < 300, response.content
    return response.parsed


def test_a_generated_client_lists_adds_votes_and_pages(server: TuttiServer, generated: ModuleType, room: str):
    models = importlib.import_module(f"{generated.__name__}.models")
    with generated.Client(base_url=server.base_url, raise_on_unexpected_status=True) as client:
        tracks = call(generated, "tracks.tracks_list", client, limit=3)
        assert [type(track) for track in tracks] == [models.Track] * 3
        for track in tracks:
            body = models.NewItem(track_id=track.id, added_by="Ada")
            added = call(generated, "playlist.rooms_playlist_add", client, room, body=body)
            assert (type(added), added.track, added.added_by) == (models.Item, track, "Ada")

        up = models.Vote(direction=models.VoteDirection.UP)
        voted = call(generated, "playlist.rooms_playlist_vote", client, room, added.id, body=up)
        assert (voted.votes, voted.my_vote) == (1, 1)

        listed = call(generated, "playlist.rooms_playlist_list", client, room)
        assert [item.track.id for item in listed] == [track.id for track in tracks]
        page = call(generated, "playlist.rooms_playlist_list", client, room, page=2, page_size=2)
        assert (type(page), page.count, page.next_) == (models.PageOfItem, 3, None)
        assert [item.id for item in page.results] == [voted.id]
