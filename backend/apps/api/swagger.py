"""The Swagger 2.0 document, created by drf-yasg from the URLs and the declarations of the views."""

import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from typing import Any, Literal

import msgspec
from django.conf import settings
from django.urls import get_resolver
from django.urls.converters import UUIDConverter
from drf_yasg import openapi
from drf_yasg.generators import OpenAPISchemaGenerator
from drf_yasg.inspectors import InlineSerializerInspector, SwaggerAutoSchema

from apps.api.health import live, ready
from apps.tunemeld.views import schema_text
from core import VERSION
from core.endpoints import (
    CUT_PARAMETERS,
    PAGE_PARAMETERS,
    Body,
    DeferredSchema,
    EndpointSpec,
    Parameter,
    ResponseSpec,
    Schema,
    as_swagger,
    json_schemas,
)
from core.errors import ErrorSpec
from core.http_security import WRITING_METHODS

DESCRIPTION = """\
One room, one queue, every browser. Every change reaches all clients immediately and in the same order, over
`/ws/playlist/` (see `/api/events.schema.json`), as server-sent events, or by polling.

Bodies are JSON in UTF-8. Every error has one shape, `{"error": {"code", "message", "details"}}`, and a
stable `code`. Paths end with a slash. An unknown path receives 404 `NOT_FOUND`, an unsupported method
405 `METHOD_NOT_ALLOWED`. A URL or headers that are too long, or too many headers, receive 431
`HEAD_TOO_LARGE` for any path. `OPTIONS` returns what a browser may send. Times are ISO 8601 in
UTC. A list is a bare array; with `page` or `page_size` it is a page. Swagger 2.0 allows one schema per
response: the other one is given as `x-page` or `x-list`, its parameters as `x-other-parameters`. Fields
that may be null have `x-nullable`. `/api/openapi.json` is the same API as OpenAPI 3, for client generators.

No account is needed. A guest's token is sent as a cookie or as `X-Guest-Token`, an account's credentials as a
session cookie or as `Authorization: Bearer …`. Writes from other origins are rejected unless the
server allows the origin. Any write may carry an `Idempotency-Key`.
"""
TAGS = {
    "playlist": "The queue of the main room, and of any room below /api/rooms/{slug}/playlist/.",
    "rooms": "Rooms, each with its own queue.",
    "player": "What plays in a room, and where it is.",
    "tracks": "The library.",
    "guests": "A name and a vote without an account.",
    "users": "Accounts: their data, their preferences, their export.",
    "auth": "Login: by cookie for the web app, by tokens for programs; passwords.",
    "analytics": "Plays, likes and skips, and their counts.",
    "recommendations": "What to play next: for a user, and for the users in a room.",
    "charts": "What is popular on music services; responses have an envelope.",
    "page": "Requests of the web app to its own server.",
    "health": "Whether the server is alive, and whether it is ready.",
    "documents": "Documents about the API.",
}
# Views of Django without Django REST framework, which drf-yasg does not find.
PLAIN_VIEWS: Mapping[str, Any] = {
    "/api/health/live": live,
    "/api/health/ready": ready,
    "/api/schema.graphql": schema_text,
}
DEFINITIONS = "#/definitions/"
# Serializers by their names in the document, to detect duplicates.
BODIES: dict[str, type] = {}
JSON = "application/json"
UUID = {"type": "string", "format": "uuid"}
VARIABLE = re.compile(r"{(\w+)}")
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[ -~]+$"},
    "The client's key for this write: repeated requests within 24 hours execute it once.",
)
REQUEST_ID = {"X-Request-ID": "The ID of this request in the server's log."}
REPLAYED = {
    "Idempotency-Replayed": "`true` if this is the stored response of the first request with this key."
}
RETRY_AFTER = {"Retry-After": "Seconds to wait."}
LIST_HEADERS = {
    "X-Total-Count": "The total number of rows.",
    "Link": 'The URL of the next rows, with `rel="next"`, if the list was cut.',
}
NUMBERS = {"X-Total-Count", "X-Match-Count", "X-Stream-Seq", "Retry-After"}


