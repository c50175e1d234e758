"""Declarations of endpoints: `@endpoint` for the API documents, and schemas of payload types."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from inspect import cleandoc
from types import GenericAlias
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from rest_framework.serializers import BaseSerializer

from core.errors import (
    ErrorSpec,
    HostNotAllowed,
    IdempotencyKeyReused,
    InternalError,
    InvalidInput,
    MalformedJson,
    NotAcceptable,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    PayloadTooLarge,
    RateLimited,
    Unavailable,
    UnsupportedMediaType,
    declared_errors,
    invalid,
)
from core.http_security import WRITING_METHODS
from core.pagination import MAX_OFFSET, MAX_ROWS

if TYPE_CHECKING:
    pass


F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in the URL or a header. `schema` uses the keywords of Swagger 2.0."""

    name: str
    place: str
    schema: Mapping[str, Any]
    description: str
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a write. Its name in the document is that of its serializer unless another is given."""

    serializer: type[BaseSerializer[Any]]
    example: Any
    name: str = ""
    is_partial: bool = False
    is_required: bool = True

    @property
    def title(self) -> str:
        return self.name or self.serializer.__name__.removesuffix("Serializer")


@dataclass(frozen=True, slots=True)
class DeferredSchema:
    """A type that is known only when all apps are ready."""

    make: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class ResponseSpec:
    """A response that is no error. `body` is the type of its body where that is not the example's.

    Without a description it has the endpoint's summary. An example that is a list is one of a list of all
    such rows, which may also be requested as a page.
    """

    status: int
    description: str = ""
    example: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def is_list(self) -> bool:
        return self.body is None and isinstance(self.example, list)

    @property
    def row_type(self) -> Any:
        """Of a list."""
        return type(self.example[0])

    @property
    def type(self) -> Any:
        """Of the body, or a DeferredSchema; None without a body."""
        if self.body is not None or self.example is None:
            return self.body
        return GenericAlias(list, self.row_type) if self.is_list else self.example.__class__


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSpec:
    """What `endpoint` declares of a view. Without a tag, it has that of its view's class."""

    name: str
    summary: str
    description: str
    responses: Sequence[ResponseSpec]
    errors: Sequence[ErrorSpec]
    parameters: Sequence[Parameter]
    body: Body | None
    tag: str
    negotiates: bool
    produces: str
    is_enveloped: bool

    @property
    def is_list(self) -> bool:
        return any(response.is_list for response in self.responses)

    def errors_of(self, method: str) -> list[ErrorSpec]:
        """By status: its own, then those that every endpoint of this kind may return."""
        given = [*self.errors, *(ON_LISTS if self.is_list else ()), *EVERYWHERE]
        if self.negotiates:
            given.append(NOT_ACCEPTABLE)
        if method in WRITING_METHODS:
            given += ON_WRITES
        if self.body is not None:
            given += ON_BODIES
        by_code: dict[str, ErrorSpec] = {}
        for spec in given:
            by_code.setdefault(spec.error.code, spec)
        return sorted(by_code.values(), key=lambda spec: spec.error.status)


def endpoint(
    *responses: ResponseSpec,
    body: Body | None = None,
    errors: Sequence[ErrorSpec | Callable[..., Any]] = (),
    parameters: Sequence[Parameter] = (),
    name: str = "",
    tag: str = "",
    values: Mapping[str, Any] | None = None,
    negotiates: bool = True,
    produces: str = "application/json",
    is_enveloped: bool = False,
) -> Callable[[F], F]:
    """Declares what a view takes and returns. The first paragraph of the view's docstring is the summary in
    the API documents, the others are the description; `values` replace its `{names}`.

    `errors` are specs, and functions with `@raises` that the view calls; of several with one code the first
    is used. Path parameters come from the URL's converters, those of lists from the example's type. `name`,
    which is the view's own if not given, ends the operation's ID. `negotiates`: Django REST framework
    responds, so the Accept header is checked. `is_enveloped`: errors have the envelope of charts.
    """

    def declare(view: F) -> F:
        summary, description = _summary_and_description(view.__doc__ or "", values)
        view.__dict__["endpoint"] = EndpointSpec(
            name=name or view.__name__,
            summary=summary,
            description=description,
            responses=responses,
            errors=declared_errors(errors),
            parameters=parameters,
            body=body,
            tag=tag,
            negotiates=negotiates,
            produces=produces,
            is_enveloped=is_enveloped,
        )
        return view

    return declare


def endpoint_like(
    other: Callable[..., Any],
    *responses: ResponseSpec,
    errors: Sequence[ErrorSpec | Callable[..., Any]] | None = None,
    name: str = "",
    is_enveloped: bool | None = None,
) -> Callable[[F], F]:
    """Declares the same as `endpoint` does for another view, except for the summary and the given
    arguments.
    """

    def declare(view: F) -> F:
        declared: EndpointSpec = other.__dict__["endpoint"]
        view.__dict__["endpoint"] = replace(
            declared,
            name=name or declared.name,
            summary=_summary_and_description(view.__doc__ or "", None)[0],
            responses=responses or declared.responses,
            errors=declared.errors if errors is None else declared_errors(errors),
            is_enveloped=declared.is_enveloped if is_enveloped is None else is_enveloped,
        )
        return view

    return declare


def _summary_and_description(docstring: str, values: Mapping[str, Any] | None) -> tuple[str, str]:
    text = cleandoc(docstring)
    paragraphs = [" ".join(paragraph.split("\n")) for paragraph in text.split("\n\n")]
    if values:
        paragraphs = [paragraph.format(**values) for paragraph in paragraphs]
    return paragraphs[0].removesuffix("."), "\n\n".join(paragraphs[1:])


