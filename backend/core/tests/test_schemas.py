"""Types become JSON Schema, and what Swagger 2.0 can say of it."""

import msgspec
import pytest

from core.schemas import json_schemas

AT = "#/definitions/"


class InnerPayload(msgspec.Struct):
    name: str


class Inner(msgspec.Struct):
    """Clients would know it and the other by one name."""


def test_two_types_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two types as Inner"):
        json_schemas([InnerPayload, Inner], at=AT)
