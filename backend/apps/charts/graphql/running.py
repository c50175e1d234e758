"""Running what was asked: within limits, and without telling anybody what went wrong inside."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    GraphQLError,
    MaxIntrospectionDepthRule,
    OperationDefinitionNode,
    OperationType,
)
from graphql.utilities import get_operation_ast
from strawberry.extensions import (
    AddValidationRules,
    MaxTokensLimiter,
    ParserCache,
    SchemaExtension,
    ValidationCache,
)
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult

from apps.charts.graphql.limits import MAX_TOKENS, cost_of
from apps.charts.graphql.schema import Mutation, Query
from core.errors import ApiError, InternalError
from core.identity import Caller

logger = logging.getLogger(__name__)
# Documents that are remembered with what was found out about them: clients send the same few again and again.
# A document takes a hundred times its text in memory, so long ones are not: at the most it is some 40 MB.
REMEMBERED, LONGEST_REMEMBERED = 100, 4000
# More than Python reads in a number, and more than anybody means by one.
TOO_MANY_DIGITS = re.compile(r"[0-9]{1000}")
LONG_NUMBER = "A number has too many digits."
NO_OPERATION = "The query has no operation of this name, or several and none is named."


@dataclass(slots=True)
class Context:
    """Who asks; and, when it has been looked at, whether what they ask is done by reading alone."""

    caller: Caller
    is_read: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One operation as it was sent."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None


class ShortParserCache(ParserCache):
    def on_parse(self) -> Iterator[None]:
        yield from _if_short(self, super().on_parse)


class ShortValidationCache(ValidationCache):
    def on_validate(self) -> Iterator[None]:
        yield from _if_short(self, super().on_validate)


def _if_short(extension: SchemaExtension, remember: Callable[[], Iterator[None]]) -> Iterator[None]:
    """What is not remembered is parsed and looked at by the schema itself."""
    if len(extension.execution_context.query or "") <= LONGEST_REMEMBERED:
        yield from remember()
    else:
        yield


class CostLimit(SchemaExtension):
    """Refuses what asks for too much, before any of it is run."""

    def on_execute(self) -> Iterator[None]:
        context = self.execution_context
        document = context.graphql_document
        operation = document and get_operation_ast(document, context.operation_name)
        if document and operation:
            context.context.is_read = operation.operation is OperationType.QUERY
            _check(document, operation, context.variables or {})
        yield


def _check(document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> None:
    cost_of(document, operation, variables).check()


class Schema(strawberry.Schema):
    """As strawberry's, but only what nobody expected is in the log."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        del execution_context
        for error in errors:
            if is_unexpected(error):
                logger.error("A GraphQL field failed", exc_info=error.original_error)


def is_unexpected(error: GraphQLError) -> bool:
    return error.original_error is not None and not isinstance(error.original_error, GraphQLError | ApiError)


schema = Schema(
    query=Query,
    mutation=Mutation,
    extensions=[
        lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS),
        lambda: AddValidationRules([MaxIntrospectionDepthRule]),
        lambda: ShortParserCache(maxsize=REMEMBERED),
        lambda: ShortValidationCache(maxsize=REMEMBERED),
        CostLimit,
    ],
)


def answer(question: Question, context: Context) -> dict[str, Any]:
    """`data` and `errors` as GraphQL has them."""
    if TOO_MANY_DIGITS.search(question.query):
        return {"data": None, "errors": [{"message": LONG_NUMBER}]}
    try:
        result = schema.execute_sync(
            question.query,
            variable_values=dict(question.variables),
            operation_name=question.operation_name,
            context_value=context,
        )
    except (CannotGetOperationTypeError, InvalidOperationTypeError):
        return {"data": None, "errors": [{"message": NO_OPERATION}]}
    return _body(result)


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
