"""How much one request may ask for. Told of a document before any of it is run."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

MAX_DEPTH = 8
MAX_ALIASES = 20
# Fields of the answer: those of a list count for each of its elements.
MAX_FIELDS = 20_000
# The language's rules compare each field with each of the same name: twice as many take four times as long.
MAX_TOKENS = 1000
MAX_OPERATIONS = 10
MAX_ISRCS = 200
MAX_SIMILAR = 50
DEFAULT_SIMILAR = 10
# As long as lists are, where the query itself does not say.
TRACKS = 100
FEW = 10
SIZES = {
    "tracks": TRACKS,
    "genres": FEW,
    "playlistsByGenre": FEW,
    "ranks": FEW,
    "services": FEW,
    "serviceConfigs": FEW,
    "iframeConfigs": FEW,
    "buttonLabels": FEW,
}
FRAGMENTS_LOOP = "Fragments must not contain themselves."


@dataclass(frozen=True, slots=True)
class Cost:
    """Of an operation. `fields` is at most so many in the answer."""

    fields: int
    depth: int
    aliases: int

    def check(self) -> None:
        """Raises GraphQLError."""
        for name, cost, most in (
            ("deep", self.depth, MAX_DEPTH),
            ("many aliases", self.aliases, MAX_ALIASES),
            ("much", self.fields, MAX_FIELDS),
        ):
            if cost > most:
                raise refused(f"This asks for too {name}: {cost}, and {most} is the most.")


class QueryCode(StrEnum):
    """What only a question by GraphQL can be refused for."""

    QUERY_TOO_LARGE = "QUERY_TOO_LARGE"


def refused(message: str, code: str = QueryCode.QUERY_TOO_LARGE) -> GraphQLError:
    return GraphQLError(message, extensions={"code": str(code)})


def cost_of(document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Cost:
    """Introspection costs nothing here: it has a limit of its own. Raises GraphQLError."""
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    return _Counter(fragments, variables).selection(operation.selection_set, ())


class _Counter:
    """Each fragment is looked at once, however often it is spread: its cost is the same everywhere."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]) -> None:
        self._fragments, self._variables = fragments, variables
        self._known: dict[str, Cost] = {}

    def selection(self, node: SelectionSetNode, within: tuple[str, ...]) -> Cost:
        costs = [self._one(selection, within) for selection in node.selections]
        return Cost(
            sum(cost.fields for cost in costs),
            max((cost.depth for cost in costs), default=0),
            sum(cost.aliases for cost in costs),
        )

    def _one(self, node: Any, within: tuple[str, ...]) -> Cost:
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value, within)
        if isinstance(node, InlineFragmentNode):
            return self.selection(node.selection_set, within)
        return self._field(node, within)

    def _field(self, node: FieldNode, within: tuple[str, ...]) -> Cost:
        name = node.name.value
        if name.startswith("__"):
            return Cost(0, 0, int(node.alias is not None))
        inner = self.selection(node.selection_set, within) if node.selection_set else Cost(0, 0, 0)
        return Cost(
            1 + inner.fields * self._size(node), 1 + inner.depth, inner.aliases + int(node.alias is not None)
        )

    def _fragment(self, name: str, within: tuple[str, ...]) -> Cost:
        if name in within:
            raise refused(FRAGMENTS_LOOP)
        if name not in self._known:
            fragment = self._fragments.get(name)
            # One that does not exist is told by the rules of the language.
            self._known[name] = (
                self.selection(fragment.selection_set, (*within, name)) if fragment else Cost(0, 0, 0)
            )
        return self._known[name]

    def _size(self, node: FieldNode) -> int:
        name = node.name.value
        if name == "similarTracks":
            limit = self._argument(node, "limit", DEFAULT_SIMILAR)
            return min(MAX_SIMILAR, max(1, limit)) if isinstance(limit, int) else MAX_SIMILAR
        if name == "tracksPlayCounts":
            isrcs = self._argument(node, "isrcs", [])
            return max(1, len(isrcs)) if isinstance(isrcs, list) else MAX_ISRCS
        return SIZES.get(name, 1)

    def _argument(self, node: FieldNode, name: str, default: Any) -> Any:
        """As it will be read; None for a variable's own default, which counts as the most there may be."""
        value = next((one.value for one in node.arguments or () if one.name.value == name), None)
        if value is None:
            return default
        if isinstance(value, VariableNode):
            return self._variables.get(value.name.value)
        if isinstance(value, IntValueNode):
            return int(value.value)
        return list(value.values) if isinstance(value, ListValueNode) else None
