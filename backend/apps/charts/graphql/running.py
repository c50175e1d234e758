"""Running what was asked: within limits, and without telling anybody what went wrong inside."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from inspect import signature
from operator import attrgetter
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from graphql.utilities import get_operation_ast
from graphql.validation import MaxIntrospectionDepthRule
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult

from apps.charts.graphql.limits import MAX_TOKENS, Budget, cost_of, introspection_sizes, size_of
from apps.charts.graphql.schema import Mutation, Query
from core.errors import ApiError, InternalError
from core.identity import Caller
from core.rendering import json_bytes

logger = logging.getLogger(__name__)
# Documents that are remembered with what was found out about them: clients send the same few again and again.
# A document takes a hundred times its text in memory, so long ones are not: at the most it is some 40 MB.
REMEMBERED, LONGEST_REMEMBERED = 100, 4000
# Of a document that is not valid: each costs as much as a field of the answer many times over.
MAX_ERRORS = 10
RULES = (*specified_rules, MaxIntrospectionDepthRule)
# More than Python reads in a number, and more than anybody means by one.
TOO_MANY_DIGITS = re.compile(r"[0-9]{1000}")
LONG_NUMBER = "A number has too many digits."
NO_QUERY = "The query is empty."
NO_OPERATION = "The query has no operation of this name, or several and none is named."


class Parsed:
    """A document, and what is found out about it once."""

    def __init__(self, query: str) -> None:
        self.document: DocumentNode = parse(query, max_tokens=MAX_TOKENS)
        self.size = size_of(self.document)

    @cached_property
    def errors(self) -> list[GraphQLError]:
        """By the rules of the language, without suggestions: these compare every name with every other."""
        return validate(schema._schema, self.document, RULES, max_errors=MAX_ERRORS, hide_suggestions=True)


@dataclass(slots=True)
class Context:
    """Who asks, and where; what is left of the limits of the request; then what was asked for."""

    caller: Caller
    # Of this server as the caller reached it: "http://localhost:4000".
    base_url: str
    budget: Budget = field(default_factory=Budget)
    parsed: Parsed | None = None
    # Whether it is answered by reading alone.
    is_read: bool = False
    is_about_charts: bool = False
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One operation as it was sent."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None


class PreparedDocument(SchemaExtension):
    """Gives the document that the limits were measured on, and what the rules said of it."""

    def on_parse(self) -> Iterator[None]:
        self.execution_context.graphql_document = self.execution_context.context.parsed.document
        yield

    def on_validate(self) -> Iterator[None]:
        self.execution_context.pre_execution_errors = self.execution_context.context.parsed.errors
        yield


class Schema(strawberry.Schema):
    """As strawberry's, but only what nobody expected is in the log."""

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
    """Fields without arguments are read without strawberry's wrapping, in half of the time.

    A chart's answer has thousands of them.
    """
    for type_ in types.type_map.values():
        if not isinstance(type_, GraphQLObjectType) or type_.name.startswith("__"):
            continue
        for one in type_.fields.values():
            declared = one.extensions["strawberry-definition"]
            if declared.is_basic_field:
                one.resolve = _reader(attrgetter(declared.python_name))
            elif type_ is not types.query_type and _takes_nothing(declared.base_resolver.wrapped_func):
                one.resolve = _reader(declared.base_resolver.wrapped_func)


def _takes_nothing(method: Callable[..., Any]) -> bool:
    """Neither arguments nor what strawberry gives to those that ask for it."""
    return len(signature(method).parameters) == 1


def _reader(read: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda source, _info: read(source)


_resolve_directly(schema._schema)
_parsed_before = lru_cache(REMEMBERED)(Parsed)


def prepare(question: Question, context: Context) -> dict[str, Any] | None:
    """Parses what was asked and takes it out of the request's budget; the answer where that refuses it."""
    if not question.query.strip():
        return {"errors": [{"message": NO_QUERY}]}
    if TOO_MANY_DIGITS.search(question.query):
        return {"data": None, "errors": [{"message": LONG_NUMBER}]}
    try:
        is_short = len(question.query) <= LONGEST_REMEMBERED
        parsed = context.parsed = (_parsed_before if is_short else Parsed)(question.query)
        variables_bytes = len(json_bytes(question.variables)) if question.variables else 0
        context.budget.spend_size(parsed.size, variables_bytes=variables_bytes)
        operation = get_operation_ast(parsed.document, question.operation_name)
        if operation is None:
            return {"errors": [{"message": NO_OPERATION}]}
        context.is_read = operation.operation is OperationType.QUERY
        context.budget.spend_cost(
            cost_of(parsed.document, operation, question.variables, INTROSPECTION_SIZES)
        )
    except GraphQLError as error:
        return {"data": None, "errors": [error.formatted]}
    return None


def answer(question: Question, context: Context) -> dict[str, Any]:
    """`data` and `errors` as GraphQL has them, of a question that was prepared."""
    try:
        result = schema.execute_sync(
            question.query,
            variable_values=dict(question.variables),
            operation_name=question.operation_name,
            context_value=context,
        )
    except (CannotGetOperationTypeError, InvalidOperationTypeError):
        return {"errors": [{"message": NO_OPERATION}]}
    body = _body(result)
    if context.is_about_charts:
        body["extensions"] = {"is_sample": context.is_sample}
    return body


def _body(result: ExecutionResult) -> dict[str, Any]:
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [_told(error) for error in result.errors]
    return body


def _told(error: GraphQLError) -> Mapping[str, Any]:
    if not is_unexpected(error):
        return error.formatted
    unexpected = InternalError()
    told: dict[str, Any] = {"message": unexpected.message, "extensions": {"code": unexpected.code}}
    if error.path is not None:
        told["path"] = error.path
    return told
