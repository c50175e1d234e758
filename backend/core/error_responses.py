"""Error responses: of Django REST framework's views, of middleware, and where no view was reached."""

import functools
import sys
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.errors import ApiError, InvalidInput, MethodNotAllowed, NotFound, as_api_error

View = Callable[[HttpRequest], HttpResponse]
READING_METHODS = ("GET", "HEAD")


def api_exception_handler(exception: Exception, _context: Mapping[str, Any]) -> Response:
    """Django REST framework's exception handler (setting EXCEPTION_HANDLER)."""
    error = as_api_error(exception)
    set_rollback()
    headers = error.headers()
    if auth_header := getattr(exception, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    return Response(error.body(), status=error.status, headers=headers)


def error_response(error: ApiError) -> JsonResponse:
    """The error outside of Django REST framework: in middleware and root handlers."""
    return JsonResponse(error.body(), status=error.status, headers=error.headers())


def handle_bad_request(_request: HttpRequest, exception: Exception) -> JsonResponse:
    """Root handler for status 400: what Django itself rejects, such as an unknown host."""
    error = as_api_error(exception)
    return error_response(error if error.status < 500 else InvalidInput())


def handle_permission_denied(_request: HttpRequest, exception: Exception) -> JsonResponse:
    """Root handler for status 403."""
    return error_response(as_api_error(exception))


def handle_not_found(_request: HttpRequest, exception: Exception) -> JsonResponse:
    """Root handler for status 404."""
    del exception  # its text would show our URL patterns
    return error_response(NotFound())


def handle_server_error(_request: HttpRequest) -> JsonResponse:
    """Root handler for status 500: exceptions raised outside of views."""
    return error_response(as_api_error(sys.exc_info()[1] or RuntimeError("no exception is known")))


def safe_methods_only(view: View) -> View:
    """Exempt from Django's CSRF check: other methods than GET and HEAD get a 405 in the one error shape."""

    @csrf_exempt
    @functools.wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        if request.method in READING_METHODS:
            return view(request)
        return method_not_allowed()

    return checked


def method_not_allowed() -> JsonResponse:
    """Responds with 405 to other methods than GET and HEAD."""
    response = error_response(MethodNotAllowed())
    response["Allow"] = ", ".join(READING_METHODS)
    return response
