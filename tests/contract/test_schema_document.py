"""/api/schema.json is complete: every endpoint, with its bodies, errors, headers and examples."""

import re
from typing import Any

import httpx
import pytest

from tests.contract.queues import Queue
from tests.contract.swagger import Document, Operation, check_is_swagger

TAGS = {
    *("tracks", "playlist", "rooms", "guests", "users", "auth", "analytics", "page", "health"),
    "recommendations",
    "charts",
    "documents",
}
WRITES = {"post", "put", "patch", "delete"}
EVERYWHERE = {400, 401, 429, 500, 503}
ON_WRITES = {403, 413, 422}
ON_BODIES = {400, 415}
# Where to go, and what belongs to a body that a rule looks at.
EXPECTED = {
    "GET /api/playlist/": {200, 304, 404},
    "POST /api/playlist/": {201, 404, 409},
    "GET /api/playlist/{item_id}/": {200, 404},
    "PATCH /api/playlist/{item_id}/": {200, 404, 409},
    "DELETE /api/playlist/{item_id}/": {204, 404},
    "POST /api/playlist/{item_id}/restore/": {200, 404, 409},
    "POST /api/playlist/{item_id}/vote/": {200, 404},
    "POST /api/playlist/{item_id}/play/": {200, 404},
    "POST /api/playlist/stop/": {200},
    "GET /api/playlist/my-votes/": {200},
    "GET /api/playlist/history/": {200},
    "GET /api/playlist/events/": {200},
    "GET /api/playlist/stream/": {200},
    "GET /api/stream": {200},
    "GET /api/tracks/": {200},
    "GET /api/tracks/genres/": {200},
    "POST /api/tracks/": {201, 401, 403, 409},
    "GET /api/tracks/{track_id}/": {200, 404},
    "PUT /api/tracks/{track_id}/": {200, 404, 409},
    "PATCH /api/tracks/{track_id}/": {200, 404, 409},
    "DELETE /api/tracks/{track_id}/": {204, 404},
    "GET /api/rooms/": {200},
    "POST /api/rooms/": {201, 401, 409},
    "GET /api/rooms/{slug}/": {200, 404},
    "PATCH /api/rooms/{slug}/": {200, 403, 404},
    "DELETE /api/rooms/{slug}/": {204, 403, 404, 409},
    "POST /api/guests/": {201},
    "GET /api/guests/me/": {200, 404},
    "PATCH /api/guests/me/": {200, 404},
    "GET /api/users/": {200},
    "POST /api/users/": {201, 409},
    "GET /api/users/{user_id}/": {200, 401, 404},
    "PUT /api/users/{user_id}/": {200, 401, 403, 404},
    "PATCH /api/users/{user_id}/": {200, 401, 403, 404},
    "GET /api/users/me/": {200, 401},
    "PUT /api/users/me/": {200, 401},
    "PATCH /api/users/me/": {200, 401},
    "DELETE /api/users/me/": {204, 401},
    "GET /api/users/me/export/": {200, 401, 429},
    "POST /api/auth/register/": {201, 409},
    "POST /api/auth/token/": {200, 401},
    "POST /api/auth/token/refresh/": {200, 401},
    "POST /api/auth/token/verify/": {200, 401},
    "POST /api/auth/logout/": {204, 401},
    "POST /api/auth/session/": {200, 401},
    "DELETE /api/auth/session/": {204},
    "POST /api/auth/password/": {204, 401},
    "POST /api/auth/password/reset/": {202},
    "POST /api/auth/password/reset/confirm/": {204},
    "POST /api/analytics/activity/": {201, 401, 403, 404},
    "GET /api/analytics/summary/": {200},
    "GET /api/analytics/trends/": {200},
    "GET /api/analytics/me/": {200, 401},
    "GET /api/analytics/user/{user_id}/": {200, 401, 403, 404},
    "GET /api/recommendations/me/": {200, 400, 401, 404},
    "GET /api/recommendations/user/{user_id}/": {200, 400, 401, 403, 404},
    "POST /api/recommendations/me/refresh/": {202, 401, 429},
    "POST /api/recommendations/user/{user_id}/refresh/": {202, 401, 403, 404, 429},
    "GET /api/recommendations/jobs/{job_id}/": {200, 401, 404},
    "POST /api/recommendations/{recommendation_id}/track/": {200, 201, 401, 404, 409},
    "GET /api/rooms/{slug}/recommendations/": {200, 400, 404},
    "GET /api/rooms/{slug}/chart/": {200, 400, 404},
    "GET /api/charts/": {200},
    "GET /api/charts/{genre}/": {200, 400, 404},
    "GET /api/charts/{genre}/{service}/": {200, 400, 404},
    "GET /api/charts/tracks/{isrc}/": {200, 404},
    "POST /api/charts/tracks/{isrc}/library/": {200, 201, 404},
    "POST /api/gql/": {200, 400},
    "POST /api/{operation}/": {200, 400, 404},
    "GET /api/graph-data/{genre}/": {200, 404},
    "GET /api/playlist-data/{genre}/": {200, 400, 404},
    "GET /api/service-playlist/{genre}/{service}/": {200, 404},
    "GET /api/last-updated/{genre}/": {200, 404},
    "GET /api/header-art/{genre}/": {200, 404},
    "GET /api/trending-isrcs/": {200},
    "GET /api/health/": {200, 503},
    "GET /api/page/": {200},
    "POST /api/page-errors/": {204},
    "GET /api/health/live": {200},
    "GET /api/health/ready": {200, 503},
    "GET /api/": {200},
    "GET /api/schema.json": {200},
    "GET /api/openapi.json": {200},
    "GET /api/events.schema.json": {200},
}


