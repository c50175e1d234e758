"""/api/schema.json is complete, and shown by two pages that load nothing from elsewhere."""

import re
from typing import Any

import httpx
import pytest

from tests.contract.queues import Queue
from tests.contract.swagger import Document, Operation, check_is_swagger

TAGS = {
    *("tracks", "playlist", "player", "rooms", "guests", "users", "auth", "analytics", "page", "health"),
    "recommendations",
    "charts",
    "documents",
}
WRITES = {"post", "put", "patch", "delete"}
EVERYWHERE = {400, 401, 429, 500, 503}
ON_WRITES = {403, 413, 422}
ON_BODIES = {400, 415}


@pytest.fixture
def document(client: httpx.Client) -> Document:
    return Document(client.get("/api/schema.json").json())


def examples(response: dict[str, Any]) -> list[Any]:
    """Every example of a response, in JSON."""
    plain = response.get("examples", {}).get("application/json")
    return [*response.get("x-examples", {}).values(), *([] if plain is None else [plain])]


def test_the_document_is_swagger_and_describes_every_room_like_main(document: Document) -> None:
    """That each endpoint is there with its answers, the tests' clients look for at every answer."""
    check_is_swagger(document.schema)
    reported = {str(one): set(document.responses(one)) for one in document.operations()}
    of_main = {name: statuses for name, statuses in reported.items() if "/api/playlist/" in name}

    assert len(of_main) == 16
    for name, statuses in of_main.items():
        assert statuses <= reported[name.replace("/api/playlist/", "/api/rooms/{slug}/playlist/")], name


def test_every_operation_has_a_summary_and_its_errors(document: Document) -> None:
    operations = list(document.operations())

    assert operations
    assert len({one.schema["operationId"] for one in operations}) == len(operations)
    for one in operations:
        assert one.schema["summary"], one
        assert len(one.schema["tags"]) == 1, one
        assert set(one.schema["tags"]) <= TAGS, one
        statuses, parameters = set(document.responses(one)), one.schema.get("parameters", [])
        assert statuses >= EVERYWHERE, one
        keys = [parameter for parameter in parameters if parameter["name"] == "Idempotency-Key"]
        assert bool(keys) == (one.method in WRITES), one
        if one.method in WRITES:
            assert statuses >= ON_WRITES, one
            assert (keys[0]["minLength"], keys[0]["maxLength"]) == (1, 64)
            answers = [response for status, response in document.responses(one).items() if status < 300]
            assert answers, one
            assert all("Idempotency-Replayed" in response["headers"] for response in answers), one
        if any(parameter["in"] == "body" for parameter in parameters):
            assert statuses >= ON_BODIES, one


def test_every_response_has_headers_and_valid_examples(document: Document) -> None:
    """An error has one for each code. A body has one, too."""
    operations = list(document.operations())

    assert operations
    for one in operations:
        is_described_elsewhere = "documents" in one.schema["tags"] or one.schema["operationId"].endswith(
            "stream"
        )
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
        for schema in [each["schema"] for each in one.schema.get("parameters", []) if each["in"] == "body"]:
            name = schema["$ref"].rsplit("/", 1)[1]
            document.check(document.schema["definitions"][name]["example"], schema)


def check_error(document: Document, one: Operation, response: dict[str, Any]) -> None:
    codes = set(re.findall(r"`([A-Z_]+)`:", response["description"]))
    assert codes, one
    assert set(response["x-examples"]) == codes, one
    for code, example in response["x-examples"].items():
        document.check(example, response["schema"])
        assert example["error"]["code"] == code


ODD_VALUES = ("GetNothing", "a%2Fb", "%0A", "-1")


@pytest.mark.parametrize("odd", ODD_VALUES)
def test_errors_before_any_view_have_the_declared_shape_for_any_path(
    client: httpx.Client, document: Document, odd: str
) -> None:
    """Here: an invalid token. Some of these paths match no URL pattern."""
    for one in document.operations():
        url = re.sub(r"{\w+}", odd, one.path)
        headers = {"X-Guest-Token": "invalid"} | ({"Idempotency-Key": "k"} if one.method in WRITES else {})
        response = client.request(one.method, url, headers=headers)
        declared = document.responses(one)
        assert response.status_code in declared, (one, url)
        document.check(response.json(), declared[response.status_code]["schema"])


def test_lists_declare_headers_and_pages_and_polls_their_responses(document: Document, queue: Queue) -> None:
    epoch = queue.state().epoch
    queue.fill(2)
    response = document.responses(document.operation("get", "/api/rooms/{slug}/playlist/"))[200]
    reported = {"X-Total-Count", "Link", "ETag", "X-Stream-Epoch", "X-Stream-Seq", "X-Request-ID"}

    assert set(response["headers"]) == reported
    document.check(queue.get(page=1, page_size=1).json(), response["x-page"])
    document.check(queue.get().json(), response["schema"])
    for name in reported:
        assert name in queue.get(limit=1).headers, name
    polled = document.responses(document.operation("get", "/api/playlist/events/"))[200]["schema"]
    document.check(queue.get("events/").json(), polled)
    events = queue.get("events/", epoch=epoch, since=0).json()
    assert events["events"]
    document.check(events, polled)


