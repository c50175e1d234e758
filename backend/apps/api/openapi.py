"""The OpenAPI 3 document, converted from the Swagger 2.0 one: the same source, for modern generators.

Only what that document contains is converted. What Swagger 2.0 cannot express is given as `x-nullable`,
`x-any-of` and `x-page`, which are plain OpenAPI 3 here.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from apps.api.swagger import swagger_document
from core.endpoints import Schema

VERSION = "3.0.3"
METHODS = ("get", "put", "post", "delete", "patch")
EVENT_STREAM = "text/event-stream"
# Fields of a parameter or a header outside its schema.
NOT_OF_THE_SCHEMA = {"name", "in", "description", "required"}
PLACES = {
    "#/definitions/": "#/components/schemas/",
    "#/responses/": "#/components/responses/",
}


@cache
def openapi_document() -> Schema:
    """The document; created once, like the Swagger document."""
    return converted(swagger_document())


def converted(swagger: Mapping[str, Any]) -> Schema:
    [produced] = swagger["produces"]
    return {
        "openapi": VERSION,
        "info": swagger["info"],
        "servers": [{"url": swagger["basePath"]}],
        "tags": swagger["tags"],
        "security": swagger["security"],
        "paths": {
            path: {method: _operation(item[method], produced) for method in METHODS if method in item}
            for path, item in swagger["paths"].items()
        },
        "components": {
            "schemas": {name: _schema(schema) for name, schema in swagger["definitions"].items()},
            "responses": {name: _response(source, produced) for name, source in swagger["responses"].items()},
            "securitySchemes": swagger["securityDefinitions"],
        },
    }


def _operation(source: Mapping[str, Any], produced: str) -> Schema:
    left_out = {"parameters", "responses", "consumes", "produces", "x-other-parameters"}
    operation = {key: value for key, value in source.items() if key not in left_out}
    parameters = [*source.get("parameters", []), *source.get("x-other-parameters", [])]
    for body in (one for one in parameters if one["in"] == "body"):
        content = {kind: {"schema": _schema(body["schema"])} for kind in source["consumes"]}
        operation["requestBody"] = {"required": body["required"], "content": content}
    operation["parameters"] = [_parameter(one) for one in parameters if one["in"] != "body"]
    kind, *_ = source.get("produces", [produced])
    operation["responses"] = {
        status: _response(response, kind if status < "400" else produced)
        for status, response in source["responses"].items()
    }
    return operation


def _parameter(source: Mapping[str, Any]) -> Schema:
    beside = {key: value for key, value in source.items() if key in NOT_OF_THE_SCHEMA}
    return {**beside, "schema": _typed(source)}


def _typed(source: Mapping[str, Any]) -> Schema:
    schema: Schema = _schema({key: value for key, value in source.items() if key not in NOT_OF_THE_SCHEMA})
    return schema


def _response(source: Mapping[str, Any], produced: str) -> Schema:
    if "$ref" in source:
        reference: Schema = _schema(source)
        return reference
    response: Schema = {"description": source["description"]}
    if headers := source.get("headers"):
        response["headers"] = {
            name: {"description": header["description"], "schema": _typed(header)}
            for name, header in headers.items()
        }
    if "schema" in source:
        # Errors are JSON even if the response is not.
        kinds = list(source.get("examples", {})) or [produced]
        response["content"] = {kind: _content(source, kind) for kind in kinds}
    return response


def _content(source: Mapping[str, Any], kind: str) -> Schema:
    if kind == EVENT_STREAM:
        return {"schema": {}}  # a schema of the stream would be read as that of each event
    # If pages are the default, the schema is already that of a page.
    other = "x-list" if "x-list" in source else "x-page"
    forms = [source[name] for name in ("schema", other) if name in source]
    schemas = [_schema(form) for form in forms]
    content: Schema = {"schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas}}
    if "x-examples" in source:
        content["examples"] = {name: {"value": value} for name, value in source["x-examples"].items()}
    elif kind in source.get("examples", {}):
        content["example"] = source["examples"][kind]
    return content


def _schema(source: Any) -> Any:
    if isinstance(source, Sequence) and not isinstance(source, str):
        return [_schema(part) for part in source]
    if not isinstance(source, Mapping):
        return source
    schema = {
        key: value if key in {"example", "default"} else _schema(value) for key, value in source.items()
    }
    if reference := schema.get("$ref"):
        place = next(place for place in PLACES if reference.startswith(place))
        schema["$ref"] = PLACES[place] + reference.removeprefix(place)
    if schema.pop("x-nullable", False):
        schema["nullable"] = True
    if options := schema.pop("x-any-of", None):
        schema["anyOf"] = options
    return schema
