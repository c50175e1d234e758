"""Serves the built web app from memory, so that a new build does not affect a running server."""

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers
from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile

from apps.frontend.build import accepted_message_files, is_built, message_files
from apps.frontend.room_preview import with_preview
from core.error_responses import READING_METHODS, method_not_allowed
from core.http_security import page_policy, written

ROOM = re.compile(r"/r/([a-z0-9-]{1,50})(?:/(?:screen|speaker))?/?")
# Paths of rooms with an invalid slug.
NO_ROOM = re.compile(r"/r(/.*)?", re.DOTALL)
# The path of the web app's files, as in vite.config.ts.
PREFIX = "/page/"
# Their names contain a hash, so the content of a name never changes.
HASHED = re.compile(rf"{PREFIX}(graphiql/)?assets/.+-[\w-]{{8,}}\.\w+")
YEAR_SECONDS = 365 * 24 * 3600
# The GraphQL endpoint: POST for programs, GraphiQL for browsers.
GRAPHIQL = "/api/gql/"
API = "/api/"
# Files with URLs of their own: the web app; the service worker, whose path is its scope; GraphiQL.
OWN_ADDRESSES = {
    "index.html": "/",
    "service-worker.js": "/service-worker.js",
    "graphiql/index.html": GRAPHIQL,
}
MEDIA_TYPES = {".webmanifest": "application/manifest+json"}


class PageMiddleware:
    """Serves `/`, `/r/…` and their files, and browsers at `/api/gql/` and unknown paths.

    Without a built web app, it serves only browsers at `/api/gql/`, where GraphiQL may be missing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._files = page_files(settings.FRONTEND_DIR)
        self._message_files = message_files(settings.FRONTEND_DIR)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        room = ROOM.fullmatch(request.path_info)
        path = "/" if room else request.path_info
        if path == GRAPHIQL:
            return self._for_browsers(request, self._graphiql)
        file = self._files.get(path)
        if file is not None:
            request.get_host()  # rejects hosts outside ALLOWED_HOSTS
            if not _only_reads(request):
                return method_not_allowed()
            return self._room(request, room[1]) if room else self._respond(request, path)
        if self._files and NO_ROOM.fullmatch(path):
            return self._for_browsers(request, self._invalid_room)
        response = self.get_response(request)
        if response.status_code == 404 and self._files and not path.startswith(API) and _only_reads(request):
            if _is_browser(request):
                response = self._respond(request, "/", status=404)
                response["Content-Security-Policy"] = written(page_policy(request))
            patch_vary_headers(response, ["Accept"])
        return response

    def _respond(self, request: HttpRequest, path: str, *, status: int = 200) -> HttpResponse:
        response = self._files[path].response_to(request, status=status)
        if path == "/":
            self._preload_messages(request, response)
        return response

    def _room(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The web app with a preview of the room for the time before its script runs."""
        page = with_preview(self._files["/"].text, request, slug)
        content = page.encode()
        tag = f'W/"{sha256(content).hexdigest()[:32]}"'
        whole = HttpResponse(content, headers={"Cache-Control": "no-cache", "ETag": tag})
        response = get_conditional_response(request, etag=tag, response=whole) or whole
        self._preload_messages(request, response)
        patch_vary_headers(response, ["Accept-Language"])
        return response if request.method == "GET" else _without_content(response)

    def _preload_messages(self, request: HttpRequest, response: HttpResponse) -> None:
        """Preloads the messages, without which the web app shows nothing."""
        files = accepted_message_files(self._message_files, request.headers.get("Accept-Language", ""))
        if not files:
            return
        response["Link"] = ", ".join(f"<{PREFIX}{file}>; rel=modulepreload" for file in files)
        patch_vary_headers(response, ["Accept-Language"])

    def _for_browsers(
        self, request: HttpRequest, respond: Callable[[HttpRequest], HttpResponseBase]
    ) -> HttpResponseBase:
        """Browsers that read get what `respond` returns; programs get the API's response."""
        if _only_reads(request) and _is_browser(request):
            request.get_host()
            response = respond(request)
        else:
            response = self.get_response(request)
        patch_vary_headers(response, ["Accept"])
        return response

    def _graphiql(self, request: HttpRequest) -> HttpResponse:
        """GraphiQL, or how to build it."""
        return self._respond(request, GRAPHIQL) if GRAPHIQL in self._files else _no_graphiql(request)

    def _invalid_room(self, request: HttpRequest) -> HttpResponse:
        """A redirect to the room, or the page that says that it does not exist."""
        return _redirect_to_room(request) or self._respond(request, "/", status=404)


def _without_content(response: HttpResponse) -> HttpResponse:
    response["Content-Length"] = str(len(response.content))
    response.content = b""
    return response


def _no_graphiql(request: HttpRequest) -> HttpResponse:
    context = {"is_built": (settings.FRONTEND_DIR / "graphiql" / "index.html").is_file()}
    response = render(request, "graphiql_missing.html", context, status=404)
    response["Cache-Control"] = "no-store"
    return response


def _only_reads(request: HttpRequest) -> bool:
    return request.method in READING_METHODS


def _is_browser(request: HttpRequest) -> bool:
    return "text/html" in request.headers.get("Accept", "")


def _redirect_to_room(request: HttpRequest) -> HttpResponse | None:
    """Mobile keyboards capitalise the first letter, which no slug has."""
    meant = request.path_info.lower()
    if not ROOM.fullmatch(meant):
        return None
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(meant + (f"?{query}" if query else ""))


def page_files(folder: Path) -> dict[str, "InMemoryFile"]:
    """The files of the built web app, by path; empty if it is not built."""
    if not is_built(folder):
        return {}
    held = InMemoryStaticFiles(None, mimetypes=MEDIA_TYPES, max_age=None, allow_all_origins=False)
    held.add_files(str(folder), PREFIX)
    named = {address: held.files.pop(f"{PREFIX}{name}", None) for name, address in OWN_ADDRESSES.items()}
    files = {address: file for address, file in held.files.items() if "/." not in address}
    return {**files, **{address: file for address, file in named.items() if file}}


class InMemoryStaticFiles(WhiteNoise):  # type: ignore[misc]  # WhiteNoise has no types
    """Files with types, compressed forms and contents in memory."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> "InMemoryFile":
        headers = Headers([])
        self.add_mime_headers(headers, path, url)
        is_fixed = HASHED.fullmatch(url) is not None
        headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable" if is_fixed else "no-cache"
        # A hash of the content: modification times of copied files are unreliable.
        headers["ETag"] = f'W/"{sha256(Path(path).read_bytes()).hexdigest()[:32]}"'
        encodings = {"gzip": f"{path}.gz", "br": f"{path}.br"}
        return InMemoryFile(path, headers.items(), encodings=encodings, stat_cache=stat_cache)


class InMemoryFile(StaticFile):  # type: ignore[misc]  # WhiteNoise has no types
    """A file and its compressed forms, in memory."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._contents = {path: Path(path).read_bytes() for _, path, _ in self.alternatives}

    @property
    def text(self) -> str:
        """Uncompressed."""
        return min(self._contents.items(), key=lambda one: len(one[0]))[1].decode()

    def response_to(self, request: HttpRequest, *, status: int = 200) -> HttpResponse:
        if status == 200 and self.is_not_modified(request.META):
            return HttpResponse(status=304, headers=dict(self.not_modified_response.headers))
        path, headers = self.get_path_and_headers(request.META)
        content = b"" if request.method == "HEAD" else self._contents[path]
        return HttpResponse(content, status=status, headers=dict(headers))
