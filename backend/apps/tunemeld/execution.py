"""Execution of GraphQL documents: within limits, and without internal details in errors."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from inspect import signature
from operator import attrgetter
from types import FunctionType
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLFormattedError,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationType,
    specified_rules,
    validate,
)
from graphql.language.parser import Parser, nested_too_deeply_error
from graphql.utilities import get_operation_ast
from graphql.validation import MaxIntrospectionDepthRule
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult

from apps.charts.selectors.charts import is_made_of_samples, stored_charts
from apps.counts.cache import catch_up_now
from apps.tunemeld.query_cost import MAX_TOKENS, Budget, cost_of, introspection_sizes, size_of
from apps.tunemeld.schema import Mutation, Query
from core.errors import ApiError, InternalError
from core.identity import Caller
from core.json_codec import json_bytes

logger = logging.getLogger(__name__)
# Clients send the same few documents repeatedly, so they are cached with their analysis. A parsed document
# takes a hundred times the memory of its text: long ones are not cached, so the cache takes at most 40 MB.
MAX_CACHED_DOCUMENTS, MAX_CACHED_LENGTH = 100, 4000
# The number of errors reported for an invalid document: each costs as much as many fields of a response.
MAX_ERRORS = 10
RULES = (*specified_rules, MaxIntrospectionDepthRule)
# White space, commas and comments; without backtracking, so that matching takes linear time.
NOTHING = re.compile(r"(?:[\s,\ufeff]++|#[^\r\n]*+)*+")
# More than Python reads in a number, and more than any client needs.
TOO_MANY_DIGITS = re.compile(r"[0-9]{1000}")
LONG_NUMBER = "A number has too many digits."
NO_QUERY = "The query is empty."
NO_OPERATION = "The query has no operation of this name, or several and none is named."


class ParsedDocument:
    """A parsed document with its validation errors, or its syntax error; and its size."""

    def __init__(self, query: str) -> None:
        # Formatted, because an exception that is raised repeatedly collects a traceback each time.
        self.syntax_error: GraphQLFormattedError | None = None
        self.document = DocumentNode(definitions=())
        parser = Parser(query, max_tokens=MAX_TOKENS)
        try:
            self.document = parser.parse_document()
        except GraphQLSyntaxError as error:
            self.syntax_error = error.formatted
        except RecursionError:
            self.syntax_error = nested_too_deeply_error(parser).formatted
        self.size = size_of(self.document, tokens=parser.token_count)

    @cached_property
    def errors(self) -> list[GraphQLError]:
        """Validation errors without suggestions, whose cost grows with the number of all names."""
        return validate(schema._schema, self.document, RULES, max_errors=MAX_ERRORS, hide_suggestions=True)


@dataclass(slots=True)
class Context:
    """The request's caller, base URL and remaining limits; and what the operation reads."""

    caller: Caller
    # The URL of this server that the caller used: "http://localhost:4000".
    base_url: str
    budget: Budget = field(default_factory=Budget)
    parsed: ParsedDocument | None = None
    # Whether the operation only reads.
    is_read: bool = False
    is_about_charts: bool = False
    # Whether the chart or list that was read, if any, is a sample.
    is_sample: bool | None = None


@dataclass(frozen=True, slots=True)
class GraphqlOperation:
    """A GraphQL request: a document, its variables, and the operation to execute."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None


class PreparedDocument(SchemaExtension):
    """Provides the document that was checked against the limits, and its validation errors."""

    def on_parse(self) -> Iterator[None]:
        self.execution_context.graphql_document = self.execution_context.context.parsed.document
        yield

    def on_validate(self) -> Iterator[None]:
        self.execution_context.pre_execution_errors = self.execution_context.context.parsed.errors
        yield


class Schema(strawberry.Schema):
    """Strawberry's schema, but only unexpected errors are logged."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        del execution_context
        for error in errors:
            if is_unexpected(error):
                logger.error("A GraphQL field failed", exc_info=error.original_error)


def is_unexpected(error: GraphQLError) -> bool:
    return error.original_error is not None and not isinstance(error.original_error, GraphQLError | ApiError)


schema = Schema(query=Query, mutation=Mutation, extensions=[PreparedDocument])
INTROSPECTION_SIZES = introspection_sizes(schema._schema)