@pytest.fixture
def document(client: httpx.Client) -> Document:
    return Document(client.get("/api/schema.json").json())


def examples(response: dict[str, Any]) -> list[Any]:
    """Every example of a response, in JSON."""
    plain = response.get("examples", {}).get("application/json")
    return [*response.get("x-examples", {}).values(), *([] if plain is None else [plain])]


def test_document_is_swagger_and_has_every_endpoint_with_its_answers(document: Document) -> None:
    check_is_swagger(document.told)
    told = {str(one): set(document.responses(one)) for one in document.operations()}
    in_rooms = {
        name.replace("/api/playlist/", "/api/rooms/{slug}/playlist/"): statuses
        for name, statuses in EXPECTED.items()
    }

    assert told.keys() == EXPECTED.keys() | in_rooms.keys()
    for name, statuses in {**EXPECTED, **in_rooms}.items():
        assert statuses <= told[name], name


def test_every_operation_says_what_it_is_and_the_errors_that_it_may_give(document: Document) -> None:
    operations = list(document.operations())

    assert operations
    assert len({one.told["operationId"] for one in operations}) == len(operations)
    for one in operations:
        assert one.told["summary"], one
        assert len(one.told["tags"]) == 1, one
        assert set(one.told["tags"]) <= TAGS, one
        statuses, parameters = set(document.responses(one)), one.told.get("parameters", [])
        assert statuses >= EVERYWHERE, one
        keys = [parameter for parameter in parameters if parameter["name"] == "Idempotency-Key"]
        assert bool(keys) == (one.method in WRITES), one
        if one.method in WRITES:
            assert statuses >= ON_WRITES, one
            assert (keys[0]["minLength"], keys[0]["maxLength"]) == (1, 64)
            answers = [response for status, response in document.responses(one).items() if status < 300]
            assert all("Idempotency-Replayed" in response["headers"] for response in answers), one
        if any(parameter["in"] == "body" for parameter in parameters):
            assert statuses >= ON_BODIES, one


def test_every_answer_has_its_headers_and_examples_as_its_schema_says(document: Document) -> None:
    """An error has one for each code."""
    operations = list(document.operations())

    assert operations
    for one in operations:
        is_described_elsewhere = "documents" in one.told["tags"] or one.told["operationId"].endswith("stream")
        for status, response in document.responses(one).items():
            assert "X-Request-ID" in response["headers"], (one, status)
            if status in {429, 503}:
                assert "Retry-After" in response["headers"], (one, status)
            if status >= 400 and "x-examples" in response:
                check_error(document, one, response)
            if "schema" in response and not is_described_elsewhere:
                assert examples(response), (one, status)
            for example in examples(response):
                document.check(example, response["schema"])


