"""The size and cost of GraphQL requests, computed from their documents before execution."""

import math
from collections import Counter
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
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

MAX_DEPTH = 8
MAX_ALIASES = 20
# Of a response, which repeats it for each element.
MAX_ALIAS_LENGTH = 100
# In a list, and in all documents of a request: each operation is checked with all fragments that it spreads.
MAX_OPERATIONS = 10
# The next five are budgets of one request, which all of its documents share. Together they bound its
# processor time: test_query_cost.py holds the most expensive documents that they admit against a cheap one.
MAX_TOKENS = 1000
MAX_SELECTIONS = 200
# Validation compares each field with every other one of the same name.
MAX_PAIRS = 500
# In fields of the response, each about 5 µs: those of a list cost their price for each of its elements.
MAX_COST = 11_900
# Parsing and validation.
TOKEN_COST = 5
MAX_VARIABLES_BYTES = 16 * 1024
MAX_ISRCS = 200
MAX_SIMILAR = 50
DEFAULT_SIMILAR = 10
# As long as lists are, where the query itself does not say.
TRACKS = 100
FEW = 10
SERVICES = 4
SIZES = {
    "tracks": TRACKS,
    "genres": FEW,
    "playlistsByGenre": FEW,
    "ranks": FEW,
    "services": FEW,
    "serviceConfigs": FEW,
    "iframeConfigs": FEW,
    "buttonLabels": SERVICES,
}
# Additional cost of some fields: QUERIES for each occurrence in the document (database queries), and
# ELEMENTS for each element of the result.
QUERIES = {
    # All tracks of the list are read, also if none is requested.
    "playlist": 2400,
    "playlistsByGenre": 1800,
    "trackByIsrc": 300,
    "trackPlayCount": 300,
    "tracksPlayCounts": 200,
    "updatedAt": 100,
    "similarTracks": 1000,
    "refreshViewCounts": 300,
}
ELEMENTS = {
    "similarTracks": 15,
    "tracksPlayCounts": 30,
    "viewCountDataJson": 40,
    "trackDetailUrl": 6,
}
# The first of these reads the counts of a track, once for each element of its list.
COUNTS = 20
COUNT_FIELDS = frozenset(
    {
        "totalCurrentPlayCount",
        "totalWeeklyChangePercentage",
        "spotifyCurrentPlayCount",
        "youtubeCurrentPlayCount",
        "viewCountDataJson",
    }
)
FRAGMENTS_LOOP = "Fragments must not contain themselves."


@dataclass(frozen=True, slots=True)
class Cost:
    """Of an operation: at most so much for all of its fields, and `queries` once."""

    fields: float
    depth: int
    aliases: int
    queries: int = 0
    # Whether its own fields, not those of lists in it, read counts.
    has_counts: bool = False

    @property
    def total(self) -> int:
        return math.ceil(self.fields) + self.queries

    def check(self) -> None:
        """Raises GraphQLError."""
        _check("nesting is too deep", self.depth, MAX_DEPTH)
        _check("there are too many aliases", self.aliases, MAX_ALIASES)


@dataclass(frozen=True, slots=True)
class Size:
    """Of a document, for any of its operations."""

    tokens: int
    selections: int
    operations: int
    # Pairs of fields with the same name in the response.
    pairs: int
    # Characters of the longest alias.
    alias_length: int