def _resolve_directly(types: GraphQLSchema) -> None:
    """Resolves fields below the roots without Strawberry's wrapper, which halves the time.

    A chart's response has thousands of them. Their arguments must have the same names in Python.
    """
    roots = {types.query_type, types.mutation_type}
    for type_ in types.type_map.values():
        if not isinstance(type_, GraphQLObjectType) or type_.name.startswith("__"):
            continue
        for one in type_.fields.values():
            declared = one.extensions["strawberry-definition"]
            if declared.is_basic_field:
                one.resolve = _reader(attrgetter(declared.python_name))
            elif type_ not in roots:
                one.resolve = _reader(declared.base_resolver.wrapped_func)


def _reader(read: Callable[..., Any]) -> Callable[..., Any]:
    """The resolver of a field. A resolver with `info` receives GraphQL's own, which has the context."""
    if isinstance(read, FunctionType) and "info" in signature(read).parameters:
        return read
    return lambda source, _info, **arguments: read(source, **arguments)


_resolve_directly(schema._schema)
_cached_parse = lru_cache(MAX_CACHED_DOCUMENTS)(ParsedDocument)


def prepare(requested: GraphqlOperation, context: Context) -> dict[str, Any] | None:
    """Parses the document and subtracts its cost from the request's budget; returns errors, if any."""
    if NOTHING.fullmatch(requested.query):
        return {"errors": [{"message": NO_QUERY}]}
    if TOO_MANY_DIGITS.search(requested.query):
        return {"data": None, "errors": [{"message": LONG_NUMBER}]}
    try:
        context.budget.check_size()
        is_short = len(requested.query) <= MAX_CACHED_LENGTH
        parsed = context.parsed = (_cached_parse if is_short else ParsedDocument)(requested.query)
        variables_bytes = len(json_bytes(requested.variables)) if requested.variables else 0
        context.budget.spend_size(parsed.size, variables_bytes=variables_bytes)
        if parsed.syntax_error:
            return {"data": None, "errors": [parsed.syntax_error]}
        operation = get_operation_ast(parsed.document, requested.operation_name)
        if operation is None:
            return {"errors": [{"message": NO_OPERATION}]}
        context.is_read = operation.operation is OperationType.QUERY
        context.budget.spend_cost(
            cost_of(parsed.document, operation, requested.variables, INTROSPECTION_SIZES)
        )
    except GraphQLError as error:
        return {"data": None, "errors": [error.formatted]}
    return None


def encoded_response(requested: GraphqlOperation, context: Context) -> bytes:
    """The encoded response. A query's response is computed once for each state of charts and counts."""
    if rejection := prepare(requested, context):
        return json_bytes(rejection)
    if not context.is_read:
        return json_bytes(execute(requested, context))

    def make() -> tuple[bytes, bool]:
        # Otherwise this process's cache could contain counts from before the state of this response.
        catch_up_now()
        result = execute(requested, context)
        # A response with errors is not cached, because the next request may succeed.
        return json_bytes(result), "errors" not in result

    # The base URL is part of the key, because responses contain URLs of this server.
    key = [requested.query, requested.variables, requested.operation_name, context.base_url]
    return stored_charts.body(sha256(json_bytes(key)).hexdigest(), make)


def execute(requested: GraphqlOperation, context: Context) -> dict[str, Any]:
    """The GraphQL response, with `data` and `errors`, to a prepared request."""
    try:
        result = schema.execute_sync(
            requested.query,
            variable_values=dict(requested.variables),
            operation_name=requested.operation_name,
            context_value=context,
        )
    except (CannotGetOperationTypeError, InvalidOperationTypeError):
        return {"errors": [{"message": NO_OPERATION}]}
    body = _body(result)
    if context.is_about_charts:
        known = context.is_sample
        body["extensions"] = {"is_sample": is_made_of_samples() if known is None else known}
    return body


def _body(result: ExecutionResult) -> dict[str, Any]:
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [_formatted(error) for error in result.errors]
    return body


def _formatted(error: GraphQLError) -> Mapping[str, Any]:
    if not is_unexpected(error):
        return error.formatted
    unexpected = InternalError()
    shown: dict[str, Any] = {"message": unexpected.message, "extensions": {"code": unexpected.code}}
    if error.path is not None:
        shown["path"] = error.path
    return shown
