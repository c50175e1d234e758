"""JSON in both directions: responses and events are written alike, request bodies are read strictly."""

import json
import math
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any, NoReturn, TypeVar

import msgspec
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from core.errors import MalformedJson, PayloadTooLarge
from core.request_context import django_request

# --- Writing -----------------------------------------------------------------------------------------


# --- Moments -----------------------------------------------------------------------------------------


# A moment in what travels; msgspec writes it like `instant_text`.
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
# The same as text already.
InstantText = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]


def instant_text(moment: datetime) -> str:
    """2025-12-04T10:00:00Z, with as many digits of a second as the moment has (0 or 6)."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def milliseconds_text(moment: datetime) -> str:
    """2025-12-04T12:34:56.789Z, always with three digits."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


# --- Values ------------------------------------------------------------------------------------------


_encoder = msgspec.json.Encoder()


def json_bytes(value: Any) -> bytes:
    """UTF-8 JSON of plain values, typed payloads and instants (ISO 8601 in UTC with Z)."""
    return _encoder.encode(value)


def json_text(value: Any) -> str:
    return json_bytes(value).decode()


class JsonRenderer:
    """The interface of Django REST framework's renderers.

    Not a subclass of its own: events and commands write JSON too, and would load the framework with it.
    """

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        del accepted_media_type, renderer_context
        return b"" if data is None else json_bytes(data)


# --- Long responses: written to a file first, so that only a portion is in memory --------------------


# A longer one is written to an unnamed file, which the system deletes with its response or process.
MAX_BYTES_IN_MEMORY = 256 * 1024
PIECE_BYTES = 64 * 1024


def json_response(request: HttpRequest, value: Mapping[str, Any]) -> HttpResponseBase:
    """A JSON object. Iterators in it become lists, of which one element is in memory at a time.

    All of it is read before this returns, within the snapshot of the caller's transaction.
    """
    # DATA_DIR, because a container's /tmp may be in memory.
    file = SpooledTemporaryFile(max_size=MAX_BYTES_IN_MEMORY, dir=str(settings.DATA_DIR))  # noqa: SIM115
    try:
        for piece in json_pieces(value):
            file.write(piece)
        length = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    if length <= MAX_BYTES_IN_MEMORY:
        with file:
            return HttpResponse(file.read(), content_type="application/json")
    # Django would read all of an iterator that can't wait before it sends the first piece over ASGI.
    pieces = _AsyncPieces(file) if isinstance(request, ASGIRequest) else _pieces(file)
    return StreamingHttpResponse(
        pieces, content_type="application/json", headers={"Content-Length": str(length)}
    )


def json_pieces(value: Mapping[str, Any]) -> Iterator[bytes]:
    """As `json_bytes` of it, bit by bit."""
    for number, (name, part) in enumerate(value.items()):
        yield b"%s%s:" % (b"," if number else b"{", json_bytes(name))
        if isinstance(part, Iterator):
            yield from _list_pieces(part)
        else:
            yield json_bytes(part)
    yield b"}" if value else b"{}"


def _list_pieces(elements: Iterable[Any]) -> Iterator[bytes]:
    yield b"["
    for number, element in enumerate(elements):
        yield (b"," if number else b"") + json_bytes(element)
    yield b"]"


def _pieces(file: "SpooledTemporaryFile[bytes]") -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


class _AsyncPieces:
    """The same for ASGI. Closed with the response: once its client has left, a generator would linger."""

    def __init__(self, file: "SpooledTemporaryFile[bytes]") -> None:
        self._file = file
        self.close = file.close

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in _pieces(self._file):
            yield piece


# --- Request bodies ----------------------------------------------------------------------------------


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Outcome:
    value: Any = None
    error: Exception | None = None


def read_once(request: HttpRequest, reading: Callable[[HttpRequest], T]) -> T:
    """What `reading` gives, or raises: also the second time."""
    request = django_request(request)
    outcomes: dict[Any, _Outcome] = request.__dict__.setdefault("tutti_read", {})
    if reading not in outcomes:
        outcomes[reading] = _outcome_of(reading, request)
    outcome = outcomes[reading]
    if outcome.error is not None:
        raise outcome.error
    value: T = outcome.value
    return value


def read_early(request: HttpRequest, *readings: Callable[[HttpRequest], Any]) -> None:
    """Reads the body now. Errors are raised when the view reads it, which may reject the request before."""
    for reading in readings:
        with suppress(Exception):
            read_once(request, reading)


def _outcome_of(reading: Callable[[HttpRequest], Any], request: HttpRequest) -> _Outcome:
    try:
        return _Outcome(value=reading(request))
    except Exception as error:
        return _Outcome(error=error)


# --- JSON --------------------------------------------------------------------------------------------


class JsonParser:
    """The interface of Django REST framework's parsers; no subclass, as `JsonRenderer`."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        del stream, media_type
        assert parser_context is not None  # noqa: S101 - Django REST framework gives one
        return read_once(parser_context["request"], json_body)


def json_body(request: HttpRequest) -> Any:
    """The decoded body; an empty body is an empty object. Called by `read_once`."""
    return parsed_json(request.body) if request.body else {}


def parsed_json(body: bytes | str) -> Any:
    """The value. Raises PayloadTooLarge over 1 MiB, MalformedJson for anything that is not strict JSON."""
    if len(body) > settings.MAX_BODY_BYTES:
        raise PayloadTooLarge
    try:
        # Read as UTF-8 and nothing else: json.loads would guess UTF-16 and take broken surrogates.
        text = body.decode() if isinstance(body, bytes) else body
        value = json.loads(text, parse_constant=_reject_constant, parse_float=_finite)
    except (ValueError, RecursionError):  # also bytes that are not UTF-8, and numbers of too many digits
        raise MalformedJson from None
    if _is_deeper_than(value, settings.MAX_JSON_DEPTH):
        raise MalformedJson(f"The body nests deeper than {settings.MAX_JSON_DEPTH} levels.")
    return value


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is more than a number can hold")
    return number


def _is_deeper_than(value: Any, levels: int) -> bool:
    """Level by level, so that no nesting can exhaust the stack. A bare number has no level."""
    layer = [value] if isinstance(value, (dict, list)) else []
    for _ in range(levels):
        layer = [
            child
            for part in layer
            for child in (part.values() if isinstance(part, dict) else part)
            if isinstance(child, (dict, list))
        ]
    return bool(layer)