def test_if_pages_are_the_default_the_document_declares_them(narrow_client: httpx.Client) -> None:
    document = Document(narrow_client.get("/api/schema.json").json())
    response = document.responses(document.operation("get", "/api/tracks/"))[200]

    document.check(narrow_client.get("/api/tracks/").json(), response["schema"])
    document.check(narrow_client.get("/api/tracks/?limit=2").json(), response["x-list"])
    for one in document.operations():
        for answer in document.responses(one).values():
            for example in examples(answer) if "x-list" in answer else []:
                document.check(example, answer["schema"])


@pytest.mark.parametrize("is_paged", [False, True])
def test_no_declared_parameter_changes_the_shape_of_a_list(
    document: Document, narrow_client: httpx.Client, *, is_paged: bool
):
    body = Document(narrow_client.get("/api/schema.json").json()) if is_paged else document
    lists = [one for one in body.operations() if "x-page" in body.responses(one).get(200, {})]

    assert len(lists) > 5
    for one in lists:
        declared, other = (
            {parameter["name"] for parameter in one.schema[key] if parameter["in"] == "query"}
            for key in ("parameters", "x-other-parameters")
        )
        cut, pages = {"limit", "offset"}, {"page", "page_size"}
        assert declared >= (pages if is_paged else cut), one
        assert other == (cut if is_paged else pages), one


def test_limits_enforced_only_by_the_server_are_declared(client: httpx.Client, document: Document):
    bodies = document.schema["definitions"]
    for name, field in (
        *(("NewAccountFacts", "password"), ("Reset", "new_password"), ("PasswordChange", "new_password")),
    ):
        assert bodies[name]["properties"][field]["minLength"] == 8, name
    account = {"username": "short", "email": "short@example.org", "password": "x!4qZ%7"}
    assert client.post("/api/users/", json=account).status_code == 400
    assert bodies["NewRoom"]["properties"]["slug"]["pattern"] == "^[a-z0-9-]+$"
    # Not the one of tokens, which is refreshed, too.
    refreshed = document.operation("post", "/api/recommendations/me/refresh/").schema["parameters"]
    [body] = [one["schema"]["$ref"].rpartition("/")[2] for one in refreshed if one["in"] == "body"]
    assert "seed_genres" in bodies[body]["properties"]
    moods = bodies["AccountChange"]["properties"]["profile"]["properties"]["moods"]
    assert len(moods["items"]["enum"]) == 6
    assert bodies["GraphQLRequest"]["properties"]["variables"]["additionalProperties"] is True
    chart = document.operation("get", "/api/rooms/{slug}/chart/")
    [week] = [one for one in chart.schema["parameters"] if one["name"] == "week"]
    for text, is_week in (
        ("1980-W01", True),
        ("2025-W49", True),
        ("2025-W00", False),
        ("2025-W60", False),
        ("0001-W01", False),
    ):
        assert bool(re.fullmatch(week["pattern"], text)) == is_week
        assert (client.get("/api/rooms/main/chart/", params={"week": text}).status_code == 200) == is_week


# --- The pages work without internet -----------------------------------------------------------------


PAGES = ["/api/docs/", "/api/redoc/"]
LOADED = re.compile(r"""<(?:script|link|img|iframe)[^>]*?\b(?:src|href)=["']([^"']+)["']""")
ELSEWHERE = re.compile(r"""(?:https?:)?//[a-z0-9-]+\.[a-z0-9.-]+[^\s"'`)<]*""", re.IGNORECASE)
IMPORTED_STYLE = re.compile(r"""@import|url\((?!["']?(?:data:|#))""")
A_FILE = re.compile(r"\.(?:svg|png|gif|jpe?g|ico|js|mjs|css|woff2?|ttf)$")
# What the two viewers could load, and what keeps them from it. A newer one that has more fails here.
KNOWN_FILES = {
    # documents/redoc.js lets pictures come from here only.
    "https://cdn.redoc.ly/redoc/logo-mini.svg",
}
SWAGGER_UI = "/static/drf-yasg/swagger-ui-dist/swagger-ui-bundle.js"


@pytest.mark.parametrize("page", PAGES)
def test_the_documentation_page_uses_only_files_of_this_server(client: httpx.Client, page: str) -> None:
    """Swagger UI sends the document to no validator."""
    response = client.get(page)

    assert response.headers["Content-Type"].startswith("text/html")
    assert '"/api/schema.json"' in response.text
    assert ELSEWHERE.findall(response.text) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)", response.text) == []
    assert re.findall(r"<style|\bstyle=|\bon\w+=", response.text) == []
    write = client.post(page)
    assert (write.status_code, write.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert write.headers["Allow"] == "GET, HEAD"
    loaded = LOADED.findall(response.text)
    assert loaded
    assert all(address.startswith("/static/") for address in loaded)
    files = {address: client.get(address).raise_for_status().text for address in loaded}
    for address, text in files.items():
        if address.endswith(".png"):
            continue
        reported = {found for found in ELSEWHERE.findall(text) if A_FILE.search(found)}
        assert reported <= KNOWN_FILES, address
        if address.startswith("/static/documents/"):
            assert ELSEWHERE.findall(text) == [], address
        if address.endswith(".css"):
            assert IMPORTED_STYLE.findall(text) == [], address
    if page == "/api/docs/":
        assert "validator.swagger.io" in files[SWAGGER_UI], "the default has another name now"
        assert "validatorUrl: null" in files["/static/documents/swagger.js"]
