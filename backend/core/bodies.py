"""Bodies of requests, before anything reads them: of known length, and never more than is allowed."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from core.answers import answer
from core.errors import PayloadTooLarge
from core.origins import WRITING_METHODS


class BodyMiddleware:
    """Refuses a write whose body is too large, also where nobody would read it.

    A body that came in chunks names no length, which Django REST framework takes for none: it is told.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in WRITING_METHODS and _length(request) > settings.MAX_BODY_BYTES:
            return answer(PayloadTooLarge())
        return self.get_response(request)


def _length(request: HttpRequest) -> int:
    """In bytes; of a body that is too large, at least one more than is allowed."""
    told = request.META.get("CONTENT_LENGTH")
    if told:
        return int(told) if told.isascii() and told.isdigit() else 0
    body = request.read(settings.MAX_BODY_BYTES + 1)
    request._body = body
    request.META["CONTENT_LENGTH"] = str(len(body))
    return len(body)
