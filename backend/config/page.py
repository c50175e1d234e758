"""The page that people use, as it was built. Held in memory: a new build leaves a running server alone."""

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.utils.cache import patch_vary_headers
from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile

from config.built_page import is_built
from config.page_words import first_words, words_of
from config.views import front_page
from core.answers import answer
from core.errors import MethodNotAllowed

ROOM = re.compile(r"/r/[a-z0-9-]{1,50}/?")
# What was meant to be one, and is none.
NO_ROOM = re.compile(r"/r(/.*)?", re.DOTALL)
# Where the page's files are below, as vite.config.ts says.
PREFIX = "/page/"
# Their names say what is in them, so what a name stands for never changes.
HASHED = re.compile(rf"{PREFIX}(graphiql/)?assets/.+-[\w-]{{8,}}\.\w+")
YEAR_SECONDS = 365 * 24 * 3600
# Where programs ask by POST; a browser that goes there gets the page to ask by.
GRAPHIQL = "/api/gql/"
# At addresses of their own: the page itself; the worker, whose address says what it may look after; GraphiQL.
OWN_ADDRESSES = {
    "index.html": "/",
    "service-worker.js": "/service-worker.js",
    "graphiql/index.html": GRAPHIQL,
}
MEDIA_TYPES = {".webmanifest": "application/manifest+json"}


class PageMiddleware:
    """Answers `/`, `/r/…` and what belongs to them, and browsers at `/api/gql/`.

    Without a built page it lets everything pass, and tells browsers at `/api/gql/` what is missing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._files = page_files(settings.PAGE_DIR)
        self._words = words_of(settings.PAGE_DIR)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = "/" if ROOM.fullmatch(request.path_info) else request.path_info
        if path == GRAPHIQL:
            return self._graphiql(request)
        file = self._files.get(path)
        if file is not None:
            request.get_host()  # refuses names that we don't go by
            return self._answer(request, path) if _only_reads(request) else _refusal()
        if self._files and NO_ROOM.fullmatch(path):
            return self._instead_of_room(request)
        return self.get_response(request)

    def _answer(self, request: HttpRequest, path: str, *, status: int = 200) -> HttpResponse:
        response = self._files[path].response_to(request, status=status)
        if path == "/":
            self._hurry_words(request, response)
        return response

    def _hurry_words(self, request: HttpRequest, response: HttpResponse) -> None:
        """The page shows nothing without its words: they needn't wait until its script asks for them."""
        files = first_words(self._words, request.headers.get("Accept-Language", ""))
        if not files:
            return
        response["Link"] = ", ".join(f"<{PREFIX}{file}>; rel=modulepreload" for file in files)
        patch_vary_headers(response, ["Accept-Language"])

    def _graphiql(self, request: HttpRequest) -> HttpResponseBase:
        """People get the page to ask by, or are told why there is none; programs get what they asked for."""
        response: HttpResponseBase
        if _only_reads(request) and _is_for_people(request):
            request.get_host()
            response = self._answer(request, GRAPHIQL) if GRAPHIQL in self._files else _no_graphiql(request)
        else:
            response = self.get_response(request)
        patch_vary_headers(response, ["Accept"])
        return response

    def _instead_of_room(self, request: HttpRequest) -> HttpResponseBase:
        """People are led to the room that they meant, or told that there is none; programs get the error."""
        response: HttpResponseBase
        if _only_reads(request) and _is_for_people(request):
            request.get_host()
            response = _way_to_room(request) or self._answer(request, "/", status=404)
        else:
            response = self.get_response(request)
        patch_vary_headers(response, ["Accept"])
        return response


def _no_graphiql(request: HttpRequest) -> HttpResponse:
    response = front_page(request)
    response.status_code = 404
    return response


def _only_reads(request: HttpRequest) -> bool:
    return request.method in {"GET", "HEAD"}


def _is_for_people(request: HttpRequest) -> bool:
    return "text/html" in request.headers.get("Accept", "")


def _refusal() -> HttpResponse:
    refusal = answer(MethodNotAllowed())
    refusal["Allow"] = "GET, HEAD"
    return refusal


def _way_to_room(request: HttpRequest) -> HttpResponse | None:
    """A telephone begins what one types with a capital; no room has one in its address."""
    meant = request.path_info.lower()
    if not ROOM.fullmatch(meant):
        return None
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(meant + (f"?{query}" if query else ""))


def page_files(folder: Path) -> dict[str, "HeldFile"]:
    """What the server gives of a built page, by address; nothing where there is none."""
    if not is_built(folder):
        return {}
    held = HeldPage(None, mimetypes=MEDIA_TYPES, max_age=None, allow_all_origins=False)
    held.add_files(str(folder), PREFIX)
    named = {address: held.files.pop(f"{PREFIX}{name}", None) for name, address in OWN_ADDRESSES.items()}
    files = {address: file for address, file in held.files.items() if "/." not in address}
    return {**files, **{address: file for address, file in named.items() if file}}


class HeldPage(WhiteNoise):  # type: ignore[misc]  # WhiteNoise has no types
    """Knows files, their types and their compressed forms; holds what is in them."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> "HeldFile":
        headers = Headers([])
        self.add_mime_headers(headers, path, url)
        is_fixed = HASHED.fullmatch(url) is not None
        headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable" if is_fixed else "no-cache"
        # By what is in it: times say nothing of files that were copied, and an old page fetches what is gone.
        headers["ETag"] = f'W/"{sha256(Path(path).read_bytes()).hexdigest()[:32]}"'
        encodings = {"gzip": f"{path}.gz", "br": f"{path}.br"}
        return HeldFile(path, headers.items(), encodings=encodings, stat_cache=stat_cache)


class HeldFile(StaticFile):  # type: ignore[misc]  # WhiteNoise has no types
    """A file and its compressed forms, in memory."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._contents = {path: Path(path).read_bytes() for _, path, _ in self.alternatives}

    def response_to(self, request: HttpRequest, *, status: int = 200) -> HttpResponse:
        if status == 200 and self.is_not_modified(request.META):
            return HttpResponse(status=304, headers=dict(self.not_modified_response.headers))
        path, headers = self.get_path_and_headers(request.META)
        content = b"" if request.method == "HEAD" else self._contents[path]
        return HttpResponse(content, status=status, headers=dict(headers))
