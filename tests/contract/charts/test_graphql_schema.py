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


def test_the_schema_has_every_field_of_clients_and_documented_additions(
    client: httpx.Client,
):
    schema = ours(client)
    wanted, there = fields_of(parse(CLIENT.read_text())), fields_of(schema)

    assert len(wanted) > 100
    assert {name: there.get(name) for name in wanted} == wanted
    assert set(there) - set(wanted) == {"TrackType.viewCountDataJson", "Mutation.refreshViewCounts"}
    # No inputs or enums that clients must know.
    kinds = {type(node) for node in schema.definitions}
    assert kinds == {ObjectTypeDefinitionNode, ScalarTypeDefinitionNode}
