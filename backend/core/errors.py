"""The one shape of every error: {"error": {"code", "message", "details"}}."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import (
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
)
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404
from django.http.request import UnreadablePostError
from rest_framework import exceptions as drf

from core.request_context import request_context

logger = logging.getLogger(__name__)

# The time until a client should retry, while a part is unavailable …
RETRY_WHEN_UNAVAILABLE_SECONDS = 1
# … and while the maximum number of connections is reached.
RETRY_WHEN_FULL_SECONDS = 30

# The errors of SQLite and PostgreSQL for a table or column that no migration has created yet.
NOT_PREPARED = re.compile(r"no such (table|column)|(relation|column) .* does not exist")

Details = Mapping[str, Any]
F = TypeVar("F", bound=Callable[..., Any])


class ApiError(Exception):
    """An error response. Subclasses set its code and status."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    status: ClassVar[int] = 500
    default_message: ClassVar[str] = "Internal server error."

    def __init__(
        self, message: str = "", *, details: Details | None = None, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(message or self.default_message)
        self.message = message or self.default_message
        self.details: Details = details or {}
        self.retry_after_seconds = retry_after_seconds

    def body(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": self.message, "details": dict(self.details)}}

    def headers(self) -> dict[str, str]:
        if self.retry_after_seconds is None:
            return {}
        return {"Retry-After": str(max(1, -int(-self.retry_after_seconds // 1)))}


@dataclass(frozen=True, slots=True)
class ErrorSpec:
    """An error that a function may raise: when it does, and the details of an example."""

    error: type[ApiError]
    when: str = ""
    details: Details = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        message = self.error.default_message
        return {"error": {"code": self.error.code, "message": message, "details": dict(self.details)}}


def raises(*declared: "ErrorSpec | Callable[..., Any]") -> Callable[[F], F]:
    """Declares the errors of a service or a read, for the API documents of the endpoints that call it.

    A function with declared errors represents all of them.
    """

    def declare(function: F) -> F:
        function.__dict__["raises"] = declared_errors(declared)
        return function

    return declare


def declared_errors(declared: "Iterable[ErrorSpec | Callable[..., Any]]") -> list[ErrorSpec]:
    """Raises KeyError for a function that has declared none."""
    return [
        spec for one in declared for spec in ([one] if isinstance(one, ErrorSpec) else one.__dict__["raises"])
    ]


class InvalidInput(ApiError):
    """A value is invalid; `details` lists messages by field."""

    code, status = "VALIDATION_ERROR", 400
    default_message = "The request contains invalid values."

    @classmethod
    def of(cls, field: str, message: str) -> "InvalidInput":
        return cls(details={field: [message]})


def invalid(when: str, /, **messages: str) -> ErrorSpec:
    """InvalidInput, with a message for each field."""
    return ErrorSpec(InvalidInput, when, {field: [message] for field, message in messages.items()})


class MalformedJson(ApiError):
    code, status = "MALFORMED_JSON", 400
    default_message = "The body is not valid JSON."


class MalformedRequest(ApiError):
    code, status = "MALFORMED_REQUEST", 400
    default_message = "The request is not valid HTTP."


class HeadTooLarge(ApiError):
    code, status = "HEAD_TOO_LARGE", 431
    default_message = "The URL or the headers are too long, or there are too many headers."


class HostNotAllowed(ApiError):
    code, status = "HOST_NOT_ALLOWED", 400
    default_message = "This host name is not allowed. ALLOWED_HOSTS lists the allowed names."


class NotAuthenticated(ApiError):
    code, status = "NOT_AUTHENTICATED", 401
    default_message = "Authentication required."

    def headers(self) -> dict[str, str]:
        """Adds the authentication scheme, which HTTP requires with every 401."""
        return {**super().headers(), "WWW-Authenticate": "Bearer"}


class NotPermitted(ApiError):
    code, status = "PERMISSION_DENIED", 403
    default_message = "You do not have permission to do this."


class NotFound(ApiError):
    code, status = "NOT_FOUND", 404
    default_message = "Not found."


class MethodNotAllowed(ApiError):
    code, status = "METHOD_NOT_ALLOWED", 405
    default_message = "This endpoint does not support that method."


class NotAcceptable(ApiError):
    code, status = "NOT_ACCEPTABLE", 406
    default_message = "Responses are JSON only."


class Conflict(ApiError):
    code, status = "CONFLICT", 409
    default_message = "Conflicts with the current state."


class PayloadTooLarge(ApiError):
    code, status = "PAYLOAD_TOO_LARGE", 413
    default_message = "The body is larger than 1 MiB."


class UnsupportedMediaType(ApiError):
    code, status = "UNSUPPORTED_MEDIA_TYPE", 415
    default_message = "Bodies are JSON only: send Content-Type: application/json."


class IdempotencyKeyReused(ApiError):
    code, status = "IDEMPOTENCY_KEY_REUSED", 422
    default_message = "This Idempotency-Key was used for a different request."


class RateLimited(ApiError):
    code, status = "RATE_LIMITED", 429
    default_message = "Too many requests. Please slow down."


class InternalError(ApiError):
    """A bug: the message reveals nothing of it; the log has it under the request's id."""

    def __init__(self) -> None:
        super().__init__(details={"request_id": request_context().request_id})


class Unavailable(ApiError):
    code, status = "UNAVAILABLE", 503
    default_message = "Temporarily unavailable. Please try again."

    def __init__(
        self, message: str = "", *, retry_after_seconds: float = RETRY_WHEN_UNAVAILABLE_SECONDS
    ) -> None:
        super().__init__(message, retry_after_seconds=retry_after_seconds)


class TooManyConnections(Unavailable):
    """The process has reached its maximum number of connections."""

    default_message = "The server has reached its maximum number of connections. Please try again later."

    def __init__(self) -> None:
        super().__init__(retry_after_seconds=RETRY_WHEN_FULL_SECONDS)


def as_api_error(error: BaseException) -> ApiError:
    """The ApiError for an exception; an unexpected exception is logged and becomes InternalError."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, drf.APIException):
        return _of_rest_framework(error)
    if isinstance(error, Http404):
        return NotFound()
    if isinstance(error, PermissionDenied):
        return NotPermitted()
    if isinstance(error, (RequestDataTooBig, TooManyFieldsSent)):
        return PayloadTooLarge()
    if isinstance(error, DisallowedHost):
        return HostNotAllowed()
    if isinstance(error, UnreadablePostError):
        return MalformedJson("The body is incomplete.")
    if isinstance(error, DatabaseError) and NOT_PREPARED.search(str(error)):
        logger.error("The database is not prepared: %s", error)
        return Unavailable(
            "The database is not prepared. Run ./start-daphne.sh --prepare, or manage.py migrate."
        )
    if isinstance(error, (OperationalError, InterfaceError)):
        logger.error("Database unavailable: %s", error)
        return Unavailable()
    logger.error("Unexpected error", exc_info=error)
    return InternalError()


REST_FRAMEWORK_KINDS: Sequence[tuple[type[drf.APIException], type[ApiError]]] = (
    (drf.ParseError, MalformedJson),
    (drf.NotAuthenticated, NotAuthenticated),
    (drf.AuthenticationFailed, NotAuthenticated),
    (drf.PermissionDenied, NotPermitted),
    (drf.NotFound, NotFound),
    (drf.MethodNotAllowed, MethodNotAllowed),
    (drf.NotAcceptable, NotAcceptable),
    (drf.UnsupportedMediaType, UnsupportedMediaType),
)


def _of_rest_framework(error: drf.APIException) -> ApiError:
    if isinstance(error, drf.ValidationError):
        return InvalidInput(details=_messages_by_field(error.detail))
    if isinstance(error, drf.Throttled):
        return RateLimited(retry_after_seconds=getattr(error, "wait", None) or 1)
    for kind, ours in REST_FRAMEWORK_KINDS:
        if isinstance(error, kind):
            return ours()
    logger.error("Unexpected error", exc_info=error)
    return InternalError()


def _messages_by_field(detail: Any) -> dict[str, list[str]]:
    if not isinstance(detail, dict):
        return {"non_field_errors": _flat_messages(detail)}
    return {str(field): _flat_messages(messages) for field, messages in detail.items()}


def _flat_messages(detail: Any) -> list[str]:
    if isinstance(detail, dict):
        return [message for messages in detail.values() for message in _flat_messages(messages)]
    if isinstance(detail, (list, tuple)):
        return [message for part in detail for message in _flat_messages(part)]
    return [_encodable(str(detail))]


def _encodable(text: str) -> str:
    """Messages may repeat a client's text, which may contain a lone surrogate that UTF-8 cannot encode."""
    return text.encode(errors="replace").decode()