def size_of(document: DocumentNode, *, tokens: int) -> Size:
    selections, names, longest = 0, Counter[str](), 0
    operations = sum(isinstance(part, OperationDefinitionNode) for part in document.definitions)
    sets = [part.selection_set for part in document.definitions if hasattr(part, "selection_set")]
    while sets:
        for node in sets.pop().selections:
            selections += 1
            if isinstance(node, FieldNode):
                name = (node.alias or node.name).value
                names[name] += 1
                longest = max(longest, len(name))
            if inner := getattr(node, "selection_set", None):
                sets.append(inner)
    pairs = sum(count * (count - 1) // 2 for count in names.values())
    return Size(tokens, selections, operations, pairs, longest)


@dataclass(slots=True)
class Budget:
    """The rest of the limits of one request, for all of its operations together."""

    tokens: int = MAX_TOKENS
    selections: int = MAX_SELECTIONS
    operations: int = MAX_OPERATIONS
    pairs: int = MAX_PAIRS
    cost: int = MAX_COST
    variables_bytes: int = MAX_VARIABLES_BYTES

    def spend_size(self, size: Size, *, variables_bytes: int) -> None:
        """Raises GraphQLError when the request's documents are too large together."""
        self.tokens -= size.tokens
        self.selections -= size.selections
        self.operations -= size.operations
        self.cost -= size.tokens * TOKEN_COST
        self.pairs -= size.pairs
        self.variables_bytes -= variables_bytes
        _check("an alias has too many characters", size.alias_length, MAX_ALIAS_LENGTH)
        self.check_size()

    def check_size(self) -> None:
        """Checked before parsing, which takes time even for a rejected document. Raises GraphQLError."""
        _check("the request has too many tokens", MAX_TOKENS - self.tokens, MAX_TOKENS)
        _check("the request has too many selections", MAX_SELECTIONS - self.selections, MAX_SELECTIONS)
        _check("the request has too many operations", MAX_OPERATIONS - self.operations, MAX_OPERATIONS)
        _check("the request repeats fields too often (pairs)", MAX_PAIRS - self.pairs, MAX_PAIRS)
        _check(
            "the variables have too many bytes",
            MAX_VARIABLES_BYTES - self.variables_bytes,
            MAX_VARIABLES_BYTES,
        )

    def spend_cost(self, cost: Cost) -> None:
        """Raises GraphQLError when the request's operations cost too much together."""
        cost.check()
        self.cost -= cost.total
        _check("the request costs too much", MAX_COST - self.cost, MAX_COST)


def _check(what: str, actual: int, most: int) -> None:
    if actual > most:
        raise query_error(f"Too large: {what}: {actual}, and {most} is the limit.")


class QueryCode(StrEnum):
    """Error codes of GraphQL alone."""

    QUERY_TOO_LARGE = "QUERY_TOO_LARGE"


def query_error(message: str, code: str = QueryCode.QUERY_TOO_LARGE) -> GraphQLError:
    return GraphQLError(message, extensions={"code": str(code)})


def introspection_sizes(schema: GraphQLSchema) -> dict[str, float]:
    """How many elements the lists of the schema's own description have on average.

    A single type that a document names may have many more fields than the average: it counts ten times.
    """
    types = [one for one in schema.type_map.values() if isinstance(one, GraphQLObjectType)]
    fields = [one for type_ in types for one in type_.fields.values()]
    wrapped = [str(one.type).count("!") + str(one.type).count("[") for one in fields]
    shares = [(sum(one >= level for one in wrapped) / len(fields)) ** (1 / level) for level in (1, 2, 3)]
    return {
        "types": len(schema.type_map),
        "fields": len(fields) / len(schema.type_map),
        "args": sum(len(one.args) for one in fields) / len(fields),
        "directives": len(schema.directives),
        "ofType": max(shares),
        "__type": 10,
    }


def cost_of(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    sizes: Mapping[str, float],
) -> Cost:
    """`sizes` are those of introspection, which may nest more deeply: a rule of its own bounds that.

    Raises GraphQLError.
    """
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    return _Counter(fragments, variables, {**SIZES, **sizes}).selection(operation.selection_set, ())


class _Counter:
    """Each fragment is analysed once, however often it is spread: its cost is the same everywhere."""

    def __init__(
        self,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
        sizes: Mapping[str, float],
    ) -> None:
        self._fragments, self._variables, self._sizes = fragments, variables, sizes
        self._known: dict[str, Cost] = {}

    def selection(self, node: SelectionSetNode, within: tuple[str, ...]) -> Cost:
        costs = [self._one(selection, within) for selection in node.selections]
        return Cost(
            sum(cost.fields for cost in costs),
            max((cost.depth for cost in costs), default=0),
            sum(cost.aliases for cost in costs),
            sum(cost.queries for cost in costs),
            any(cost.has_counts for cost in costs),
        )

    def _one(self, node: Any, within: tuple[str, ...]) -> Cost:
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value, within)
        if isinstance(node, InlineFragmentNode):
            return self.selection(node.selection_set, within)
        return self._field(node, within)

    def _field(self, node: FieldNode, within: tuple[str, ...]) -> Cost:
        name = node.name.value
        inner = self.selection(node.selection_set, within) if node.selection_set else Cost(0, 0, 0)
        of_element = ELEMENTS.get(name, 0) + inner.fields
        if inner.has_counts and name != "tracksPlayCounts":
            of_element += COUNTS
        return Cost(
            1 + of_element * self._size(node),
            0 if name.startswith("__") else 1 + inner.depth,
            inner.aliases + int(node.alias is not None),
            QUERIES.get(name, 0) + inner.queries,
            name in COUNT_FIELDS,
        )

    def _fragment(self, name: str, within: tuple[str, ...]) -> Cost:
        if name in within:
            raise query_error(FRAGMENTS_LOOP)
        if name not in self._known:
            fragment = self._fragments.get(name)
            # A missing one is reported by the validation rules.
            self._known[name] = (
                self.selection(fragment.selection_set, (*within, name)) if fragment else Cost(0, 0, 0)
            )
        return self._known[name]

    def _size(self, node: FieldNode) -> float:
        name = node.name.value
        if name == "similarTracks":
            limit = self._argument(node, "limit", DEFAULT_SIMILAR)
            return min(MAX_SIMILAR, max(1, limit)) if isinstance(limit, int) else MAX_SIMILAR
        if name == "tracksPlayCounts":
            isrcs = self._argument(node, "isrcs", [])
            return max(1, len(isrcs)) if isinstance(isrcs, list) else MAX_ISRCS
        return self._sizes.get(name, 1)

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
