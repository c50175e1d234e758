"""The server's Swagger document, as a client reads it that checks what it gets."""

import copy
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker

METHODS = ("get", "put", "post", "delete", "patch")
# They show the document, or it lists them without their slash.
NOT_DESCRIBED = {"/api/docs/", "/api/redoc/", "/api/health/live/", "/api/health/ready/"}
Schema = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    path: str
    method: str
    schema: Schema

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


class Document:
    """Knows `x-nullable`, which Swagger 2.0 leaves to its readers."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._definitions = with_null(schema["definitions"])

    def operations(self) -> Iterator[Operation]:
        for path, item in self.schema["paths"].items():
            for method in METHODS:
                if method in item:
                    yield Operation(path, method, item[method])

    def operation(self, method: str, path: str) -> Operation:
        return Operation(path, method, self.schema["paths"][path][method])

    def responses(self, operation: Operation) -> dict[int, Schema]:
        return {
            int(status): self._found(reported) for status, reported in operation.schema["responses"].items()
        }

    def check(self, value: Any, schema: Schema) -> None:
        """Fails when the value is not as the schema says."""
        whole = {**with_null(schema), "definitions": self._definitions}
        Draft4Validator(whole, format_checker=FormatChecker()).validate(value)

    def _found(self, reported: Schema) -> Schema:
        if "$ref" not in reported:
            return reported
        found: Schema = self.schema["responses"][reported["$ref"].rsplit("/", 1)[1]]
        return found


def check_is_swagger(reported: Schema) -> None:
    """Fails when it is no Swagger 2.0 document."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it uses what jsonschema is about to drop
        from swagger_spec_validator.validator20 import validate_spec

        validate_spec(copy.deepcopy(reported))  # it writes into what it reads


def with_null(schema: Any, *, word: str = "x-nullable") -> Any:
    """In JSON Schema's own words. `word` says in the document that something may be null."""
    if isinstance(schema, list):
        return [with_null(part, word=word) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: with_null(value, word=word) for key, value in schema.items() if key != word}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get(word) is True else plain


# --- Nothing but what is documented ------------------------------------------------------------------

ID = "[0-9]{1,18}"
VARIABLES = {
    **dict.fromkeys(("item_id", "track_id", "wish_id", "user_id", "recommendation_id"), ID),
    **{"slug": "[a-z0-9-]{1,50}", "job_id": "[0-9a-f-]{36}"},
    **dict.fromkeys(("genre", "service", "isrc"), "[^/]+"),
    "operation": r"G[A-Za-z]+",
    **{"key": "[0-9a-f]{32}", "size": "(?:96|300|600)", "signature": "[^/]+"},
}


@cache
def _described_answers() -> list[tuple[str, re.Pattern[str], dict[int, set[str]]]]:
    """Method, address, and the codes of errors by status; of the code that the servers run as well.

    Made without asking a server, which would count as a request there.
    """
    from apps.api.swagger import swagger_document

    document = Document(swagger_document())
    reported = []
    for one in document.operations():
        pattern = re.sub(r"{(\w+)}", lambda found: VARIABLES[found[1]], one.path)
        codes = {
            status: set(reported.get("x-examples", {}))
            for status, reported in document.responses(one).items()
        }
        reported.append((one.method.upper(), re.compile(pattern), codes))
    return reported


def check_documented(response: httpx.Response) -> None:
    """Fails when the document doesn't list such a response at this address."""
    is_described, path = False, response.request.url.path
    for method, address, codes in _described_answers():
        if method == response.request.method and address.fullmatch(path):
            is_described, asked = True, f"{method} {path}"
            assert response.status_code in codes, (
                f"{asked} gave {response.status_code}, which is not documented"
            )
            if codes[response.status_code]:
                code = response.json()["error"]["code"]
                assert code in codes[response.status_code], f"{asked} gave {code}, which is not documented"
    if path.startswith("/api/") and path not in NOT_DESCRIBED and response.request.method.lower() in METHODS:
        assert is_described or not response.is_success, f"{response.request.method} {path} is not documented"


def closed(schema: Any) -> Any:
    """The schema without room for anything that it doesn't name."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {key: closed(value) for key, value in schema.items()}
    return {"additionalProperties": False, **strict} if "properties" in strict else strict


def message_validator(events_schema: Schema, name: str = "ServerMessage") -> Draft202012Validator:
    """Takes one of the definitions, and nothing beyond what it names."""
    Draft202012Validator.check_schema(events_schema)
    return Draft202012Validator(
        {"$defs": closed(events_schema["$defs"]), "$ref": f"#/$defs/{name}"}, format_checker=FormatChecker()
    )