# --- What many endpoints have in common --------------------------------------------------------------

CUT_PARAMETERS = (
    Parameter(
        "limit",
        "query",
        {"type": "integer", "minimum": 1, "maximum": MAX_ROWS},
        f"Maximum number of rows. Default: {MAX_ROWS}.",
    ),
    Parameter(
        "offset", "query", {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET}, "Number of rows to skip."
    ),
)
PAGE_PARAMETERS = (
    Parameter(
        "page",
        "query",
        {"type": "integer", "minimum": 1, "maximum": MAX_OFFSET},
        "With `page` or `page_size` the response is a page: `count`, `next`, `previous`, `results`.",
    ),
    Parameter(
        "page_size", "query", {"type": "integer", "minimum": 1, "maximum": MAX_ROWS}, "Rows of a page."
    ),
)
LOCATION = {"Location": "The URL of the created object."}

EVERYWHERE = [
    ErrorSpec(HostNotAllowed, "The Host header names another server."),
    ErrorSpec(NotAuthenticated, "X-Guest-Token or the access token is invalid or has expired."),
    ErrorSpec(
        RateLimited,
        "Too many requests from this caller or its IP address. Retry-After has the seconds to wait.",
    ),
    ErrorSpec(InternalError, "A bug. The id is in the server's log.", {"request_id": "7f1c0b9a4c0e4d0f9d3b"}),
    ErrorSpec(
        Unavailable,
        "A part of the server is unavailable; try again after Retry-After. A write may have been done: "
        "repeat it under the same Idempotency-Key.",
    ),
]
NOT_ACCEPTABLE = ErrorSpec(NotAcceptable, "The Accept header excludes JSON.")
ON_WRITES = [
    ErrorSpec(
        InvalidInput,
        "A value is invalid; `details` has messages by field.",
        {"Idempotency-Key": ["One, of 1 to 64 printable ASCII characters."]},
    ),
    ErrorSpec(NotPermitted, "A page of another origin sent it."),
    ErrorSpec(PayloadTooLarge, "The body has more than 1 MiB."),
    ErrorSpec(IdempotencyKeyReused, "This Idempotency-Key belongs to another request of the last 24 hours."),
]
ON_LISTS = [
    invalid("Invalid parameter.", limit=f"Must be a whole number from 1 to {MAX_ROWS}."),
    ErrorSpec(NotFound, "There is no such page."),
]
ON_BODIES = [
    ErrorSpec(MalformedJson, "The body is not JSON, or nests deeper than 32 levels."),
    ErrorSpec(UnsupportedMediaType, "The Content-Type is not application/json."),
]


# --- Schemas of payload types ------------------------------------------------------------------------

Schema = dict[str, Any]
NULL = {"type": "null"}
# Distinguishes a type from the model in the code; clients see the name without it.
PRIVATE_ENDING = "Payload"


def json_schemas(types: Sequence[Any], *, at: str) -> tuple[list[Schema], dict[str, Schema]]:
    """A schema for each type, and the definitions that they refer to as `at` followed by the name.

    Raises ValueError when clients would know two types by the same name.
    """
    schemas, definitions = msgspec.json.schema_components(types, ref_template=at + "{name}")
    result: dict[str, Schema] = {}
    for name, schema in definitions.items():
        if public_name(name) in result:
            raise ValueError(
                f"Clients would know two types as {public_name(name)}: give {name} another name."
            )
        result[public_name(name)] = _renamed(schema, at)
    return [_renamed(schema, at) for schema in schemas], result


def public_name(name: str) -> str:
    return name.removesuffix(PRIVATE_ENDING)


def _renamed(schema: Any, at: str) -> Any:
    """With the names that clients know, in references and titles."""
    if isinstance(schema, list):
        return [_renamed(part, at) for part in schema]
    if not isinstance(schema, dict):
        return schema
    renamed = {key: _renamed(value, at) for key, value in schema.items()}
    for key in ("$ref", "title"):
        if isinstance(renamed.get(key), str):
            renamed[key] = public_name(renamed[key])
    return renamed


def as_swagger(schema: Mapping[str, Any]) -> Schema:
    """The schema in Swagger 2.0, which knows neither null nor a choice.

    What may be null says so in `x-nullable`; of a choice between several all are named in `x-any-of`.
    """
    result = {key: value for key, value in schema.items() if key not in {"anyOf", "const"}}
    if "const" in schema:
        result["enum"] = [schema["const"]]
    if "enum" in result and all(isinstance(value, str) for value in result["enum"]):
        result["type"] = "string"
    for key in ("items", "additionalProperties"):
        if isinstance(result.get(key), Mapping):
            result[key] = as_swagger(result[key])
    if "properties" in result:
        result["properties"] = {name: as_swagger(part) for name, part in result["properties"].items()}
    if "required" in result and not result["required"]:
        del result["required"]  # an empty list is none in Swagger
    if "anyOf" in schema:
        result |= _choice(schema["anyOf"])
    return result


def _choice(options: Sequence[Mapping[str, Any]]) -> Schema:
    others = [as_swagger(option) for option in options if option != NULL]
    chosen = others[0] if len(others) == 1 else {"x-any-of": others}
    if len(others) == len(options):
        return chosen
    # Next to a $ref, all other keys are ignored, so it is wrapped.
    return {"allOf": [chosen], "x-nullable": True} if "$ref" in chosen else {**chosen, "x-nullable": True}