class ErrorDetail(msgspec.Struct):
    """`code` is stable and for programs, `message` for people; `details` depend on the code."""

    code: str
    message: str
    details: dict[str, Any]


class Error(msgspec.Struct):
    """The shape of all errors."""

    error: ErrorDetail


class EnvelopedError(msgspec.Struct):
    """The same in the envelope of charts; `data` is null."""

    status: Literal["error"]
    message: str
    data: None
    error: ErrorDetail


@cache
def converters() -> dict[str, Any]:
    """The converters of URL variables, by name: each name has one converter in all URLs."""

    def found(patterns: Iterable[Any]) -> Iterator[tuple[str, Any]]:
        for one in patterns:
            yield from one.pattern.converters.items()
            yield from found(getattr(one, "url_patterns", ()))

    return dict(found(get_resolver().url_patterns))


def path_parameter(name: str) -> Parameter:
    """The values that the variable's converter accepts, with its description, if any."""
    converter = converters()[name]
    description = getattr(converter, "description", f"The {name.removesuffix('_id')}'s id.")
    schema = UUID if isinstance(converter, UUIDConverter) else converter.schema
    return Parameter(name, "path", schema, description, is_required=True)


_creation = threading.Lock()


def swagger_document() -> Schema:
    """The document; created once, since it does not change while the server runs."""
    with _creation:  # creation takes seconds; concurrent first requests must not repeat it
        return _created_document()


@cache
def _created_document() -> Schema:
    info = openapi.Info(title="Tutti", default_version=VERSION, description=DESCRIPTION)
    document: Schema = Generator(info, url="").get_schema(public=True).as_dict()
    return document


class Generator(OpenAPISchemaGenerator):  # type: ignore[misc]  # drf-yasg has no types
    """Finds the URLs as drf-yasg does; describes them by the declarations of their endpoints."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:  # noqa: FBT001, FBT002 - theirs
        self._shared: dict[str, Any] = {}
        swagger = super().get_schema(request, public)
        swagger["responses"] = dict(sorted(self._shared.items()))
        swagger["tags"] = [{"name": name, "description": description} for name, description in TAGS.items()]
        return swagger

    def get_security_definitions(self) -> Mapping[str, Any]:
        return {
            "guest": {"type": "apiKey", "in": "header", "name": "X-Guest-Token"},
            "token": {"type": "apiKey", "in": "header", "name": "Authorization"},
            "session": {"type": "apiKey", "in": "header", "name": "Cookie"},
        }

    def get_security_requirements(self, security_definitions: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Any of the schemes, or none: authentication is optional."""
        return [{name: []} for name in security_definitions] + [{}]

    def determine_path_prefix(self, paths: Sequence[str]) -> str:
        """Keeps full paths."""
        del paths
        return "/"

    def get_path_parameters(self, path: str, view_cls: Any) -> list[Any]:
        """No parameters for a path as a whole: each endpoint declares its own."""
        del path, view_cls
        return []

    def get_paths(self, endpoints: Any, components: Any, request: Any, public: bool) -> Any:  # noqa: FBT001
        paths, prefix = super().get_paths(endpoints, components, request, public)
        for path, view in PLAIN_VIEWS.items():
            writer = Writer(view.endpoint, path, "GET", components, self._shared)
            paths[path] = openapi.PathItem(get=writer.operation())
        return openapi.Paths(dict(sorted(paths.items()))), prefix

    def get_operation(
        self, view: Any, path: str, prefix: str, method: str, components: Any, request: Any
    ) -> Any:
        del prefix
        if not path.startswith("/api/"):
            return None  # the same as below /api/
        action = getattr(view, getattr(view, "action", method.lower()))
        endpoint = getattr(action, "endpoint", None)
        if endpoint is None:
            raise LookupError(f"{method} {path} is not documented: put @endpoint before its view.")
        if not endpoint.tag:
            endpoint = replace(endpoint, tag=view.tag)
        inspector = BodyInspector(view, path, method, components, request, {})
        return Writer(endpoint, path, method, components, self._shared, inspector).operation()


