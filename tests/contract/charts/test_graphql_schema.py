"""The schema has whatever chart clients ask for, with the same names, types and nullability."""

from pathlib import Path

import httpx
from graphql import (
    DocumentNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    build_client_schema,
    get_introspection_query,
    parse,
    print_ast,
    print_schema,
)

from tests.contract.charts.graphql import ask

CLIENT = Path(__file__).parents[1] / "chart_client.graphql"


def fields_of(schema: DocumentNode) -> dict[str, str]:
    """By type and field, what it is: "TrackType.similarTracks" is "similarTracks(limit: Int! = 10): …"."""
    objects = [node for node in schema.definitions if isinstance(node, ObjectTypeDefinitionNode)]
    return {
        f"{node.name.value}.{field.name.value}": print_ast(field) for node in objects for field in node.fields
    }


def ours(client: httpx.Client) -> DocumentNode:
    schema = build_client_schema(ask(client, get_introspection_query(descriptions=False)))
    return parse(print_schema(schema))


def theirs() -> DocumentNode:
    return parse(CLIENT.read_text())


def test_every_field_that_clients_know_is_there_as_they_know_it(client: httpx.Client):
    wanted, there = fields_of(theirs()), fields_of(ours(client))

    assert len(wanted) > 100
    assert {name: there.get(name) for name in wanted} == wanted


def test_what_is_more_is_known(client: httpx.Client):
    assert set(fields_of(ours(client))) - set(fields_of(theirs())) == {
        "TrackType.viewCountDataJson",
        "Mutation.refreshViewCounts",
    }


def test_there_are_no_inputs_or_enums_that_clients_must_know(client: httpx.Client):
    kinds = {type(node) for node in ours(client).definitions}

    assert kinds == {ObjectTypeDefinitionNode, ScalarTypeDefinitionNode}
