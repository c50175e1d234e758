"""What an endpoint takes and answers, declared beside its view. The documents are made of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from rest_framework.serializers import BaseSerializer

from core.errors import (
    ApiError,
    HostNotAllowed,
    IdempotencyKeyReused,
    InternalError,
    InvalidInput,
    MalformedJson,
    NotAcceptable,
    NotAuthenticated,
    NotPermitted,
    PayloadTooLarge,
    RateLimited,
    Unavailable,
    UnsupportedMediaType,
)
from core.origins import WRITING_METHODS
from core.pagination import MAX_OFFSET, MAX_ROWS

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that an address or a header says. `schema` is in the words of Swagger 2.0."""

    name: str
    place: str
    schema: Mapping[str, Any]
    description: str
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """What a write takes: read by the serializer, told under a name of its own."""

    serializer: type[BaseSerializer[Any]]
    name: str
    example: Any
    is_partial: bool = False
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Later:
    """A type that is known only when all apps are ready."""

    make: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is no error. `type` is that of the body, or a Later; None means that there is none.

    A list may also be asked for as a page of it.
    """

    status: int
    description: str
    type: Any = None
    example: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error that this endpoint may answer with, when that is, and the details that an example has.

    `is_plain`: it stands in no envelope also where the others of the endpoint do.
    """

    error: type[ApiError]
    when: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    is_plain: bool = False

    @property
    def body(self) -> Mapping[str, Any]:
        message = self.error.default_message
        return {"error": {"code": self.error.code, "message": message, "details": dict(self.details)}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`name` says in one word what is done; together with the address it is the operation's id."""

    tag: str
    name: str
    summary: str
    description: str = ""
    answers: Sequence[Answer]
    parameters: Sequence[Parameter] = ()
    refusals: Sequence[Refusal] = ()
    body: Body | None = None
    # Whether Django REST framework answers it, which looks at the Accept header.
    negotiates: bool = True
    produces: str = "application/json"
    # Whether its errors stand in an envelope: {"status", "message", "data", "error"}.
    is_enveloped: bool = False

    def refusals_for(self, method: str) -> list[Refusal]:
        """By status: its own, then those that every endpoint of this method may give."""
        given = [*self.refusals, *EVERYWHERE]
        if self.negotiates:
            given.append(NOT_ACCEPTABLE)
        if method in WRITING_METHODS:
            given += ON_WRITES
        if self.body is not None:
            given += ON_BODIES
        by_code: dict[str, Refusal] = {}
        for refusal in given:
            by_code.setdefault(refusal.error.code, refusal)
        return sorted(by_code.values(), key=lambda refusal: refusal.error.status)


# --- What many endpoints have in common --------------------------------------------------------------

CUT_PARAMETERS = (
    Parameter(
        "limit",
        "query",
        {"type": "integer", "minimum": 1, "maximum": MAX_ROWS},
        f"At most so many rows ({MAX_ROWS}).",
    ),
    Parameter(
        "offset", "query", {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET}, "Rows to leave out."
    ),
)
PAGE_PARAMETERS = (
    Parameter(
        "page",
        "query",
        {"type": "integer", "minimum": 1, "maximum": MAX_OFFSET},
        "With `page` or `page_size` the answer is a page: `count`, `next`, `previous`, `results`.",
    ),
    Parameter(
        "page_size", "query", {"type": "integer", "minimum": 1, "maximum": MAX_ROWS}, "Rows of a page."
    ),
)
LIST_PARAMETERS = (*CUT_PARAMETERS, *PAGE_PARAMETERS)
LOCATION = {"Location": "Where the new thing is."}

EVERYWHERE = [
    Refusal(HostNotAllowed, "The Host header names another server."),
    Refusal(NotAuthenticated, "X-Guest-Token or an access token is not valid (any more)."),
    Refusal(
        RateLimited,
        "Too many requests, of this caller or of its address. Retry-After says when to come again.",
    ),
    Refusal(InternalError, "A bug. The id is in the server's log.", {"request_id": "7f1c0b9a4c0e4d0f9d3b"}),
    Refusal(
        Unavailable,
        "A part of the server is away; Retry-After says when to come again. A write may have been done: "
        "repeat it under the same Idempotency-Key.",
    ),
]
NOT_ACCEPTABLE = Refusal(NotAcceptable, "The Accept header leaves no room for JSON.")
ON_WRITES = [
    Refusal(
        InvalidInput,
        "Something that was sent makes no sense; `details` has messages by field.",
        {"Idempotency-Key": ["One, of 1 to 64 printable ASCII characters."]},
    ),
    Refusal(NotPermitted, "A page of another origin sent it."),
    Refusal(PayloadTooLarge, "The body has more than 1 MiB."),
    Refusal(IdempotencyKeyReused, "This Idempotency-Key named another request within the last 24 hours."),
]
ON_BODIES = [
    Refusal(MalformedJson, "The body is not JSON, or nests deeper than 32 levels."),
    Refusal(UnsupportedMediaType, "The Content-Type is not application/json."),
]


def documented(endpoint: Endpoint, *, at: str = "") -> Callable[[F], F]:
    """Says what the view answers; where it stands at several addresses, at those that end so."""

    def decorate(view: F) -> F:
        view.__dict__.setdefault("endpoints", {})[at] = endpoint
        return view

    return decorate


def endpoint_at(view: Callable[..., Any], path: str) -> Endpoint | None:
    """What was declared of the view for this address."""
    endpoints: dict[str, Endpoint] = getattr(view, "endpoints", {})
    fitting = [at for at in endpoints if path.endswith(at)]
    return endpoints[max(fitting, key=len)] if fitting else None
