"""The Swagger 2.0 document, which drf-yasg makes of the addresses and of what stands beside the views."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any, Literal

import msgspec
from django.conf import settings
from drf_yasg import openapi
from drf_yasg.generators import OpenAPISchemaGenerator
from drf_yasg.inspectors import InlineSerializerInspector, SwaggerAutoSchema

from config.documentation import DESCRIPTION, PLAIN_ENDPOINTS, TAGS, VERSION
from core.endpoints import (
    CUT_PARAMETERS,
    PAGE_PARAMETERS,
    Answer,
    Body,
    Endpoint,
    Later,
    Parameter,
    Refusal,
    endpoint_at,
)
from core.origins import WRITING_METHODS
from core.schemas import Schema, as_swagger, json_schemas

DEFINITIONS = "#/definitions/"
JSON = "application/json"
VARIABLE = re.compile(r"{(\w+)}")
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[ -~]+$"},
    "The client's own name for this write: sent again within 24 hours, nothing happens twice.",
)
REQUEST_ID = {"X-Request-ID": "The id of this request in the server's log."}
REPLAYED = {"Idempotency-Replayed": "`true` when this is the answer that the key got the first time."}
RETRY_AFTER = {"Retry-After": "Seconds to wait."}
LIST_HEADERS = {
    "X-Total-Count": "How many rows there are in all.",
    "Link": 'Where the next rows are, with `rel="next"`, when the list was cut.',
}
NUMBERS = {"X-Total-Count", "X-Match-Count", "X-Stream-Seq", "Retry-After"}


class ErrorDetail(msgspec.Struct):
    """`code` is for programs and stable, `message` for people; `details` depend on the code."""

    code: str
    message: str
    details: dict[str, Any]


class Error(msgspec.Struct):
    """The one shape of every error."""

    error: ErrorDetail


class EnvelopedError(msgspec.Struct):
    """The same in the envelope of charts; `data` is null."""

    status: Literal["error"]
    message: str
    data: None
    error: ErrorDetail


@cache
def swagger_document() -> Schema:
    """The document; made once, since nothing that it tells changes while the server runs."""
    info = openapi.Info(title="Tutti", default_version=VERSION, description=DESCRIPTION)
    document: Schema = Generator(info, url="").get_schema(public=True).as_dict()
    return document


class Generator(OpenAPISchemaGenerator):  # type: ignore[misc]  # drf-yasg has no types
    """Finds the addresses as drf-yasg does; tells what their endpoints declare."""

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
        """Anybody may do without."""
        return [{name: []} for name in security_definitions] + [{}]

    def determine_path_prefix(self, paths: Sequence[str]) -> str:
        """Addresses stand as they are."""
        del paths
        return "/"

    def get_path_parameters(self, path: str, view_cls: Any) -> list[Any]:
        """None for a path as a whole: its endpoints say them."""
        del path, view_cls
        return []

    def get_paths(self, endpoints: Any, components: Any, request: Any, public: bool) -> Any:  # noqa: FBT001
        paths, prefix = super().get_paths(endpoints, components, request, public)
        for path, endpoint in PLAIN_ENDPOINTS.items():
            writer = Writer(endpoint, path, "GET", components, self._shared)
            paths[path] = openapi.PathItem(get=writer.operation())
        return openapi.Paths(dict(sorted(paths.items()))), prefix

    def get_operation(
        self, view: Any, path: str, prefix: str, method: str, components: Any, request: Any
    ) -> Any:
        del prefix
        if not path.startswith("/api/"):
            return None  # the same as below /api/
        action = getattr(view, "action", method.lower())
        endpoint = endpoint_at(getattr(view, action), path)
        if endpoint is None:
            raise LookupError(f"{method} {path} is not documented: put @documented before its view.")
        inspector = BodyInspector(view, path, method, components, request, {})
        return Writer(endpoint, path, method, components, self._shared, inspector).operation()


class BodyInspector(SwaggerAutoSchema):  # type: ignore[misc]  # drf-yasg has no types
    """Reads serializers, each whole, since their definitions get names of ours."""

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
    """Writes one operation, and the definitions that it needs."""

    def __init__(
        self,
        endpoint: Endpoint,
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
        answers = {**self._refusals(), **self._answers()}
        other_form = [self._parameter(one) for one in self._of_other_form]
        return openapi.Operation(
            operation_id="_".join(dict.fromkeys([*named, endpoint.name])),
            summary=endpoint.summary,
            description=endpoint.description or None,
            tags=[endpoint.tag],
            parameters=self._parameters(),
            consumes=[JSON] if endpoint.body else None,
            produces=[endpoint.produces],
            responses=openapi.Responses(dict(sorted(answers.items()))),
            **({"x-other-parameters": other_form} if other_form else {}),
        )

    # --- What it takes -------------------------------------------------------------------------------

    def _parameters(self) -> list[Any]:
        variables = VARIABLE.findall(self._path)
        given = [
            one
            for one in self._endpoint.parameters
            if (one.place != "path" or one.name in variables) and one not in self._of_other_form
        ]
        told = [self._parameter(one) for one in [*given, *([IDEMPOTENCY_KEY] if self._is_write else [])]]
        if body := self._endpoint.body:
            told.append(self._body(body))
        return told

    @property
    def _of_other_form(self) -> Sequence[Parameter]:
        """Those of a list that make another shape of its answer than the one that is declared."""
        if not any(answer.is_list for answer in self._endpoint.answers):
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
        self._definitions.setdefault(body.name, lambda: inspector.schema_of(body))
        return {
            "name": "body",
            "in": "body",
            "required": body.is_required,
            "schema": {"$ref": DEFINITIONS + body.name},
        }

    # --- What it answers -----------------------------------------------------------------------------

    def _answers(self) -> dict[str, Any]:
        return {str(answer.status): self._answer(answer) for answer in self._endpoint.answers}

    def _answer(self, answer: Answer) -> Any:
        headers = {**REQUEST_ID, **answer.headers, **(REPLAYED if self._is_write else {})}
        if answer.is_list:
            headers |= LIST_HEADERS
        response = openapi.Response(answer.description, headers=_headers(headers))
        if answer.type is not None:
            response["schema"] = self._schema_of(answer.type)
        if answer.is_list:
            self._tell_page(response, answer)
        if answer.example is not None:
            response["examples"] = {self._endpoint.produces: self._example(answer)}
        return response

    def _example(self, answer: Answer) -> Any:
        rows = msgspec.to_builtins(answer.example)
        if answer.is_list and settings.API_ALWAYS_PAGINATE:
            return {"count": len(rows), "next": None, "previous": None, "results": rows}
        return rows

    def _tell_page(self, response: Any, answer: Answer) -> None:
        """A bare list or a page of it: Swagger 2.0 can name one as the answer, and the other beside it.

        The parameters of the other form stand beside, too: whoever keeps to those that are declared gets the
        shape that is declared.
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
        name = f"PageOf{answer.type.__args__[0].__name__.removesuffix('Payload')}"
        self._definitions.setdefault(name, lambda: page)
        reference = {"$ref": DEFINITIONS + name}
        response["x-page"] = reference
        if settings.API_ALWAYS_PAGINATE:
            response["x-list"], response["schema"] = response["schema"], reference

    def _refusals(self) -> dict[str, Any]:
        by_status: dict[int, list[Refusal]] = {}
        for refusal in self._endpoint.refusals_for(self._method):
            by_status.setdefault(refusal.error.status, []).append(refusal)
        return {
            str(status): self._shared_or_own(status, self._refusal(status, refusals))
            for status, refusals in by_status.items()
        }

    def _shared_or_own(self, status: int, response: Any) -> Any:
        """What many endpoints answer stands in the document once."""
        name = HTTPStatus(status).phrase.title().replace(" ", "")
        is_shared = self._shared.setdefault(name, response) == response
        return {"$ref": f"#/responses/{name}"} if is_shared else response

    def _refusal(self, status: int, refusals: Sequence[Refusal]) -> Any:
        lines = [f"`{one.error.code}`: {one.when or one.error.default_message}" for one in refusals]
        headers = {**REQUEST_ID, **(RETRY_AFTER if status in {429, 503} else {})}
        codes = {"type": "string", "enum": [one.error.code for one in refusals]}
        detail = {"type": "object", "properties": {"code": codes}}
        is_enveloped = self._endpoint.is_enveloped and not any(one.is_plain for one in refusals)
        shape = EnvelopedError if is_enveloped else Error
        bodies = [_enveloped(one.body) if is_enveloped else one.body for one in refusals]
        response = openapi.Response(
            f"{HTTPStatus(status).phrase}. " + "\n\n".join(lines),
            schema={"allOf": [self._schema_of(shape), {"type": "object", "properties": {"error": detail}}]},
            headers=_headers(headers),
            examples={JSON: bodies[0]},
        )
        response["x-examples"] = {one.error.code: body for one, body in zip(refusals, bodies, strict=True)}
        return response

    def _schema_of(self, kind: Any) -> Schema:
        known = kind.make() if isinstance(kind, Later) else kind
        [schema], definitions = json_schemas([known], at=DEFINITIONS)
        for name, definition in definitions.items():
            self._definitions.setdefault(name, lambda definition=definition: as_swagger(definition))
        return as_swagger(schema)


def _enveloped(body: Mapping[str, Any]) -> Schema:
    return {"status": "error", "message": body["error"]["message"], "data": None, **body}


def _headers(told: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: {"type": "integer" if name in NUMBERS else "string", "description": description}
        for name, description in told.items()
    }
