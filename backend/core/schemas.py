"""Schemas of payload types: as JSON Schema 2020-12, and converted to Swagger 2.0."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

Schema = dict[str, Any]
NULL = {"type": "null"}
# Distinguishes a type from the model in the code; clients see the name without it.
PRIVATE_ENDING = "Payload"


def json_schemas(types: Sequence[Any], *, at: str) -> tuple[list[Schema], dict[str, Schema]]:
    """A schema for each type, and the definitions that they refer to as `at` followed by the name.

    Raises ValueError when clients would know two types by the same name.
    """
    schemas, definitions = msgspec.json.schema_components(types, ref_template=at + "{name}")
    result: dict[str, Schema] = {}
    for name, schema in definitions.items():
        if public_name(name) in result:
            raise ValueError(
                f"Clients would know two types as {public_name(name)}: give {name} another name."
            )
        result[public_name(name)] = _renamed(schema, at)
    return [_renamed(schema, at) for schema in schemas], result


def public_name(name: str) -> str:
    return name.removesuffix(PRIVATE_ENDING)


def _renamed(schema: Any, at: str) -> Any:
    """With the names that clients know, in references and titles."""
    if isinstance(schema, list):
        return [_renamed(part, at) for part in schema]
    if not isinstance(schema, dict):
        return schema
    renamed = {key: _renamed(value, at) for key, value in schema.items()}
    for key in ("$ref", "title"):
        if isinstance(renamed.get(key), str):
            renamed[key] = public_name(renamed[key])
    return renamed


def as_swagger(schema: Mapping[str, Any]) -> Schema:
    """The schema in Swagger 2.0, which knows neither null nor a choice.

    What may be null says so in `x-nullable`; of a choice between several all are named in `x-any-of`.
    """
    result = {key: value for key, value in schema.items() if key not in {"anyOf", "const"}}
    if "const" in schema:
        result["enum"] = [schema["const"]]
    if "enum" in result and all(isinstance(value, str) for value in result["enum"]):
        result["type"] = "string"
    for key in ("items", "additionalProperties"):
        if isinstance(result.get(key), Mapping):
            result[key] = as_swagger(result[key])
    if "properties" in result:
        result["properties"] = {name: as_swagger(part) for name, part in result["properties"].items()}
    if "required" in result and not result["required"]:
        del result["required"]  # an empty list is none in Swagger
    if "anyOf" in schema:
        result |= _choice(schema["anyOf"])
    return result


def _choice(options: Sequence[Mapping[str, Any]]) -> Schema:
    others = [as_swagger(option) for option in options if option != NULL]
    chosen = others[0] if len(others) == 1 else {"x-any-of": others}
    if len(others) == len(options):
        return chosen
    # Beside a $ref nothing else counts, so it is wrapped.
    return {"allOf": [chosen], "x-nullable": True} if "$ref" in chosen else {**chosen, "x-nullable": True}