def check_error(document: Document, one: Operation, response: dict[str, Any]) -> None:
    codes = set(re.findall(r"`([A-Z_]+)`:", response["description"]))
    assert codes, one
    assert set(response["x-examples"]) == codes, one
    for code, example in response["x-examples"].items():
        document.check(example, response["schema"])
        assert example["error"]["code"] == code


def test_every_body_has_an_example_as_its_schema_says(document: Document) -> None:
    bodies = [
        parameter["schema"]
        for one in document.operations()
        for parameter in one.told.get("parameters", [])
        if parameter["in"] == "body"
    ]

    assert bodies
    for schema in bodies:
        name = schema["$ref"].rsplit("/", 1)[1]
        document.check(document.told["definitions"][name]["example"], schema)


def test_lists_tell_their_headers_and_their_page(document: Document, queue: Queue) -> None:
    queue.fill(2)
    response = document.responses(document.operation("get", "/api/rooms/{slug}/playlist/"))[200]
    told = {"X-Total-Count", "Link", "ETag", "X-Stream-Epoch", "X-Stream-Seq", "X-Request-ID"}

    assert set(response["headers"]) == told
    document.check(queue.get(page=1, page_size=1).json(), response["x-page"])
    document.check(queue.get().json(), response["schema"])
    for name in told:
        assert name in queue.get(limit=1).headers, name


def test_where_pages_are_the_default_the_document_says_so(narrow_client: httpx.Client) -> None:
    document = Document(narrow_client.get("/api/schema.json").json())
    response = document.responses(document.operation("get", "/api/tracks/"))[200]

    document.check(narrow_client.get("/api/tracks/").json(), response["schema"])
    document.check(narrow_client.get("/api/tracks/?limit=2").json(), response["x-list"])
    for one in document.operations():
        for answer in document.responses(one).values():
            for example in examples(answer) if "x-list" in answer else []:
                document.check(example, answer["schema"])


@pytest.mark.parametrize("is_paged", [False, True])
def test_no_declared_parameter_makes_another_shape_of_a_list(
    document: Document, narrow_client: httpx.Client, *, is_paged: bool
):
    told = Document(narrow_client.get("/api/schema.json").json()) if is_paged else document
    lists = [one for one in told.operations() if "x-page" in told.responses(one).get(200, {})]

    assert len(lists) > 5
    for one in lists:
        declared, other = (
            {parameter["name"] for parameter in one.told[key] if parameter["in"] == "query"}
            for key in ("parameters", "x-other-parameters")
        )
        cut, pages = {"limit", "offset"}, {"page", "page_size"}
        assert declared >= (pages if is_paged else cut), one
        assert other == (cut if is_paged else pages), one


def test_limits_that_only_rules_of_the_server_hold_are_declared(client: httpx.Client, document: Document):
    bodies = document.told["definitions"]
    for name, field in (
        *(("NewAccountFacts", "password"), ("Reset", "new_password"), ("PasswordChange", "new_password")),
    ):
        assert bodies[name]["properties"][field]["minLength"] == 8, name
    account = {"username": "short", "email": "short@example.org", "password": "x!4qZ%7"}
    assert client.post("/api/users/", json=account).status_code == 400
    moods = bodies["AccountChange"]["properties"]["profile"]["properties"]["moods"]
    assert len(moods["items"]["enum"]) == 6
    assert bodies["GraphQLQuestion"]["properties"]["variables"]["additionalProperties"] is True
    chart = document.operation("get", "/api/rooms/{slug}/chart/")
    [week] = [one for one in chart.told["parameters"] if one["name"] == "week"]
    for text, is_week in (
        ("1980-W01", True),
        ("2025-W49", True),
        ("2025-W00", False),
        ("2025-W60", False),
        ("0001-W01", False),
    ):
        assert bool(re.fullmatch(week["pattern"], text)) == is_week
        assert (client.get("/api/rooms/main/chart/", params={"week": text}).status_code == 200) == is_week


def test_what_polling_answers_is_as_told(document: Document, queue: Queue) -> None:
    schema = document.responses(document.operation("get", "/api/playlist/events/"))[200]["schema"]
    epoch = queue.state().epoch
    queue.fill(1)

    document.check(queue.get("events/").json(), schema)
    told = queue.get("events/", epoch=epoch, since=0).json()

    assert told["events"]
    document.check(told, schema)