class BodyInspector(SwaggerAutoSchema):  # type: ignore[misc]  # drf-yasg has no types
    """Reads serializers without references, since the definitions get our names."""

    field_inspectors = [InlineSerializerInspector, *SwaggerAutoSchema.field_inspectors]

    def schema_of(self, body: Body) -> Schema:
        schema: Schema = self.serializer_to_schema(body.serializer())
        if body.is_partial:
            schema.pop("required", None)
            for field in schema["properties"].values():
                field.pop("default", None)
        schema["example"] = body.example
        return schema


class Writer:
    """Writes one operation, and its definitions."""

    def __init__(
        self,
        endpoint: EndpointSpec,
        path: str,
        method: str,
        components: Any,
        shared: dict[str, Any],
        inspector: BodyInspector | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._path = path
        self._method = method
        self._definitions = components.with_scope(openapi.SCHEMA_DEFINITIONS)
        self._shared = shared
        self._inspector = inspector
        self._is_write = method in WRITING_METHODS

    def operation(self) -> Any:
        endpoint = self._endpoint
        words = self._path.replace("-", "_").replace(".", "_").strip("/").split("/")[1:]
        named = [word for word in words if "{" not in word]
        responses = {**self._errors(), **self._responses()}
        other_form = [self._parameter(one) for one in self._of_other_form]
        return openapi.Operation(
            operation_id="_".join(dict.fromkeys([*named, endpoint.name])),
            summary=endpoint.summary,
            description=endpoint.description or None,
            tags=[endpoint.tag],
            parameters=self._parameters(),
            consumes=[JSON] if endpoint.body else None,
            produces=[*dict.fromkeys([endpoint.produces, JSON])],  # errors are JSON everywhere
            responses=openapi.Responses(dict(sorted(responses.items()))),
            **({"x-other-parameters": other_form} if other_form else {}),
        )

    # --- Request -------------------------------------------------------------------------------------

    def _parameters(self) -> list[Any]:
        variables = VARIABLE.findall(self._path)
        given = [*map(path_parameter, variables), *self._endpoint.parameters]
        if self._endpoint.is_list:
            given += PAGE_PARAMETERS if settings.API_ALWAYS_PAGINATE else CUT_PARAMETERS
        parameters = [
            self._parameter(one) for one in [*given, *([IDEMPOTENCY_KEY] if self._is_write else [])]
        ]
        if body := self._endpoint.body:
            parameters.append(self._body(body))
        return parameters

    @property
    def _of_other_form(self) -> Sequence[Parameter]:
        """The parameters of a list that change its response to the undeclared shape."""
        if not self._endpoint.is_list:
            return ()
        return CUT_PARAMETERS if settings.API_ALWAYS_PAGINATE else PAGE_PARAMETERS

    def _parameter(self, parameter: Parameter) -> Schema:
        return {
            "name": parameter.name,
            "in": parameter.place,
            "description": parameter.description,
            "required": parameter.is_required,
            **parameter.schema,
        }

    def _body(self, body: Body) -> Schema:
        assert self._inspector is not None  # noqa: S101 - only API views take bodies
        inspector = self._inspector
        if BODIES.setdefault(body.title, body.serializer) is not body.serializer:
            raise ValueError(f"Two different bodies are called {body.title}.")
        self._definitions.setdefault(body.title, lambda: inspector.schema_of(body))
        return {
            "name": "body",
            "in": "body",
            "required": body.is_required,
            "schema": {"$ref": DEFINITIONS + body.title},
        }

    # --- Response ------------------------------------------------------------------------------------

    def _responses(self) -> dict[str, Any]:
        return {str(spec.status): self._response(spec) for spec in self._endpoint.responses}

    def _response(self, spec: ResponseSpec) -> Any:
        headers = {**REQUEST_ID, **spec.headers, **(REPLAYED if self._is_write else {})}
        if spec.is_list:
            headers |= LIST_HEADERS
        response = openapi.Response(
            spec.description or f"{self._endpoint.summary}.", headers=_headers(headers)
        )
        if spec.type is not None:
            response["schema"] = self._schema_of(spec.type)
        if spec.is_list:
            self._add_page(response, spec)
        if spec.example is not None:
            response["examples"] = {self._endpoint.produces: self._example(spec)}
        return response

    def _example(self, spec: ResponseSpec) -> Any:
        rows = msgspec.to_builtins(spec.example)
        if spec.is_list and settings.API_ALWAYS_PAGINATE:
            return {"count": len(rows), "next": None, "previous": None, "results": rows}
        return rows

    def _add_page(self, response: Any, spec: ResponseSpec) -> None:
        """A bare list or a page: Swagger 2.0 can declare one as the response; the other is an extension.

        The parameters of the other shape are an extension too: clients with declared parameters receive the
        declared shape.
        """
        row = response["schema"]["items"]
        page = {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {
                "count": {"type": "integer"},
                "next": {"type": "string", "format": "uri", "x-nullable": True},
                "previous": {"type": "string", "format": "uri", "x-nullable": True},
                "results": {"type": "array", "items": row},
            },
        }
        name = f"PageOf{spec.row_type.__name__.removesuffix('Payload')}"
        self._definitions.setdefault(name, lambda: page)
        reference = {"$ref": DEFINITIONS + name}
        response["x-page"] = reference
        if settings.API_ALWAYS_PAGINATE:
            response["x-list"], response["schema"] = response["schema"], reference

    def _errors(self) -> dict[str, Any]:
        by_status: dict[int, list[ErrorSpec]] = {}
        for spec in self._endpoint.errors_of(self._method):
            by_status.setdefault(spec.error.status, []).append(spec)
        return {
            str(status): self._shared_or_own(status, self._error(status, specs))
            for status, specs in by_status.items()
        }

    def _shared_or_own(self, status: int, response: Any) -> Any:
        """Responses shared by many endpoints are defined once."""
        name = HTTPStatus(status).phrase.title().replace(" ", "")
        is_shared = self._shared.setdefault(name, response) == response
        return {"$ref": f"#/responses/{name}"} if is_shared else response

    def _error(self, status: int, specs: Sequence[ErrorSpec]) -> Any:
        lines = [f"`{one.error.code}`: {one.when or one.error.default_message}" for one in specs]
        headers = {**REQUEST_ID, **(RETRY_AFTER if status in {429, 503} else {})}
        codes = {"type": "string", "enum": [one.error.code for one in specs]}
        detail = {"type": "object", "properties": {"code": codes}}
        is_enveloped = self._endpoint.is_enveloped
        shape = EnvelopedError if is_enveloped else Error
        bodies = [_enveloped(one.body) if is_enveloped else one.body for one in specs]
        response = openapi.Response(
            f"{HTTPStatus(status).phrase}. " + "\n\n".join(lines),
            schema={"allOf": [self._schema_of(shape), {"type": "object", "properties": {"error": detail}}]},
            headers=_headers(headers),
            examples={JSON: bodies[0]},
        )
        response["x-examples"] = {one.error.code: body for one, body in zip(specs, bodies, strict=True)}
        return response

    def _schema_of(self, kind: Any) -> Schema:
        known = kind.make() if isinstance(kind, DeferredSchema) else kind
        [schema], definitions = json_schemas([known], at=DEFINITIONS)
        for name, definition in definitions.items():
            self._definitions.setdefault(name, lambda definition=definition: as_swagger(definition))
        return as_swagger(schema)


def _enveloped(body: Mapping[str, Any]) -> Schema:
    return {"status": "error", "message": body["error"]["message"], "data": None, **body}


def _headers(headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: {"type": "integer" if name in NUMBERS else "string", "description": description}
        for name, description in headers.items()
    }
