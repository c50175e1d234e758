"""Covers over HTTP, and the documentation of the URLs that `delivery` responds to."""

from django.http import HttpResponse
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audio.covers import cover_path
from apps.audio.delivery import NO_AUDIO, RangeNotSatisfiable
from apps.audio.subsonic import AudioSourceFailed
from core.endpoints import Parameter, ResponseSpec, endpoint
from core.errors import ErrorSpec, NotFound, NotPermitted, RateLimited, Unavailable

YEAR_SECONDS = 365 * 24 * 3600
PART_HEADERS = {
    "Accept-Ranges": "`bytes`",
    "ETag": "Names this content of the file, for `If-Range`.",
}


class CoverViewSet(viewsets.ViewSet):
    """Pictures of tags and folders."""

    tag = "tracks"

    @endpoint(
        ResponseSpec(200, "The picture."),
        errors=[ErrorSpec(NotFound, "There is no such cover.")],
        negotiates=False,
        produces="image/jpeg",
    )
    def cover(self, request: Request, key: str, size: int) -> HttpResponse:
        """A cover as JPEG, whose longest side has up to `size` pixels.

        A picture has one URL for ever, so it may be cached for a year.
        """
        del request
        try:
            picture = cover_path(key, size).read_bytes()
        except FileNotFoundError:
            raise NotFound("There is no such cover.") from None
        headers = {"Cache-Control": f"public, max-age={YEAR_SECONDS}, immutable"}
        return HttpResponse(picture, content_type="image/jpeg", headers=headers)


class AudioBytesViewSet(viewsets.ViewSet):
    """Documents the responses of the ASGI application beside Django."""

    tag = "playlist"

    @endpoint(
        ResponseSpec(200, "The file.", headers=PART_HEADERS),
        ResponseSpec(206, "The requested range."),
        parameters=[
            Parameter("Range", "header", {"type": "string"}, "One range, such as `bytes=0-65535`."),
            Parameter("If-Range", "header", {"type": "string"}, "The `ETag` of what the client has."),
        ],
        errors=[
            ErrorSpec(
                NotPermitted, "The signature is invalid or has expired, or the item has left the room."
            ),
            NO_AUDIO,
            ErrorSpec(
                RangeNotSatisfiable, "Several ranges, or one that the file does not have.", {"bytes": 9}
            ),
            ErrorSpec(RateLimited, "Too many requests."),
            ErrorSpec(AudioSourceFailed, "The Subsonic server has responded with something else."),
        ],
        negotiates=False,
        produces="audio/*",
    )
    def read(self, _request: Request, signature: str) -> Response:
        """The audio of an item.

        The URL is that of `GET …/items/{item_id}/audio/`; it needs no cookie and no other identification.
        """
        del signature
        raise Unavailable("Audio needs the ASGI server: ./start-daphne.sh.")
