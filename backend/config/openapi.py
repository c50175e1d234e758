"""The OpenAPI 3 document, converted from the Swagger 2.0 one: the same source, for modern generators.

Only what that document contains is converted. What Swagger 2.0 cannot express it gives as `x-nullable`,
`x-any-of` and `x-page`, which are plain OpenAPI 3 here.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from config.swagger import swagger_document
from core.schemas import Schema

VERSION = "3.0.3"
METHODS = ("get", "put", "post", "delete", "patch")
EVENT_STREAM = "text/event-stream"
# What stands in a parameter or a header beside its schema.
NOT_OF_THE_SCHEMA = {"name", "in", "description", "required"}
PLACES = {
    "#/definitions/": "#/components/schemas/",
    "#/responses/": "#/components/responses/",
}


@cache
def openapi_document() -> Schema:
    """Made once, as the Swagger document is."""
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
            "responses": {name: _response(told, produced) for name, told in swagger["responses"].items()},
            "securitySchemes": swagger["securityDefinitions"],
        },
    }


def _operation(told: Mapping[str, Any], produced: str) -> Schema:
    left_out = {"parameters", "responses", "consumes", "produces", "x-other-parameters"}
    operation = {key: value for key, value in told.items() if key not in left_out}
    parameters = [*told.get("parameters", []), *told.get("x-other-parameters", [])]
    for body in (one for one in parameters if one["in"] == "body"):
        content = {kind: {"schema": _schema(body["schema"])} for kind in told["consumes"]}
        operation["requestBody"] = {"required": body["required"], "content": content}
    operation["parameters"] = [_parameter(one) for one in parameters if one["in"] != "body"]
    [produced] = told.get("produces", [produced])
    operation["responses"] = {
        status: _response(response, produced) for status, response in told["responses"].items()
    }
    return operation


def _parameter(told: Mapping[str, Any]) -> Schema:
    beside = {key: value for key, value in told.items() if key in NOT_OF_THE_SCHEMA}
    return {**beside, "schema": _typed(told)}


def _typed(told: Mapping[str, Any]) -> Schema:
    schema: Schema = _schema({key: value for key, value in told.items() if key not in NOT_OF_THE_SCHEMA})
    return schema


def _response(told: Mapping[str, Any], produced: str) -> Schema:
    if "$ref" in told:
        reference: Schema = _schema(told)
        return reference
    response: Schema = {"description": told["description"]}
    if headers := told.get("headers"):
        response["headers"] = {
            name: {"description": header["description"], "schema": _typed(header)}
            for name, header in headers.items()
        }
    if "schema" in told:
        # Errors are JSON also where the answer itself is not.
        kinds = list(told.get("examples", {})) or [produced]
        response["content"] = {kind: _content(told, kind) for kind in kinds}
    return response


def _content(told: Mapping[str, Any], kind: str) -> Schema:
    if kind == EVENT_STREAM:
        return {"schema": {}}  # one of the whole stream would be read as one of each event
    forms = [told[name] for name in ("schema", "x-list", "x-page") if name in told]
    schemas = [_schema(form) for form in forms]
    content: Schema = {"schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas}}
    if "x-examples" in told:
        content["examples"] = {name: {"value": value} for name, value in told["x-examples"].items()}
    elif kind in told.get("examples", {}):
        content["example"] = told["examples"][kind]
    return content


def _schema(told: Any) -> Any:
    if isinstance(told, Sequence) and not isinstance(told, str):
        return [_schema(part) for part in told]
    if not isinstance(told, Mapping):
        return told
    schema = {key: value if key in {"example", "default"} else _schema(value) for key, value in told.items()}
    if reference := schema.get("$ref"):
        place = next(place for place in PLACES if reference.startswith(place))
        schema["$ref"] = PLACES[place] + reference.removeprefix(place)
    if schema.pop("x-nullable", False):
        schema["nullable"] = True
    if options := schema.pop("x-any-of", None):
        schema["anyOf"] = options
    return schema
