"""Types become JSON Schema, and what Swagger 2.0 can say of it."""

from typing import Any, Literal

import msgspec
import pytest

from core.instants import Instant
from core.schemas import as_swagger, json_schemas

AT = "#/definitions/"


class InnerPayload(msgspec.Struct):
    name: str


class Outer(msgspec.Struct):
    """An example."""

    inner: InnerPayload
    maybe: InnerPayload | None
    number: int | None
    at: Instant | None
    word: Literal["yes", "no"]
    rows: list[InnerPayload]
    by_name: dict[str, int | None]


class Inner(msgspec.Struct):
    """Clients would know it and the other by one name."""


def told() -> dict[str, Any]:
    _, definitions = json_schemas([Outer], at=AT)
    return {name: as_swagger(schema) for name, schema in definitions.items()}


def test_names_are_those_that_clients_know():
    [reference], definitions = json_schemas([Outer], at=AT)

    assert reference == {"$ref": "#/definitions/Outer"}
    assert set(definitions) == {"Outer", "Inner"}
    assert definitions["Inner"]["title"] == "Inner"
    assert definitions["Outer"]["properties"]["inner"] == {"$ref": "#/definitions/Inner"}
    assert definitions["Outer"]["description"] == "An example."


@pytest.mark.parametrize(
    ("field", "schema"),
    [
        ("inner", {"$ref": "#/definitions/Inner"}),
        ("maybe", {"allOf": [{"$ref": "#/definitions/Inner"}], "x-nullable": True}),
        ("number", {"type": "integer", "x-nullable": True}),
        ("at", {"type": "string", "format": "date-time", "x-nullable": True}),
        ("word", {"type": "string", "enum": ["no", "yes"]}),
        ("rows", {"type": "array", "items": {"$ref": "#/definitions/Inner"}}),
        ("by_name", {"type": "object", "additionalProperties": {"type": "integer", "x-nullable": True}}),
    ],
)
def test_swagger_says_each_kind_of_field(field, schema):
    assert told()["Outer"]["properties"][field] == schema


def test_a_choice_is_named_beside():
    schema = as_swagger({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]})

    assert schema == {"x-any-of": [{"type": "string"}, {"type": "integer"}], "x-nullable": True}


def test_a_constant_is_an_enum_of_one():
    assert as_swagger({"const": 4008}) == {"enum": [4008]}


def test_nothing_required_is_not_said():
    assert "required" not in as_swagger({"type": "object", "required": []})


def test_two_types_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two types as Inner"):
        json_schemas([InnerPayload, Inner], at=AT)
